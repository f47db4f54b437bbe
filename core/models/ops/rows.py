"""A sparse matrix by rows: its products, and the products of row pairs that its gradient takes."""

import warnings
from collections.abc import Iterator
from typing import Final, Self

import numpy as np
import torch
import torch.nn.functional as F
from scipy import sparse
from torch import Tensor, nn

CHUNK: Final = 65_536  # links whose messages are in memory at once


class CompressedRows(nn.Module):
    """A constant sparse matrix [N, M]: row i has `weights` at the columns `indices`, from `offsets[i]` on.

    The arrays are buffers that follow `.to()` and stay out of checkpoints.
    """

    offsets: Tensor  # [N + 1] int32
    indices: Tensor  # [E] int32
    weights: Tensor  # [E] float32

    def __init__(self, offsets: Tensor, indices: Tensor, weights: Tensor, shape: tuple[int, int]) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("offsets", offsets, persistent=False)
        self.register_buffer("indices", indices, persistent=False)
        self.register_buffer("weights", weights, persistent=False)

    @classmethod
    def from_scipy(cls, matrix: sparse.csr_array) -> Self:
        """The same matrix, copied."""
        offsets, indices = (torch.from_numpy(array.astype(np.int32)) for array in (matrix.indptr, matrix.indices))
        return cls(offsets, indices, torch.from_numpy(matrix.data.astype(np.float32)), matrix.shape)

    def to_scipy(self) -> sparse.csr_array:
        """A copy as scipy's matrix."""
        arrays = (self.weights.cpu().numpy(), self.indices.cpu().numpy(), self.offsets.cpu().numpy())
        return sparse.csr_array(arrays, shape=self.shape, copy=True)

    def reweighted(self, weights: Tensor) -> "CompressedRows":
        """The same entries with other weights [E]; shares the rest."""
        return CompressedRows(self.offsets, self.indices, weights, self.shape)

    def thinned(self, kept: Tensor, mask: Tensor) -> "CompressedRows":
        """The entries at the places `kept` [K] alone, sorted, their weights multiplied by `mask` [E] there."""
        offsets = torch.searchsorted(kept, self.offsets.long(), out_int32=True)
        weights = self.weights.index_select(0, kept) * mask.index_select(0, kept)
        return CompressedRows(offsets, self.indices.index_select(0, kept), weights, self.shape)

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

    def multiply_pairs(self, of_row: Tensor, of_column: Tensor) -> Tensor:
        """[E] inner products of a row of `of_row` [N, D] and one of `of_column` [M, D], for every entry's two."""
        if of_row.device.type == "cpu" and torch.backends.mkl.is_available():  # type: ignore[no-untyped-call]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torch calls its sparse matrices a beta
                pattern = torch.sparse_csr_tensor(
                    self.offsets, self.indices, torch.zeros_like(self.weights), self.shape, check_invariants=False
                )
            sampled: Tensor = torch.sparse.sampled_addmm(pattern, of_row, of_column.T, beta=0.0).values()
            return sampled
        pairs = split_links(self.rows, self.indices.long())
        return torch.cat([(of_row.index_select(0, i) * of_column.index_select(0, j)).sum(dim=1) for i, j in pairs])


def split_links(*arrays: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """The same few links of every array at a time."""
    for start in range(0, len(arrays[0]), CHUNK):
        yield tuple(array[start : start + CHUNK] for array in arrays)
