"""Masks of links: against dense algebra, and their gradients against finite differences, on every model."""

import numpy as np
import pytest
import torch
from scipy import sparse

from core.config.model import ModelConfig
from core.config.models import MODEL_SPECS
from core.models.build import build_model
from core.models.inputs import build_inputs
from core.models.ops.adjacency import Adjacency
from core.models.ops.rows import CompressedRows

STEP = 1e-6
LINKED = [name for name, spec in MODEL_SPECS.items() if spec.links]


@pytest.fixture
def adj():
    matrix = sparse.random_array((20, 20), density=0.2, rng=np.random.default_rng(0), dtype=np.float32)
    return Adjacency.from_scipy(sparse.csr_array(matrix))


def as_dense(adj, mask):
    source, target = adj.edge_index
    return torch.zeros(adj.num_rows, adj.num_rows).index_put((target, source), adj.matrix.weights * mask)


@pytest.mark.parametrize("sampled", [True, False])
def test_product_and_gradients_equal_dense_algebra(sampled, adj, monkeypatch):
    if not sampled:
        monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: False)
    torch.manual_seed(0)
    mask = torch.rand(len(adj.matrix.weights), requires_grad=True)
    x, weights = torch.randn(20, 6, requires_grad=True), torch.randn(20, 6)
    ours = adj.masked(mask).matmul(x)
    theirs = as_dense(adj, mask) @ x
    torch.testing.assert_close(ours, theirs)
    expected = torch.autograd.grad((theirs * weights).sum(), (x, mask))
    torch.testing.assert_close(torch.autograd.grad((ours * weights).sum(), (x, mask)), expected)


def test_the_structure_is_shared_and_no_product_kept(adj):
    x = torch.randn(20, 3)
    adj.edge_index, adj.loops  # noqa: B018
    masked = adj.masked(torch.full_like(adj.matrix.weights, 0.5))
    assert masked.edge_index is adj.edge_index
    assert masked.loops is adj.loops
    assert masked.matrix.indices.data_ptr() == adj.matrix.indices.data_ptr()
    assert torch.equal(masked.loop_weights, adj.loop_weights)
    whole = adj.matmul_constant(x)
    torch.testing.assert_close(masked.matmul_constant(x), whole / 2)
    assert adj.matmul_constant(x) is whole
    assert adj.unkept().matmul_constant(x) is not whole
    assert torch.equal(adj.unkept().matmul_constant(x), whole)
    assert type(masked.matrix) is CompressedRows


def test_a_mask_of_another_shape_is_refused(adj):
    expected = len(adj.matrix.weights)
    with pytest.raises(ValueError, match=rf"^mask has the shape \[3\]: expected \[{expected}\], one for each message$"):
        adj.masked(torch.ones(3))


def make(name, tiny_graph, **fields):
    """A model in evaluation mode and its inputs, in double precision, its caches warm."""
    torch.manual_seed(0)
    config = ModelConfig(**{"model": name, "hidden_channels": 6, "heads": 2} | fields)
    model = build_model(config, in_channels=4, out_channels=2).double().eval()
    inputs = build_inputs(config, tiny_graph).double()
    with torch.no_grad():
        model(inputs.x, inputs.adj)
    return model, inputs


@pytest.mark.parametrize(
    "fields",
    [
        {"num_layers": 2},
        {"num_layers": 1, "norm": "none"},
        {"num_layers": 3, "jk": "cat", "residual": True, "norm": "batch"},
        {"num_layers": 2, "self_loops": True, "hidden_channels": 2},
    ],
)
@pytest.mark.parametrize("name", LINKED)
def test_gradients_equal_finite_differences(name, fields, tiny_graph):
    model, inputs = make(name, tiny_graph, **fields)
    size = len(inputs.adj.matrix.weights)
    mask = torch.linspace(0.3, 1.2, size, dtype=torch.float64).requires_grad_()
    direction = torch.linspace(-1, 1, 16, dtype=torch.float64).view(8, 2)

    def measure(mask):
        return (model(inputs.x, inputs.adj.masked(mask)) * direction).sum()

    (ours,) = torch.autograd.grad(measure(mask), mask)
    with torch.no_grad():
        moves = STEP * torch.eye(size, dtype=torch.float64)
        theirs = torch.stack([(measure(mask + move) - measure(mask - move)) / (2 * STEP) for move in moves])
    assert ours.abs().max() > 1e-3
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", LINKED)
def test_a_mask_of_ones_changes_nothing_and_is_forgotten(name, tiny_graph):
    model, inputs = make(name, tiny_graph)
    with torch.no_grad():
        whole = model(inputs.x, inputs.adj)
        ones = torch.ones_like(inputs.adj.matrix.weights)
        torch.testing.assert_close(model(inputs.x, inputs.adj.masked(ones)), whole)
        assert not torch.allclose(model(inputs.x, inputs.adj.masked(ones / 2)), whole)
        assert torch.equal(model(inputs.x, inputs.adj), whole)


@pytest.mark.parametrize("name", ["gat", "gatv2"])
def test_a_mask_comes_after_the_softmax(name, tiny_graph):
    """What is left of an article's attention is not shared out anew."""
    model, inputs = make(name, tiny_graph, num_layers=1)
    halved = model(inputs.x, inputs.adj.masked(torch.full_like(inputs.adj.matrix.weights, 0.5)))
    bias = model.layers[0].bias
    torch.testing.assert_close(halved - bias, (model(inputs.x, inputs.adj) - bias) / 2)


def test_a_reach_takes_no_mask(tiny_graph):
    model, inputs = make("gcn", tiny_graph)
    reach = model.build_reach(inputs.adj, torch.tensor([0]))
    with pytest.raises(ValueError, match="a reach has links of its own"):
        model(inputs.x, inputs.adj.masked(torch.ones_like(inputs.adj.matrix.weights)), reach)
