"""The sparse products: against dense algebra and PyG's normalisation."""

import numpy as np
import pytest
import torch
from scipy import sparse
from torch_geometric.nn.conv.gcn_conv import gcn_norm

from core.models.ops.adjacency import ROW_MULTIPLE, Adjacency, build_adjacency
from core.models.ops.normalise import normalise_links


def random_matrix(n=30, density=0.2, seed=0):
    """Not symmetric, with empty rows and columns."""
    matrix = sparse.random_array((n, n), density=density, rng=np.random.default_rng(seed), dtype=np.float32).tolil()
    matrix[3] = 0
    matrix[:, 5] = 0
    return sparse.csr_array(matrix)


def as_dense(matrix):
    return torch.tensor(matrix.toarray())


@pytest.mark.parametrize("width", [1, 7, 64])
def test_product_and_gradient_equal_dense_algebra(width):
    matrix = random_matrix()
    adj = Adjacency.from_scipy(matrix)
    assert adj.transposed is not adj.matrix
    x = torch.randn(30, width, requires_grad=True)
    weights = torch.randn(30, width)
    (adj.matmul(x) * weights).sum().backward()
    torch.testing.assert_close(adj.matmul(x), as_dense(matrix) @ x)
    torch.testing.assert_close(x.grad, as_dense(matrix).T @ weights)
    torch.testing.assert_close(adj.matrix.matmul_edges(x), as_dense(matrix) @ x)


def test_product_takes_slices_and_other_precisions():
    matrix = random_matrix()
    x = torch.randn(8, 30)
    torch.testing.assert_close(Adjacency.from_scipy(matrix).matmul(x.T), as_dense(matrix) @ x.T)
    product = Adjacency.from_scipy(matrix).matmul(x.T.bfloat16())
    assert product.dtype == torch.float32
    torch.testing.assert_close(product, as_dense(matrix) @ x.T.bfloat16().float())


def test_symmetric_normalisation_equals_pyg():
    upper = np.triu(np.random.default_rng(0).random((25, 25)) < 0.2, k=1)
    links = sparse.csr_array((upper | upper.T).astype(np.int8))
    edge_index, weights = gcn_norm(torch.tensor(np.stack(links.nonzero())), num_nodes=25)
    theirs = torch.zeros(25, 25).index_put_(tuple(edge_index), weights)
    torch.testing.assert_close(as_dense(normalise_links(links, "symmetric")), theirs)
    adj = build_adjacency(links, "symmetric")
    assert adj.transposed is adj.matrix


def test_mean_weights_sum_to_one_unless_alone(tiny_graph):
    mean = normalise_links(tiny_graph.undirected, "mean")
    np.testing.assert_allclose(mean.sum(axis=1), 1, rtol=1e-6)
    nobody = sparse.csr_array((4, 4), dtype=np.int8)
    x = torch.ones(4, 2)
    assert torch.equal(build_adjacency(nobody, "mean").matmul(x), torch.zeros(4, 2))
    torch.testing.assert_close(build_adjacency(nobody, "symmetric").matmul(x), x)


def test_an_article_may_count_among_its_neighbours(tiny_graph):
    looped = tiny_graph.undirected.toarray() + np.eye(8)
    expected = looped / looped.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(normalise_links(tiny_graph.undirected, "looped_mean").toarray(), expected, rtol=1e-6)


def test_finds_the_self_loops(tiny_graph):
    adj = build_adjacency(tiny_graph.undirected, "symmetric")
    source, target = adj.edge_index
    assert torch.equal(source[adj.loops], torch.arange(8))
    assert torch.equal(target[adj.loops], torch.arange(8))
    assert len(build_adjacency(tiny_graph.undirected, "mean").loops) == 0


def test_edge_index_is_sorted_by_target():
    matrix = random_matrix()
    source, target = Adjacency.from_scipy(matrix).edge_index
    assert torch.equal(target, target.sort().values)
    rebuilt = torch.zeros(30, 30).index_put_((target, source), torch.tensor(matrix.data))
    torch.testing.assert_close(rebuilt, as_dense(matrix))


def test_constant_product_is_made_once_and_anew_for_other_features():
    matrix = random_matrix()
    adj, dense = Adjacency.from_scipy(matrix), as_dense(matrix)
    x = torch.randn(30, 4)
    with torch.inference_mode():
        first = adj.matmul_constant(x)
    assert adj.matmul_constant(x) is first
    torch.testing.assert_close(first, dense @ x)
    assert not first.is_inference()
    both = adj.matmul_constant(x, beside=True)
    width = 2 * x.shape[1]
    torch.testing.assert_close(both[:, :width], torch.cat([x, dense @ x], dim=1))
    assert both.shape[1] % ROW_MULTIPLE == 0
    assert both.shape[1] - width < ROW_MULTIPLE
    assert not both[:, width:].any()
    torch.testing.assert_close(adj.matmul_constant(x, 3), dense @ dense @ dense @ x)
    x[0] += 1
    torch.testing.assert_close(adj.matmul_constant(x), dense @ x)
    other = torch.randn(30, 4)
    torch.testing.assert_close(adj.matmul_constant(other), dense @ other)
    asked = x.clone().requires_grad_()
    adj.matmul_constant(asked).sum().backward()
    torch.testing.assert_close(asked.grad, (dense.T @ torch.ones(30, 4)))
