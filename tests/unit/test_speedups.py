"""What is chosen of a device's possibilities, and that none changes a result."""

import pytest
import torch

from core.config.train import build_config
from core.models.build import build_model
from core.models.inputs import build_inputs
from core.training.replicas import speedups
from core.training.replicas.models import build_replicas, stack_weights
from core.training.replicas.speedups import Speedups, choose_speedups, compile_activation


def build_small(**fields):
    config = build_config({"model": "gcn", "hidden_channels": 8, "num_layers": 3, "dropout": 0.0, **fields})
    weights = [build_model(config, in_channels=4, out_channels=2).state_dict() for _ in range(2)]
    return config, build_replicas(config, stack_weights(weights), in_channels=4, out_channels=2)


def test_a_cpu_needs_none(tiny_graph):
    config, _ = build_small()
    assert choose_speedups(config, build_inputs(config, tiny_graph), 3) == Speedups("bag", False, False)


@pytest.mark.slow
@pytest.mark.parametrize("norm", ["layer", "batch"])
def test_compiled_gives_the_same_and_is_kept_where_it_is_faster(norm, tiny_graph, monkeypatch):
    config, model = build_small(norm=norm)
    inputs = build_inputs(config, tiny_graph)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    plain = model.eval()(inputs.x, inputs.adj)
    times = iter([1.0, 2.0, 2.0, 1.0])
    monkeypatch.setattr(speedups, "measure_seconds", lambda *_: next(times))
    eager = model.activate
    assert not compile_activation(model, tiny_graph.num_nodes, backend="aot_eager")
    assert model.activate == eager
    assert compile_activation(model, tiny_graph.num_nodes, backend="aot_eager")
    assert model.activate != eager
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    torch.testing.assert_close(model.eval()(inputs.x, inputs.adj), plain)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_runs_as_it_is_where_compiling_fails(tiny_graph, monkeypatch, caplog):
    config, model = build_small()
    inputs = build_inputs(config, tiny_graph)
    plain = model.eval()(inputs.x, inputs.adj)

    def compile_badly(function, backend):
        def fail(*_):
            raise RuntimeError("no compiler found")

        return fail

    monkeypatch.setattr(torch, "compile", compile_badly)
    assert not compile_activation(model, tiny_graph.num_nodes)
    assert "cannot be compiled, and runs as it is: no compiler found" in caplog.text
    assert torch.equal(model.eval()(inputs.x, inputs.adj), plain)


def test_nothing_to_compile_without_hidden_layers():
    assert not compile_activation(build_small(model="sgc")[1], 8)
    assert not compile_activation(build_small(num_layers=1)[1], 8)
