"""GCN: every article becomes a weighted mean of itself and its neighbours (Kipf and Welling, arXiv 1609.02907)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency
from core.models.ops.dropout import Dropout
from core.models.ops.reach import Reach
from core.models.ops.thinning import thin_links
from core.models.refine.alignment import Alignment
from core.models.refine.smoothing import Smoothing
from core.models.stack import JumpingKnowledge, Norm, Stack, layer_widths


class GCNConv(nn.Module):
    """A x W + b with the symmetrically normalised adjacency A.

    cached: A x of a constant x is computed once, since A (x W) = (A x) W.
    """

    def __init__(self, in_channels: int, out_channels: int, *, cached: bool = False) -> None:
        super().__init__()
        self.cached = cached
        self.lin = nn.Linear(in_channels, out_channels, bias=False)
        self.bias = nn.Parameter(torch.zeros(out_channels))
        nn.init.xavier_uniform_(self.lin.weight)

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """x [N, in_channels] to [M, out_channels]."""
        is_known = self.cached and adj.keeps_products and not x.requires_grad
        if self.lin.in_features > self.lin.out_features and not is_known:
            return adj.matmul(self.lin(x)) + self.bias
        mixed = adj.matmul_constant(x) if is_known else adj.matmul(x)
        return F.linear(mixed, self.lin.weight, self.bias)


class GCN(Stack):
    """`num_layers` graph convolutions.

    link_dropout: share of the links, self-loops apart, over which a training step passes no message.
    feature_dropout: share of the values of x that a training step reads as 0.
    distribution_alignment, smoothing_steps: for `Alignment` and, after it, `Smoothing`, which change what a model
    in evaluation mode returns; 0 steps for none.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        num_layers: int,
        out_channels: int,
        *,
        dropout: float = 0.5,
        norm: Norm = "layer",
        residual: bool = False,
        jk: JumpingKnowledge = "none",
        link_dropout: float = 0.0,
        feature_dropout: float = 0.0,
        distribution_alignment: bool = False,
        smoothing_steps: int = 0,
    ) -> None:
        widths = layer_widths(in_channels, hidden_channels, num_layers, out_channels, jk)
        layers = [GCNConv(*pair, cached=index == 0 and not feature_dropout) for index, pair in enumerate(widths)]
        super().__init__(layers, widths, out_channels, dropout=dropout, norm=norm, residual=residual, jk=jk)
        self.link_dropout = link_dropout
        self.feature_dropout = Dropout(feature_dropout)
        self.alignment = Alignment(out_channels) if distribution_alignment else None
        self.smoothing = Smoothing(smoothing_steps) if smoothing_steps else None

    def build_reach(self, adj: Adjacency | None, rows: Tensor) -> Reach | None:
        """None with `link_dropout`: which links a step reads is not known before it."""
        return None if self.link_dropout else super().build_reach(adj, rows)

    def forward(self, x: Tensor, adj: Adjacency | None = None, reach: Reach | None = None) -> Tensor:
        """Logits [N, out_channels] of features x [N, in_channels]; with `reach` those of its M articles alone."""
        assert adj is not None
        if self.training:
            links = thin_links(adj, self.link_dropout) if self.link_dropout else adj
            return super().forward(self.feature_dropout(x), links, reach)
        logits = super().forward(x, adj, reach)
        logits = logits if self.alignment is None else self.alignment(logits)
        return logits if self.smoothing is None else self.smoothing(logits, adj)
