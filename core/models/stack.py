"""What most models share: layers one after the other, with norm, dropout, residuals and jumping knowledge."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.dropout import Dropout
from core.models.sparse import Adjacency

Norm = Literal["none", "batch", "layer"]
JumpingKnowledge = Literal["none", "cat", "max"]


def layer_widths(
    in_channels: int, hidden_channels: int, num_layers: int, out_channels: int, jk: JumpingKnowledge
) -> list[tuple[int, int]]:
    """Input and output width of each layer. With jumping knowledge all layers are hidden, and a linear map follows."""
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
    side by side (cat) or by their largest values (max), does (arXiv 1806.03536).
    """

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

    def forward(self, x: Tensor, adj: Adjacency | None = None) -> Tensor:
        """Logits [N, out_channels] of features x [N, in_channels]."""
        outputs = []
        for index, norm in enumerate(self.norms):
            h = self.layers[index](x, adj)
            if self.shortcuts is not None:
                h = h + self.shortcuts[index](x)
            x = self.dropout(F.relu(norm(h)))
            outputs.append(x)
        if self.head is None:
            logits: Tensor = self.layers[-1](x, adj)
        elif self.jk == "cat":
            logits = self.head(torch.cat(outputs, dim=1))
        else:
            logits = self.head(torch.stack(outputs).amax(dim=0))
        return logits
