"""GAT: neighbours weighted by learned attention (Veličković et al., arXiv 1710.10903)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.models.attention import NEGATIVE_SLOPE, AttentionConv, AttentionStack
from core.models.ops.adjacency import Adjacency
from core.models.ops.attention import gather_rows


class GATConv(AttentionConv):
    """h_i = sum over j of alpha_ij W x_j, alpha the softmax of leaky_relu(a · W x_j + b · W x_i)."""

    def __init__(self, in_channels: int, out_channels: int, *, heads: int, dropout: float) -> None:
        super().__init__(in_channels, out_channels, heads=heads, dropout=dropout)
        self.lin = self.new_linear(bias=False)
        self.att_src, self.att_dst = self.new_attention(), self.new_attention()

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """x [N, in_channels] to [M, out_channels]."""
        values = self.split(self.lin(x))
        # One product with a block a head: half the time of multiplying and summing.
        both = [att[0].unbind() for att in (self.att_src, self.att_dst)]
        blocks = torch.cat([torch.block_diag(*rows) for rows in both])  # type: ignore[no-untyped-call]
        of_source, of_target = F.linear(values.flatten(1), blocks).chunk(2, dim=1)  # [N, heads] each
        source, target = adj.edge_index
        scores = gather_rows(of_source, source) + gather_rows(adj.select_own(of_target), target)
        scores = F.leaky_relu(scores, NEGATIVE_SLOPE, inplace=True)
        return self.combine(scores, values, adj)


class GAT(AttentionStack):
    """Attention whose ranking of neighbours is the same for every article."""

    conv = GATConv
