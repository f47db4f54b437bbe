"""Link and feature dropout: the thinned matrix against dense algebra, and what they leave alone."""

import numpy as np
import pytest
import torch
from scipy import sparse

from core.config.model import ModelConfig
from core.models.build import build_refined
from core.models.inputs import build_inputs
from core.models.ops.adjacency import build_adjacency
from core.models.ops.attention import attend
from core.models.ops.thinning import thin_links

N = 60


@pytest.fixture
def whole():
    upper = np.triu(np.random.default_rng(0).random((N, N)) < 0.3, k=1)
    return build_adjacency(sparse.csr_array((upper | upper.T).astype(np.int8)), "symmetric")


def as_dense(adj):
    return torch.zeros(N, N).index_put_((adj.matrix.rows, adj.matrix.indices.long()), adj.matrix.weights)


def test_keeps_self_loops_and_weighs_the_links_left_more(whole):
    torch.manual_seed(0)
    thinned = as_dense(thin_links(whole, 0.25))
    expected = as_dense(whole)
    assert torch.equal(thinned.diagonal(), expected.diagonal())
    others = (expected > 0) & ~torch.eye(N, dtype=torch.bool)
    left = others & (thinned > 0)
    torch.testing.assert_close(thinned[left], expected[left] / 0.75)
    assert (thinned[~others & ~torch.eye(N, dtype=torch.bool)] == 0).all()
    assert left.sum() / others.sum() == pytest.approx(0.75, abs=0.04)
    assert not torch.equal(thinned > 0, (thinned > 0).T)


def test_product_and_gradient_equal_dense_algebra(whole):
    adj = thin_links(whole, 0.5)
    dense = as_dense(adj)
    x = torch.randn(N, 7, requires_grad=True)
    weights = torch.randn(N, 7)
    (adj.matmul(x) * weights).sum().backward()
    torch.testing.assert_close(adj.matmul(x), dense @ x)
    torch.testing.assert_close(x.grad, dense.T @ weights)


def test_row_14_links_left_out_are_passed_over_by_no_product_and_change_no_bit(whole):
    torch.manual_seed(0)
    mask = (torch.rand_like(whole.matrix.weights) < 0.4) * 2.5
    thinned, masked = whole.thinned(mask), whole.masked(mask)
    x = torch.randn(N, 7)
    assert len(thinned.matrix.weights) == len(thinned.transposed.weights) == int((mask > 0).sum())
    assert torch.equal(thinned.matmul(x), masked.matmul(x))
    assert torch.equal(thinned.transposed.matmul(x), masked.transposed.matmul(x))
    assert torch.equal(thinned.edge_index, whole.edge_index)
    assert torch.equal(as_dense(thinned.thinned(mask)), as_dense(whole.masked(mask * mask)))
    assert torch.equal(thinned.masked(mask).matmul(x), whole.masked(mask * mask).matmul(x))
    assert not whole.thinned(torch.zeros_like(mask)).matmul(x).any()


@pytest.mark.parametrize("heads", [1, 3])
def test_row_14_attention_over_links_left_out_changes_no_bit(whole, heads):
    torch.manual_seed(0)
    mask = (torch.rand_like(whole.matrix.weights) < 0.4) * 2.5
    scores, values = torch.randn(len(mask), heads, requires_grad=True), torch.randn(N, heads, 5, requires_grad=True)
    kept, weights = mask[:, None] * (torch.rand(len(mask), heads) < 0.8), torch.randn(N, heads, 5)
    outcomes = []
    for adj in (whole.thinned(mask), whole.masked(mask)):
        out = attend(scores, values, adj, kept)
        outcomes.append((out, *torch.autograd.grad((out * weights).sum(), (scores, values))))
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(*outcomes, strict=True))


def test_every_draw_is_another_and_their_mean_is_the_whole(whole):
    torch.manual_seed(0)
    draws = torch.stack([as_dense(thin_links(whole, 0.5)) for _ in range(400)])
    assert not torch.equal(draws[0], draws[1])
    torch.testing.assert_close(draws.mean(dim=0), as_dense(whole), rtol=0.3, atol=0)


def test_a_model_passes_fewer_messages_in_training_alone(tiny_graph):
    config = ModelConfig(model="gcn", hidden_channels=6, num_layers=2, dropout=0.0, link_dropout=0.9)
    torch.manual_seed(0)
    model = build_refined(config, in_channels=4, out_channels=2)
    inputs = build_inputs(config, tiny_graph)
    whole = build_refined(config.model_copy(update={"link_dropout": 0.0}), in_channels=4, out_channels=2)
    whole.load_state_dict(model.state_dict())
    full = whole(inputs)
    assert not torch.allclose(model(inputs), full)
    torch.testing.assert_close(model.eval()(inputs), full)
    assert model.build_reach(inputs, torch.arange(3)) is None
    assert whole.build_reach(inputs, torch.arange(3)) is not None


@pytest.mark.parametrize("link_dropout", [0.0, 0.5])
def test_a_model_reads_fewer_features_in_training_alone(tiny_graph, link_dropout):
    dropouts = {"dropout": 0.0, "link_dropout": link_dropout, "feature_dropout": 0.5}
    config = ModelConfig(model="gcn", hidden_channels=6, num_layers=2, **dropouts)
    torch.manual_seed(0)
    model = build_refined(config, in_channels=4, out_channels=2)
    inputs = build_inputs(config, tiny_graph)
    plain = config.model_copy(update={"link_dropout": 0.0, "feature_dropout": 0.0})
    whole = build_refined(plain, in_channels=4, out_channels=2)
    whole.load_state_dict(model.state_dict())
    full = whole(inputs)
    draws = [model(inputs) for _ in range(2)]
    assert not torch.allclose(draws[0], draws[1])
    assert not torch.allclose(draws[0], full)
    assert torch.equal(model.eval()(inputs), whole.eval()(inputs))
