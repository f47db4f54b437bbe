"""The kernels of sparse products: one result, and a choice that survives failures."""

import numpy as np
import pytest
import torch
from scipy import sparse

from core.models.ops import kernels
from core.models.ops.adjacency import Adjacency
from core.models.ops.kernels import KernelRows, choose_sparse_kernel, use_sparse_kernel
from core.models.ops.normalise import normalise_links


@pytest.fixture
def links():
    upper = np.triu(np.random.default_rng(0).random((30, 30)) < 0.2, k=1)
    return sparse.csr_array((upper | upper.T).astype(np.int8))


@pytest.mark.parametrize("kind", ["symmetric", "mean"])
@pytest.mark.parametrize("kernel", ["bag", "columns", "csr", "edges"])
def test_every_kernel_gives_the_same_product_and_gradient(kernel, kind, links, monkeypatch):
    monkeypatch.setattr(kernels, "COLUMNS", 3)
    matrix = normalise_links(links, kind)
    adj, dense = Adjacency.from_scipy(matrix), torch.tensor(matrix.toarray())
    use_sparse_kernel(adj, kernel)
    assert (adj.transposed is adj.matrix) == (kind == "symmetric")
    x, weights = torch.randn(30, 7, requires_grad=True), torch.randn(30, 7)
    for _ in range(2):
        x.grad = None
        (adj.matmul(x) * weights).sum().backward()
        torch.testing.assert_close(adj.matmul(x), dense @ x)
        torch.testing.assert_close(x.grad, dense.T @ weights)


def test_the_fastest_kernel_that_works_is_chosen(links, monkeypatch):
    adj = Adjacency.from_scipy(normalise_links(links, "symmetric"))
    measured = []

    def measure(call, device):
        call()
        measured.append(call)
        return {1: 3.0, 2: 2.0, 3: 1.0, 4: 4.0}[len(measured)]

    monkeypatch.setattr(kernels, "measure_seconds", measure)
    assert choose_sparse_kernel(adj, kernels.COLUMNS + 1) == "csr"
    measured.clear()

    def fail(self):
        raise RuntimeError("not on this device")

    monkeypatch.setattr(KernelRows, "csr", property(fail))
    assert choose_sparse_kernel(adj, kernels.COLUMNS + 1) == "edges"
    measured.clear()
    monkeypatch.setattr(KernelRows, "matmul_edges", lambda _, x: x * 0)
    assert choose_sparse_kernel(adj, kernels.COLUMNS + 1) == "columns"
    measured.clear()
    assert choose_sparse_kernel(adj, 4) == "bag"


def test_a_choice_is_made_of_real_times(links):
    adj = Adjacency.from_scipy(normalise_links(links, "mean"))
    assert choose_sparse_kernel(adj, 8) in ("bag", "csr", "edges")
    assert not isinstance(adj.matrix, KernelRows)
