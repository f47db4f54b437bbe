"""GraphSAGE: an article beside the mean of its neighbours (Hamilton et al., arXiv 1706.02216)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency
from core.models.stack import JumpingKnowledge, Norm, Stack, layer_widths


class SAGEConv(nn.Module):
    """(A x) W_l + b + x W_r with the mean adjacency A.

    cached: x beside A x, for a constant x, is made once, and one product does for both maps.
    """

    def __init__(self, in_channels: int, out_channels: int, *, cached: bool = False) -> None:
        super().__init__()
        self.cached = cached
        self.lin_l = nn.Linear(in_channels, out_channels)
        self.lin_r = nn.Linear(in_channels, out_channels, bias=False)

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """x [N, in_channels] to [M, out_channels]."""
        if self.cached and adj.keeps_products and not x.requires_grad:
            both = adj.matmul_constant(x, beside=True)
            weight = torch.cat([self.lin_r.weight, self.lin_l.weight], dim=1)
            return F.linear(both, F.pad(weight, (0, both.shape[1] - weight.shape[1])), self.lin_l.bias)
        own: Tensor = self.lin_r(adj.select_own(x))
        if self.lin_l.in_features <= self.lin_l.out_features:
            mean: Tensor = self.lin_l(adj.matmul(x))
        else:
            mean = adj.matmul(x @ self.lin_l.weight.T) + self.lin_l.bias
        return own.add_(mean)


class SAGE(Stack):
    """`num_layers` layers with mean aggregation."""

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
        layers = [SAGEConv(*pair, cached=index == 0) for index, pair in enumerate(widths)]
        super().__init__(layers, widths, out_channels, dropout=dropout, norm=norm, residual=residual, jk=jk)
