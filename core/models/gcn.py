"""GCN: every article becomes a weighted mean of itself and its neighbours (Kipf and Welling, arXiv 1609.02907)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency
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
            return adj.matmul(self.lin(x)).add_(self.bias)
        mixed = adj.matmul_constant(x) if is_known else adj.matmul(x)
        return F.linear(mixed, self.lin.weight, self.bias)


class GCN(Stack):
    """`num_layers` graph convolutions."""

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
    ) -> None:
        widths = layer_widths(in_channels, hidden_channels, num_layers, out_channels, jk)
        layers = [GCNConv(*pair, cached=index == 0) for index, pair in enumerate(widths)]
        super().__init__(layers, widths, out_channels, dropout=dropout, norm=norm, residual=residual, jk=jk)
