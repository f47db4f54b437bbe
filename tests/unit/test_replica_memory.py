"""How many replicas fit: the estimate against what autograd really keeps."""

import pytest
import torch

from core.config.train import build_config
from core.models.inputs import build_inputs
from core.training.replicas.memory import count_fitting, estimate_replica_bytes, read_free_bytes
from core.training.replicas.training import ReplicaKey, ReplicaTraining
from tests.graphs import make_graph


@pytest.fixture(scope="module")
def graph():
    return make_graph(num_nodes=1000)


def measure_bytes(config, graph, replicas):
    """What is alive of these replicas before a backward pass: weights, Adam's moments, gradients, saved tensors."""
    inputs = build_inputs(config, graph)
    keys = [ReplicaKey(0, seed) for seed in range(replicas)]
    stack = ReplicaTraining(config, graph, inputs, keys, torch.device("cpu"))
    stack.run_epoch()
    alive = {}

    def note(tensor):
        alive[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        logits = stack.model.train()(inputs.x, inputs.adj)
        note(logits)
        keep = torch.nn.functional.cross_entropy(logits.flatten(0, 1), stack.y.repeat_interleave(replicas))
    for state in stack.optimizer.state.values():
        for tensor in state.values():
            note(tensor)
    for tensor in [*stack.model.parameters(), *stack.progress.tensors.values(), stack.masks]:
        note(tensor)
        if tensor.grad is not None:
            note(tensor.grad)
    assert keep.requires_grad
    return sum(alive.values())


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "gcn", "num_layers": 3},
        {"model": "gcn", "num_layers": 3, "norm": "batch", "residual": True, "jk": "cat"},
        {"model": "sage", "norm": "none", "jk": "max"},
        {"model": "sage", "num_layers": 4},
        {"model": "mlp"},
        {"model": "appnp"},
        {"model": "sgc"},
    ],
)
def test_estimate_is_above_what_one_more_replica_keeps_but_not_far(fields, graph):
    config = build_config({"hidden_channels": 64, "device": "cpu", **fields})
    estimate = estimate_replica_bytes(config, graph.num_nodes, graph.x.shape[1], graph.num_classes)
    one_more = measure_bytes(config, graph, 4) - measure_bytes(config, graph, 3)
    assert one_more < estimate < 4 * one_more


def test_count_follows_memory_and_is_never_zero(graph):
    config = build_config({"hidden_channels": 64})
    each = estimate_replica_bytes(config, graph.num_nodes, graph.x.shape[1], graph.num_classes)
    assert [count_fitting(config, graph, free) for free in (0, each, 25 * each)] == [1, 1, 20]
    assert count_fitting(config, graph, 10**18) == (2**31 - 1) // (1000 * 64)


def test_free_memory_is_read():
    assert 0 < read_free_bytes("cpu") < 2**50
