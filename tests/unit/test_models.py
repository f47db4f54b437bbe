"""Every model against PyG's own layers: outputs and gradients."""

import numpy as np
import pytest
import torch
from scipy import sparse
from torch_geometric import nn as pyg
from torch_geometric.nn import GATConv, GATv2Conv, GCNConv, SAGEConv, SGConv

from core.config.fields import fields_of, uses_field
from core.config.model import ModelConfig
from core.config.models import MODEL_SPECS, REFINEMENTS
from core.models.build import MODELS, build_model
from core.models.inputs import build_inputs
from core.models.ops.adjacency import Adjacency, build_adjacency

N, F, H, C = 40, 12, 8, 5


def random_links(seed=0, n=N):
    """[n, n] symmetric, without self-links; article 0 has no neighbour."""
    upper = np.triu(np.random.default_rng(seed).random((n, n)) < 0.1, k=1)
    upper[0] = upper[:, 0] = False
    return sparse.csr_array((upper | upper.T).astype(np.int8))


@pytest.fixture
def links():
    return random_links()


@pytest.fixture
def x():
    return torch.randn(N, F, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def edge_index(links):
    target, source = links.nonzero()
    return torch.tensor(np.stack([source, target]), dtype=torch.int64)  # PyG is silently wrong with int32


def gradients(module, logits, x=None):
    """Gradients of a fixed scalar of `logits` by parameter name, and of x."""
    module.zero_grad()
    weights = torch.linspace(-1, 1, logits.numel()).view_as(logits)
    (logits * weights).sum().backward()
    found = {name: parameter.grad.clone() for name, parameter in module.named_parameters()}
    if x is not None:
        found["x"] = x.grad.clone()
    return found


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in ours:
        torch.testing.assert_close(ours[name], theirs[name], rtol=1e-4, atol=1e-4, msg=lambda m, n=name: f"{n}: {m}")


def plain(model, **fields):
    return build_model(
        ModelConfig(model=model, hidden_channels=H, norm="none", dropout=0.0, **fields), in_channels=F, out_channels=C
    )


def run_reference(convs, x, edge_index):
    for conv in convs[:-1]:
        x = conv(x, edge_index).relu()
    return convs[-1](x, edge_index)


REFERENCES = {
    "gcn": (lambda i, o, _: GCNConv(i, o), "symmetric", {}),
    "sage": (lambda i, o, _: SAGEConv(i, o), "mean", {}),
    "gat": (lambda i, o, last: GATConv(i, o if last else o // 4, heads=1 if last else 4), "symmetric", {"heads": 4}),
    "gatv2": (
        lambda i, o, last: GATv2Conv(i, o if last else o // 4, heads=1 if last else 4),
        "symmetric",
        {"heads": 4},
    ),
}


@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("name", REFERENCES)
def test_convolutions_equal_pyg(name, num_layers, links, x, edge_index):
    build, normalisation, fields = REFERENCES[name]
    model = plain(name, num_layers=num_layers, **fields)
    widths = [F, *[H] * (num_layers - 1), C]
    convs = torch.nn.ModuleList(build(widths[i], widths[i + 1], i == num_layers - 1) for i in range(num_layers))
    state = model.state_dict()
    renamed = {key.removeprefix("layers.").replace(".conv.", "."): value for key, value in state.items()}
    convs.load_state_dict(renamed)
    adj = build_adjacency(links, normalisation)

    ours, theirs = model(x, adj), run_reference(convs, x, edge_index)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
    ours_by_name = {
        key.removeprefix("layers.").replace(".conv.", "."): grad for key, grad in gradients(model, ours).items()
    }
    assert_same(ours_by_name, gradients(convs, theirs))


@pytest.mark.parametrize("name", [name for name in MODELS if name != "mlp"])
def test_gradient_by_the_features_is_pyg_s(name, links, x, edge_index):
    """With a gradient asked for x, nothing may come from the kept product."""
    model = plain(name, **({"heads": 4} if name.startswith("gat") else {}))
    normalisation = "mean" if name == "sage" else "symmetric"
    adj = build_adjacency(links, normalisation)
    dense = torch.zeros(N, N).index_put_((adj.edge_index[1], adj.edge_index[0]), adj.matrix.weights)
    model(x, adj)
    ours = x.clone().requires_grad_()
    model(ours, adj).square().sum().backward()

    class Dense(Adjacency):
        def matmul(self, h):
            return dense @ h

    theirs = x.clone().requires_grad_()
    matrix = sparse.csr_array((adj.matrix.weights, adj.matrix.indices, adj.matrix.offsets), shape=(N, N))
    model(theirs, Dense.from_scipy(matrix)).square().sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-4)


def test_appnp_equals_pyg(links, x, edge_index):
    model = plain("appnp", propagation_steps=7, alpha=0.2)
    reference = pyg.APPNP(K=7, alpha=0.2)
    adj = build_adjacency(links, "symmetric")
    ours = model(x, adj)
    ours_grads = gradients(model, ours)
    hidden = model.layers[0](x).relu()
    theirs = reference(model.layers[1](hidden), edge_index)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
    assert_same(ours_grads, gradients(model, theirs))


def test_sgc_equals_pyg(links, x, edge_index):
    model = plain("sgc", propagation_steps=3)
    reference = SGConv(F, C, K=3)
    reference.load_state_dict(model.state_dict())
    ours, theirs = model(x, build_adjacency(links, "symmetric")), reference(x, edge_index)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
    assert_same(gradients(model, ours), gradients(reference, theirs))


@pytest.mark.parametrize(
    ("residual", "jk", "norm"),
    [
        (False, "none", "none"),
        (True, "cat", "batch"),
        (True, "max", "layer"),
        (False, "max", "batch"),
        (True, "last", "layer"),
    ],
)
@pytest.mark.parametrize("name", [name for name, spec in MODEL_SPECS.items() if "jk" in spec.fields])
def test_every_weight_of_every_shape_gets_a_gradient(name, residual, jk, norm, tiny_graph):
    torch.manual_seed(0)
    config = ModelConfig(
        model=name, hidden_channels=6, num_layers=2, heads=2, residual=residual, jk=jk, norm=norm, dropout=0.2
    )
    model = build_model(config, in_channels=4, out_channels=2)
    inputs = build_inputs(config, tiny_graph)
    logits = model(inputs.x, inputs.adj)
    assert logits.shape == (8, 2)
    assert all(torch.isfinite(grad).all() for grad in gradients(model, logits).values())
    assert any("shortcuts" in key for key in model.state_dict()) == residual
    assert any("head" in key for key in model.state_dict()) == (jk != "none")


def test_jumping_knowledge_joins_all_hidden_outputs(tiny_graph):
    for jk, width in (("cat", 18), ("max", 6), ("last", 6)):
        config = ModelConfig(model="mlp", hidden_channels=6, num_layers=3, jk=jk, norm="none", dropout=0.0)
        model = build_model(config, in_channels=4, out_channels=2)
        x = torch.tensor(tiny_graph.x)
        outputs, h = [], x
        for layer in model.layers:
            h = layer(h).relu()
            outputs.append(h)
        joined = {"cat": torch.cat(outputs, 1), "max": torch.stack(outputs).max(0).values, "last": h}[jk]
        assert joined.shape[1] == width
        torch.testing.assert_close(model(x), model.head(joined))


def test_buffers_stay_out_of_the_checkpoint(tiny_graph):
    config = ModelConfig(model="gcn", hidden_channels=4)
    inputs = build_inputs(config, tiny_graph)
    assert inputs.state_dict() == {}
    assert {str(buffer.dtype) for buffer in inputs.adj.buffers()} == {"torch.int32", "torch.float32"}
    assert build_inputs(ModelConfig(model="mlp"), tiny_graph).adj is None


def test_fields_are_those_of_the_config_and_of_the_constructors():
    assert MODELS.keys() == MODEL_SPECS.keys()
    for model, spec in MODEL_SPECS.items():
        assert fields_of(model) <= set(ModelConfig.model_fields)
        assert fields_of(model) - spec.fields - REFINEMENTS - {"self_loops"} == {"model", "feature_norm"}
    assert uses_field("sage", "self_loops")
    assert not uses_field("gcn", "self_loops")
    assert not uses_field("gcn", "heads")
    assert uses_field("gat", "link_dropout")
    assert uses_field("mlp", "smoothing_steps")
    assert not uses_field("mlp", "link_dropout")
    assert uses_field("appnp", "alpha")
    assert uses_field("mlp", "patience")
