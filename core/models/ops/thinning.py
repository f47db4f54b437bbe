"""Link dropout: messages over some of the links, others in every training step."""

from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency, CompressedRows
from core.models.ops.dropout import draw_mask


class _ReweightedRows(CompressedRows):
    """The entries of `rows` with other weights [E]; shares the rest."""

    def __init__(self, rows: CompressedRows, weights: Tensor) -> None:
        nn.Module.__init__(self)
        self.shape = rows.shape
        self.register_buffer("offsets", rows.offsets, persistent=False)
        self.register_buffer("indices", rows.indices, persistent=False)
        self.register_buffer("weights", weights, persistent=False)


class ThinnedAdjacency(Adjacency):
    """`whole` without a random share p of its links; those left weigh 1 / (1 - p) times as much, self-loops as before.

    So the mean over many draws is `whole`. The two directions of a link fall out apart from each other.
    Source: DropEdge, arXiv 1907.10903, which counts the degrees anew instead.
    """

    is_constant = False

    def __init__(self, whole: Adjacency, share: float) -> None:
        nn.Module.__init__(self)
        weights = whole.matrix.weights
        kept = draw_mask(weights.shape, share).to(weights.device).index_fill_(0, whole.loops, 1.0).mul_(weights)
        self.matrix = _ReweightedRows(whole.matrix, kept)
        self.transposed = _ReweightedRows(whole.transposed, kept.index_select(0, whole.transposed_order))
        self.register_buffer("transposed_order", whole.transposed_order, persistent=False)
        self.register_buffer("own", whole.own, persistent=False)
        self._edge_index = self._loops = None
        self._constant = self._product = None
