"""The links that messages pass over: who is linked to whom, how much it weighs, and what is made of it once."""

from typing import Final, Self

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor, nn

from core.config.models import Normalisation
from core.models.ops.normalise import normalise_links
from core.models.ops.products import multiply, multiply_masked, select_rows
from core.models.ops.rows import CompressedRows

# Dense products of float32 rows whose length is no multiple of this (64 bytes) take up to a quarter longer on a CPU.
ROW_MULTIPLE: Final = 16


class Adjacency(nn.Module):
    """A constant weighted adjacency matrix A [M, N]; `A[i, j]` weighs the message from article j to i.

    M = N, unless it holds some articles' rows alone: `own` [M] then says which columns those articles are.
    `transposed_order` [E] int32 lists the stored weights of A in the order in which the transpose stores them.
    kept [K] int64: the places of the stored weights among all messages, [E]; None where K = E.
    keeps_products: whether what it makes of the features may be kept for the next call.
    mask [E]: what every message is multiplied by, beside its weight; None for nothing.
    """

    keeps_products = True

    transposed_order: Tensor
    own: Tensor | None
    kept: Tensor | None = None

    def __init__(
        self, matrix: CompressedRows, transposed: CompressedRows, transposed_order: Tensor, own: Tensor | None = None
    ) -> None:
        super().__init__()
        self.matrix = matrix
        self.transposed = transposed
        self.register_buffer("transposed_order", transposed_order, persistent=False)
        self.register_buffer("own", own, persistent=False)
        self.mask: Tensor | None = None
        self._edge_index: Tensor | None = None
        self._loops: Tensor | None = None
        self._constant: tuple[Tensor, int, int, bool] | None = None  # x, its version, steps, beside
        self._product: Tensor | None = None

    @classmethod
    def from_scipy(cls, matrix: sparse.csr_array, own: NDArray[np.int64] | None = None) -> Self:
        """The adjacency that this matrix is; a symmetric one is stored once."""
        transposed = sparse.csr_array(matrix.T)
        transposed.sort_indices()
        rows = CompressedRows.from_scipy(matrix)
        pairs = (
            (matrix.indptr, transposed.indptr),
            (matrix.indices, transposed.indices),
            (matrix.data, transposed.data),
        )
        is_symmetric = all(np.array_equal(ours, theirs) for ours, theirs in pairs)
        numbered = sparse.csr_array((np.arange(len(matrix.data)), matrix.indices, matrix.indptr), shape=matrix.shape)
        turned = sparse.csr_array(numbered.T)
        turned.sort_indices()
        return cls(
            rows,
            rows if is_symmetric else CompressedRows.from_scipy(transposed),
            torch.from_numpy(turned.data.astype(np.int32)),
            None if own is None else torch.from_numpy(own),
        )

    def masked(self, mask: Tensor) -> "MaskedAdjacency":
        """These links, every message multiplied by its `mask` [E], in the order of `edge_index`.

        The mask may require a gradient. Attention takes it after its softmax: the others' shares stay as they are.
        Raises ValueError for another shape.
        """
        return MaskedAdjacency(self, mask)

    def thinned(self, mask: Tensor) -> "Adjacency":
        """The same as `masked`, on a CPU, for a mask without gradient: no product passes over links whose mask is 0."""
        return ThinnedAdjacency(self, mask)

    def unkept(self) -> "Adjacency":
        """The same links, of which no product is kept: for features that change from call to call."""
        return _View(self, self.matrix, self.transposed)

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
    def loop_weights(self) -> Tensor:
        """[L] float32, the weights of the self-loops, whatever the mask."""
        return self.matrix.weights.index_select(0, self.loops)

    @property
    def edge_index(self) -> Tensor:
        """[2, E] int64, source and target of every message, sorted by target."""
        indices = self.matrix.indices
        if self._edge_index is None or self._edge_index.device != indices.device:
            self._edge_index = torch.stack([indices.long(), self.matrix.rows])
        return self._edge_index

    @property
    def segments(self) -> Tensor:
        """[M + 1] int64, from where to where the messages into each article stand in `edge_index`."""
        return self.matrix.offsets.long()

    def matmul(self, x: Tensor) -> Tensor:
        """A x for x [N, H]; at least float32 whatever the precision around it."""
        return multiply(x, self.matrix, self.transposed)

    def matmul_power(self, x: Tensor, steps: int) -> Tensor:
        """A^steps x for x [N, H]."""
        for _ in range(steps):
            x = self.matmul(x)
        return x

    def matmul_constant(self, x: Tensor, steps: int = 1, *, beside: bool = False) -> Tensor:
        """A^steps x, kept until it is asked for another x: for the features, which training never changes.

        beside: x itself and that product side by side, and zeros, [N, 2 H and up to the next multiple of ROW_MULTIPLE].
        """
        if not self.keeps_products or x.requires_grad or x.is_inference():
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


class _View(Adjacency):
    """The links of `whole` anew, for a call or two: what depends on who links to whom alone is made once for both."""

    keeps_products = False

    def __init__(self, whole: Adjacency, matrix: CompressedRows, transposed: CompressedRows) -> None:
        super().__init__(matrix, transposed, whole.transposed_order, whole.own)
        self.whole, self.kept = whole, whole.kept

    def unkept(self) -> Adjacency:
        return self

    @property
    def loops(self) -> Tensor:
        return self.whole.loops

    @property
    def loop_weights(self) -> Tensor:
        return self.whole.loop_weights

    @property
    def edge_index(self) -> Tensor:
        return self.whole.edge_index

    @property
    def segments(self) -> Tensor:
        return self.whole.segments


class MaskedAdjacency(_View):
    """The links of `whole`, every message multiplied by its `mask` [E]; see `Adjacency.masked`."""

    def __init__(self, whole: Adjacency, mask: Tensor) -> None:
        own = whole.matrix.weights
        if mask.shape != own.shape:
            raise ValueError(f"mask has the shape {list(mask.shape)}: expected {list(own.shape)}, one for each message")
        weights = own * mask.detach()
        turned = weights.index_select(0, whole.transposed_order)
        super().__init__(whole, whole.matrix.reweighted(weights), whole.transposed.reweighted(turned))
        self.mask = mask

    def masked(self, mask: Tensor) -> "MaskedAdjacency":
        assert self.mask is not None
        return self.whole.masked(self.mask * mask)

    def thinned(self, mask: Tensor) -> Adjacency:
        assert self.mask is not None
        return self.masked(mask) if self.mask.requires_grad else self.whole.thinned(self.mask * mask)

    def matmul(self, x: Tensor) -> Tensor:
        assert self.mask is not None
        if not self.mask.requires_grad:
            return super().matmul(x)
        return multiply_masked(x, self.mask, self.whole.matrix.weights, self.matrix, self.transposed)


class ThinnedAdjacency(_View):
    """The links of `whole`, every message multiplied by its `mask` [E]; those of 0 are not stored, see `thinned`."""

    def __init__(self, whole: Adjacency, mask: Tensor) -> None:
        turned = mask.index_select(0, whole.transposed_order)
        kept, kept_turned = _find_places(mask), _find_places(turned)
        super().__init__(whole, whole.matrix.thinned(kept, mask), whole.transposed.thinned(kept_turned, turned))
        self.transposed_order = whole.transposed_order.index_select(0, kept_turned)  # places among all messages
        self.mask, self.kept = mask, kept

    def masked(self, mask: Tensor) -> MaskedAdjacency:
        assert self.mask is not None
        return self.whole.masked(self.mask * mask)

    def thinned(self, mask: Tensor) -> Adjacency:
        assert self.mask is not None
        return self.whole.thinned(self.mask * mask)


def _find_places(mask: Tensor) -> Tensor:
    """[K] int64, where the mask [E] on a CPU is not 0; NumPy is five times faster at it than torch."""
    return torch.from_numpy(np.flatnonzero((mask != 0).numpy()))


def build_adjacency(links: sparse.csr_array, kind: Normalisation) -> Adjacency:
    """The matrix that passes messages over `links`; see `normalise_links`."""
    return Adjacency.from_scipy(normalise_links(links, kind))
