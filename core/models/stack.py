"""What most models share: layers one after the other, with norm, dropout, residuals and jumping knowledge."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency
from core.models.ops.dropout import Dropout
from core.models.ops.reach import Reach
from core.models.ops.shared import SharedOutput

Norm = Literal["none", "batch", "layer"]
JumpingKnowledge = Literal["none", "last", "cat", "max"]


def layer_widths(
    in_channels: int, hidden_channels: int, num_layers: int, out_channels: int, jk: JumpingKnowledge
) -> list[tuple[int, int]]:
    """Input and output width of each layer. Unless jk is none, all layers are hidden, and a linear map follows."""
    last = out_channels if jk == "none" else hidden_channels
    widths = [in_channels, *[hidden_channels] * (num_layers - 1), last]
    return list(pairwise(widths))


def build_norm(norm: Norm, channels: int) -> nn.Module:
    """The normalisation of this name over `channels` values an article."""
    if norm == "batch":
        return nn.BatchNorm1d(channels)
    return nn.LayerNorm(channels) if norm == "layer" else nn.Identity()


class Stack(nn.Module):
    """h ← dropout(relu(norm(layer(h, A) + W h))) for every hidden layer, W h with `residual` only.

    layers: modules called as `layer(x, adj)`, with the widths of `layer_widths`. Without jumping
    knowledge the last one gives the logits; with it, a linear map of all hidden outputs, joined
    side by side (cat) or by their largest values (max), does (arXiv 1806.03536). With `last` it is a
    linear map of the last hidden output alone.

    What comes before the first dropout is computed once for an evaluation and the training step after it, unless
    these do not begin with the same features and links (`begins_alike`).
    """

    begins_alike = True

    def __init__(
        self,
        layers: Sequence[nn.Module],
        widths: Sequence[tuple[int, int]],
        out_channels: int,
        *,
        dropout: float,
        norm: Norm,
        residual: bool,
        jk: JumpingKnowledge,
    ) -> None:
        super().__init__()
        self.jk = jk
        self.layers = nn.ModuleList(layers)
        hidden = widths if jk != "none" else widths[:-1]
        self.norms = nn.ModuleList(build_norm(norm, width) for _, width in hidden)
        self.shortcuts = nn.ModuleList(nn.Linear(*pair, bias=False) for pair in hidden) if residual else None
        self.dropout = Dropout(dropout)
        joined = sum(width for _, width in hidden) if jk == "cat" else widths[-1][1]
        self.head = nn.Linear(joined, out_channels) if jk != "none" else None
        self.norm_mixes_rows = norm == "batch"
        self._first = SharedOutput()

    def build_reach(self, adj: Adjacency | None, rows: Tensor) -> Reach | None:
        """For `forward`, when only the logits of the articles `rows` [M] are asked for; their indices are sorted."""
        shares_first = min(len(self.norms), 1) if adj is not None else 0
        num_whole = len(self.norms) if self.norm_mixes_rows else shares_first
        return Reach(adj, rows, num_layers=len(self.layers), num_whole=num_whole)

    def forward(self, x: Tensor, adj: Adjacency | None = None, reach: Reach | None = None) -> Tensor:
        """Logits [N, out_channels] of features x [N, in_channels]; with `reach` those of its M articles alone."""
        outputs = []
        x = x if reach is None else reach.select_inputs(0, x)
        for index in range(len(self.norms)):
            h = self._hidden(index, x, adj if reach is None else reach.links(index, adj))
            h = h if reach is None else reach.select_inputs(index + 1, h)
            x = self.dropout(h)
            if self.head is not None:
                outputs.append(x if reach is None else reach.select_rows(index + 1, x))
        if self.head is None:
            last = len(self.norms)
            logits: Tensor = self.layers[last](x, adj if reach is None else reach.links(last, adj))
        elif self.jk == "last":
            logits = self.head(outputs[-1])
        elif self.jk == "cat":
            logits = self.head(torch.cat(outputs, dim=1))
        else:
            logits = self.head(torch.stack(outputs).amax(dim=0))
        return logits

    def _hidden(self, index: int, x: Tensor, adj: Adjacency | None) -> Tensor:
        """Layer `index` of x, up to its dropout."""
        is_constant = self.begins_alike and (adj is None or adj.keeps_products)
        if index > 0 or not is_constant or getattr(self.layers[0], "dropout", None):
            return self._activate(index, self._convolve(index, x, adj))
        if self.norm_mixes_rows:
            return self._activate(0, self._first.get(lambda: self._convolve(0, x, adj), (x, adj), self))
        return self._first.get(lambda: self._activate(0, self._convolve(0, x, adj)), (x, adj), self)

    def _convolve(self, index: int, x: Tensor, adj: Adjacency | None) -> Tensor:
        h: Tensor = self.layers[index](x, adj)
        if self.shortcuts is not None:
            h = h + self.shortcuts[index](x if adj is None else adj.select_own(x))
        return h

    def _activate(self, index: int, h: Tensor) -> Tensor:
        return F.relu(self.norms[index](h), inplace=True)
