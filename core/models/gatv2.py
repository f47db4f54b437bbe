"""GATv2: attention whose ranking of neighbours depends on the article (Brody et al., arXiv 2105.14491)."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.models.attention import NEGATIVE_SLOPE, AttentionConv, AttentionStack
from core.models.ops.adjacency import Adjacency
from core.models.ops.rows import split_links


class GATv2Conv(AttentionConv):
    """GAT whose score is a · leaky_relu(W x_j + V x_i): the ranking of j depends on i."""

    def __init__(self, in_channels: int, out_channels: int, *, heads: int, dropout: float) -> None:
        super().__init__(in_channels, out_channels, heads=heads, dropout=dropout)
        self.lin_l, self.lin_r = self.new_linear(bias=True), self.new_linear(bias=True)
        self.att = self.new_attention()

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """x [N, in_channels] to [M, out_channels]."""
        values = self.split(self.lin_l(x))
        source, target = adj.edge_index
        queries = self.split(self.lin_r(adj.select_own(x)))
        scores: Tensor = _PairScores.apply(values, queries, self.att, source, target)  # type: ignore[no-untyped-call]
        return self.combine(scores, values, adj)


class GATv2(AttentionStack):
    """Attention whose ranking of neighbours differs from article to article."""

    conv = GATv2Conv


class _PairScores(torch.autograd.Function):
    """GATv2's scores, some links at a time; what a link's two rows give is computed again on the way back."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, queries: Tensor, attention: Tensor, source: Tensor, target: Tensor) -> Tensor:
        ctx.save_for_backward(values, queries, attention, source, target)
        scores = []
        for of, to in split_links(source, target):
            pair = values.index_select(0, of).add_(queries.index_select(0, to))
            scores.append((F.leaky_relu_(pair, NEGATIVE_SLOPE) * attention).sum(dim=2))
        return torch.cat(scores)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        values, queries, attention, source, target = ctx.saved_tensors
        grad_values, grad_queries = torch.zeros_like(values), torch.zeros_like(queries)
        grad_attention = torch.zeros_like(attention)
        for of, to, grad_scores in split_links(source, target, grad):
            pair = values.index_select(0, of).add_(queries.index_select(0, to))
            slope = torch.where(pair > 0, 1.0, NEGATIVE_SLOPE).to(pair.dtype)
            grad_attention += torch.einsum("eh,ehd->hd", grad_scores, pair * slope)[None]
            grad_pair = slope.mul_(attention).mul_(grad_scores[:, :, None])
            grad_values.index_add_(0, of, grad_pair)
            grad_queries.index_add_(0, to, grad_pair)
        return grad_values, grad_queries, grad_attention, None, None
