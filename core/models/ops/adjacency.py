"""Sparse products with a constant matrix: fast on a CPU, differentiable in the dense factor."""

from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from core.config.models import Normalisation

# Dense products of float32 rows whose length is no multiple of this (64 bytes) take up to a quarter longer on a CPU.
ROW_MULTIPLE: Final = 16


def normalise_links(links: sparse.csr_array, kind: Normalisation) -> sparse.csr_array:
    """Weights for message passing over `links` [N, N], a symmetric 0/1 matrix without self-links.

    symmetric: D^-1/2 (A + I) D^-1/2, degrees counted with the self-loop (GCN, arXiv 1609.02907).
    mean: D^-1 A, a row of zeros for an article without neighbours (GraphSAGE, arXiv 1706.02216).
    looped_mean: D^-1 (A + I), degrees counted with the self-loop.
    """
    weights = links.astype(np.float64)
    if kind != "mean":
        weights = sparse.csr_array(weights + sparse.eye_array(links.shape[0], format="csr"))
    degree = np.maximum(weights.sum(axis=1), 1.0)
    if kind == "symmetric":
        scale = sparse.diags_array(1.0 / np.sqrt(degree))
        weighted = scale @ weights @ scale
    else:
        weighted = sparse.diags_array(1.0 / degree) @ weights
    matrix = sparse.csr_array(weighted.astype(np.float32))
    matrix.sort_indices()
    return matrix


class CompressedRows(nn.Module):
    """A constant sparse matrix [N, M]: row i has `weights` at the columns `indices`, from `offsets[i]` on.

    The arrays are buffers that follow `.to()` and stay out of checkpoints.
    """

    offsets: Tensor  # [N + 1] int32
    indices: Tensor  # [E] int32
    weights: Tensor  # [E] float32

    def __init__(self, matrix: sparse.csr_array) -> None:
        super().__init__()
        self.shape = matrix.shape
        self.register_buffer("offsets", torch.from_numpy(matrix.indptr.astype(np.int32)), persistent=False)
        self.register_buffer("indices", torch.from_numpy(matrix.indices.astype(np.int32)), persistent=False)
        self.register_buffer("weights", torch.from_numpy(matrix.data.astype(np.float32)), persistent=False)

    def to_scipy(self) -> sparse.csr_array:
        """A copy as scipy's matrix."""
        arrays = (self.weights.cpu().numpy(), self.indices.cpu().numpy(), self.offsets.cpu().numpy())
        return sparse.csr_array(arrays, shape=self.shape, copy=True)

    @property
    def rows(self) -> Tensor:
        """[E] int64: the row of every stored weight."""
        counts = self.offsets.diff().long()
        return torch.repeat_interleave(torch.arange(len(counts), device=counts.device), counts)

    def matmul(self, x: Tensor) -> Tensor:
        """This matrix times x [M, H] float32, without autograd."""
        if x.device.type in ("cpu", "cuda"):
            # 2-3 times faster on a CPU than torch's own sparse matrices.
            return F.embedding_bag(
                self.indices, x, self.offsets, mode="sum", per_sample_weights=self.weights, include_last_offset=True
            )
        return self.matmul_edges(x)

    def matmul_edges(self, x: Tensor) -> Tensor:
        """The same product link by link, for devices without embedding_bag."""
        out = x.new_zeros(len(self.offsets) - 1, x.shape[1])
        return out.index_add_(0, self.rows, x.index_select(0, self.indices.long()) * self.weights[:, None])


class _SparseProduct(torch.autograd.Function):
    """A x, whose gradient is the transpose of A times the gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, matrix: CompressedRows, transposed: CompressedRows) -> Tensor:
        ctx.transposed = transposed
        return matrix.matmul(x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        return ctx.transposed.matmul(grad.contiguous()), None, None


class _Selection(torch.autograd.Function):
    """x[index] for indices that differ; torch's own gradient adds row by row, which takes twice as long."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, index: Tensor) -> Tensor:
        ctx.num_rows = len(x)
        ctx.save_for_backward(index)
        return x.index_select(0, index)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (index,) = ctx.saved_tensors
        return grad.new_zeros(ctx.num_rows, *grad.shape[1:]).index_copy_(0, index, grad), None


def select_rows(x: Tensor, index: Tensor) -> Tensor:
    """The rows `index` [M] of x [N, ...]; no index may occur twice."""
    selected: Tensor = _Selection.apply(x, index)  # type: ignore[no-untyped-call]
    return selected


class Adjacency(nn.Module):
    """A constant weighted adjacency matrix A [M, N]; `A[i, j]` weighs the message from article j to i.

    M = N, unless it holds some articles' rows alone: `own` [M] then says which columns those articles are.
    `transposed_order` [E] int32 lists the stored weights of A in the order in which the transpose stores them.
    """

    is_constant = True

    transposed_order: Tensor
    own: Tensor | None

    def __init__(self, matrix: sparse.csr_array, own: NDArray[np.int64] | None = None) -> None:
        super().__init__()
        transposed = sparse.csr_array(matrix.T)
        transposed.sort_indices()
        self.matrix = CompressedRows(matrix)
        pairs = (
            (matrix.indptr, transposed.indptr),
            (matrix.indices, transposed.indices),
            (matrix.data, transposed.data),
        )
        is_symmetric = all(np.array_equal(ours, theirs) for ours, theirs in pairs)
        self.transposed = self.matrix if is_symmetric else CompressedRows(transposed)
        numbered = sparse.csr_array((np.arange(len(matrix.data)), matrix.indices, matrix.indptr), shape=matrix.shape)
        turned = sparse.csr_array(numbered.T)
        turned.sort_indices()
        self.register_buffer("transposed_order", torch.from_numpy(turned.data.astype(np.int32)), persistent=False)
        self.register_buffer("own", None if own is None else torch.from_numpy(own), persistent=False)
        self._edge_index: Tensor | None = None
        self._loops: Tensor | None = None
        self._constant: tuple[Tensor, int, int, bool] | None = None  # x, its version, steps, beside
        self._product: Tensor | None = None

    @property
    def num_rows(self) -> int:
        """M, the number of articles that receive messages."""
        return len(self.matrix.offsets) - 1

    def select_own(self, x: Tensor) -> Tensor:
        """Of x [N, H] what belongs to the M articles themselves."""
        return x if self.own is None else select_rows(x, self.own)

    @property
    def loops(self) -> Tensor:
        """[L] int64, where the self-loops stand among the stored weights, in the order of their articles."""
        if self._loops is None or self._loops.device != self.matrix.indices.device:
            source, target = self.edge_index
            own = target if self.own is None else self.own.index_select(0, target)
            self._loops = (source == own).nonzero().flatten()
        return self._loops

    @property
    def edge_index(self) -> Tensor:
        """[2, E] int64, source and target of every message, sorted by target."""
        indices = self.matrix.indices
        if self._edge_index is None or self._edge_index.device != indices.device:
            self._edge_index = torch.stack([indices.long(), self.matrix.rows])
        return self._edge_index

    def matmul(self, x: Tensor) -> Tensor:
        """A x for x [N, H]; float32 whatever the precision around it."""
        product: Tensor = _SparseProduct.apply(x.float().contiguous(), self.matrix, self.transposed)  # type: ignore[no-untyped-call]
        return product

    def matmul_power(self, x: Tensor, steps: int) -> Tensor:
        """A^steps x for x [N, H]."""
        for _ in range(steps):
            x = self.matmul(x)
        return x

    def matmul_constant(self, x: Tensor, steps: int = 1, *, beside: bool = False) -> Tensor:
        """A^steps x, kept until it is asked for another x: for the features, which training never changes.

        beside: x itself and that product side by side, and zeros, [N, 2 H and up to the next multiple of ROW_MULTIPLE].
        """
        if x.requires_grad or x.is_inference():
            return self._multiply(x, steps, beside=beside)
        known = self._constant
        if known is None or known[0] is not x or known[1:] != (x._version, steps, beside) or self._product is None:
            # Made outside inference mode, so that a later training step may use it.
            with torch.inference_mode(False), torch.no_grad():
                self._product = self._multiply(x, steps, beside=beside)
            self._constant = (x, x._version, steps, beside)
        return self._product

    def _multiply(self, x: Tensor, steps: int, *, beside: bool) -> Tensor:
        product = self.matmul_power(x, steps)
        if not beside:
            return product
        return F.pad(torch.cat([self.select_own(x), product], dim=1), (0, -2 * x.shape[1] % ROW_MULTIPLE))


def build_adjacency(links: sparse.csr_array, kind: Normalisation) -> Adjacency:
    """The matrix that passes messages over `links`; see `normalise_links`."""
    return Adjacency(normalise_links(links, kind))
