"""Attention layers over a fixed set of links: softmax by segments and sparse products instead of edge-wise messages."""

import warnings
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from core.models.ops.adjacency import Adjacency

NEGATIVE_SLOPE = 0.2
CHUNK = 65_536  # links whose messages are in memory at once


class _AttentionConv(nn.Module):
    """What both layers share: heads side by side, dropout of attention weights, a bias. Links must hold self-loops."""

    def __init__(self, out_channels: int, *, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def new_attention(self) -> nn.Parameter:
        """[1, heads, D] weights by Glorot."""
        return nn.Parameter(nn.init.xavier_uniform_(torch.empty(1, self.heads, len(self.bias) // self.heads)))

    def new_linear(self, in_channels: int, *, bias: bool) -> nn.Linear:
        """A map to all heads, by Glorot."""
        linear = nn.Linear(in_channels, len(self.bias), bias=bias)
        nn.init.xavier_uniform_(linear.weight)
        if bias:
            nn.init.zeros_(linear.bias)
        return linear

    def split(self, x: Tensor) -> Tensor:
        """[N, out_channels] as [N, heads, D], in float32 whatever the precision around it."""
        return x.view(len(x), self.heads, -1).float()

    def combine(self, scores: Tensor, values: Tensor, adj: Adjacency) -> Tensor:
        """[M, out_channels] out of scores [E, heads] and values [N, heads, D]."""
        kept = F.dropout(torch.ones_like(scores), self.dropout) if self.training and self.dropout else None
        return attend(scores, values, adj, kept).flatten(1) + self.bias


class GATConv(_AttentionConv):
    """h_i = sum over j of alpha_ij W x_j, alpha the softmax of leaky_relu(a · W x_j + b · W x_i) (arXiv 1710.10903)."""

    def __init__(self, in_channels: int, out_channels: int, *, heads: int, dropout: float) -> None:
        super().__init__(out_channels, heads=heads, dropout=dropout)
        self.lin = self.new_linear(in_channels, bias=False)
        self.att_src, self.att_dst = self.new_attention(), self.new_attention()

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """x [N, in_channels] to [M, out_channels]; the weights of `adj` are not used."""
        values = self.split(self.lin(x))
        # One product with a block a head: half the time of multiplying and summing.
        both = [att[0].unbind() for att in (self.att_src, self.att_dst)]
        blocks = torch.cat([torch.block_diag(*rows) for rows in both])  # type: ignore[no-untyped-call]
        of_source, of_target = F.linear(values.flatten(1), blocks).chunk(2, dim=1)  # [N, heads] each
        source, target = adj.edge_index
        scores = _gather(of_source, source) + _gather(adj.select_own(of_target), target)
        scores = F.leaky_relu(scores, NEGATIVE_SLOPE, inplace=True)
        return self.combine(scores, values, adj)


class GATv2Conv(_AttentionConv):
    """GAT whose score is a · leaky_relu(W x_j + V x_i): the ranking of j depends on i (arXiv 2105.14491)."""

    def __init__(self, in_channels: int, out_channels: int, *, heads: int, dropout: float) -> None:
        super().__init__(out_channels, heads=heads, dropout=dropout)
        self.lin_l, self.lin_r = self.new_linear(in_channels, bias=True), self.new_linear(in_channels, bias=True)
        self.att = self.new_attention()

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """x [N, in_channels] to [M, out_channels]; the weights of `adj` are not used."""
        values = self.split(self.lin_l(x))
        source, target = adj.edge_index
        queries = self.split(self.lin_r(adj.select_own(x)))
        scores: Tensor = _PairScores.apply(values, queries, self.att, source, target)  # type: ignore[no-untyped-call]
        return self.combine(scores, values, adj)


def attend(scores: Tensor, values: Tensor, adj: Adjacency, kept: Tensor | None = None) -> Tensor:
    """[M, heads, D] sums of neighbours' `values` [N, heads, D], weighted by the softmax of `scores` [E, heads].

    The softmax runs over the links into one article. `kept` [E, heads] multiplies the weights: dropout's mask.
    """
    if scores.device.type == "cpu":
        out: Tensor = _Attend.apply(scores, values, adj, kept)  # type: ignore[no-untyped-call]
        return out
    source, target = adj.edge_index
    index = target[:, None].expand_as(scores)
    lowest = scores.detach().new_full((adj.num_rows, scores.shape[1]), -torch.inf)
    top = lowest.scatter_reduce(0, index, scores, "amax")
    raised = (scores - top.detach().index_select(0, target)).exp()
    total = torch.zeros_like(top).index_add(0, target, raised)
    alpha = raised / total.index_select(0, target)
    alpha = alpha if kept is None else alpha * kept
    out = values.new_zeros(adj.num_rows, *values.shape[1:])
    return out.index_add(0, target, values.index_select(0, source) * alpha[:, :, None])


class _Attend(torch.autograd.Function):
    """`attend` on a CPU: one embedding_bag a head forward and back, so that no [E, D] array is ever made."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor, values: Tensor, adj: Adjacency, kept: Tensor | None) -> Tensor:
        offsets, target = adj.matrix.offsets, adj.edge_index[1]
        top = torch.segment_reduce(scores, "max", offsets=offsets.long(), axis=0)
        raised = (scores - _gather(top, target)).exp_()
        total = torch.segment_reduce(raised, "sum", offsets=offsets.long(), axis=0)
        alpha = raised.div_(_gather(total, target))
        weights = alpha if kept is None else alpha * kept
        by_head = values.transpose(0, 1).contiguous()
        out = _join_heads([_bag(adj.matrix.indices, rows, offsets, weights[:, i]) for i, rows in enumerate(by_head)])
        ctx.adj, ctx.kept = adj, kept
        ctx.save_for_backward(alpha, weights, by_head)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        alpha, weights, by_head = ctx.saved_tensors
        adj: Adjacency = ctx.adj
        by_target = grad.transpose(0, 1).contiguous()
        turned = _gather(weights, adj.transposed_order)
        transposed = adj.transposed
        grad_values = _join_heads(
            [_bag(transposed.indices, rows, transposed.offsets, turned[:, i]) for i, rows in enumerate(by_target)]
        )
        grad_weights = _join_heads(
            [_pair_products(adj, ours, theirs) for ours, theirs in zip(by_target, by_head, strict=True)]
        )
        grad_alpha = grad_weights if ctx.kept is None else grad_weights * ctx.kept
        weighted = alpha * grad_alpha
        total = torch.segment_reduce(weighted, "sum", offsets=adj.matrix.offsets.long(), axis=0)
        grad_scores = weighted - alpha * _gather(total, adj.edge_index[1])
        return grad_scores, grad_values, None, None


def _gather(x: Tensor, index: Tensor) -> Tensor:
    """x [N, heads] at the articles `index` [E]; for one head four times faster than rows of one value."""
    return x.index_select(0, index) if x.shape[1] > 1 else x[:, 0].index_select(0, index).unsqueeze(1)


def _join_heads(parts: list[Tensor]) -> Tensor:
    """[N, heads, ...] out of one [N, ...] a head; a single one is not copied."""
    return parts[0].unsqueeze(1) if len(parts) == 1 else torch.stack(parts, dim=1)


def _bag(indices: Tensor, rows: Tensor, offsets: Tensor, weights: Tensor) -> Tensor:
    return F.embedding_bag(
        indices, rows, offsets, mode="sum", per_sample_weights=weights.contiguous(), include_last_offset=True
    )


def _pair_products(adj: Adjacency, of_target: Tensor, of_source: Tensor) -> Tensor:
    """[E] inner products of the target's row, of [M, D], and the source's, of [N, D], for every link."""
    if torch.backends.mkl.is_available():  # type: ignore[no-untyped-call]
        matrix = adj.matrix
        size = (len(of_target), len(of_source))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch calls its sparse matrices a beta
            pattern = torch.sparse_csr_tensor(
                matrix.offsets, matrix.indices, torch.zeros_like(matrix.weights), size, check_invariants=False
            )
        sampled: Tensor = torch.sparse.sampled_addmm(pattern, of_target, of_source.T, beta=0.0).values()
        return sampled
    source, target = adj.edge_index
    chunks = _chunks(source, target)
    return torch.cat([(of_target.index_select(0, to) * of_source.index_select(0, of)).sum(dim=1) for of, to in chunks])


def _chunks(*arrays: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """The same few links of every array at a time."""
    for start in range(0, len(arrays[0]), CHUNK):
        yield tuple(array[start : start + CHUNK] for array in arrays)


class _PairScores(torch.autograd.Function):
    """GATv2's scores, some links at a time; what a link's two rows give is computed again on the way back."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, queries: Tensor, attention: Tensor, source: Tensor, target: Tensor) -> Tensor:
        ctx.save_for_backward(values, queries, attention, source, target)
        scores = []
        for of, to in _chunks(source, target):
            pair = values.index_select(0, of).add_(queries.index_select(0, to))
            scores.append((F.leaky_relu_(pair, NEGATIVE_SLOPE) * attention).sum(dim=2))
        return torch.cat(scores)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        values, queries, attention, source, target = ctx.saved_tensors
        grad_values, grad_queries = torch.zeros_like(values), torch.zeros_like(queries)
        grad_attention = torch.zeros_like(attention)
        for of, to, grad_scores in _chunks(source, target, grad):
            pair = values.index_select(0, of).add_(queries.index_select(0, to))
            slope = torch.where(pair > 0, 1.0, NEGATIVE_SLOPE)
            grad_attention += torch.einsum("eh,ehd->hd", grad_scores, pair * slope)[None]
            grad_pair = slope.mul_(attention).mul_(grad_scores[:, :, None])
            grad_values.index_add_(0, of, grad_pair)
            grad_queries.index_add_(0, to, grad_pair)
        return grad_values, grad_queries, grad_attention, None, None


def build_attention_layers(
    conv: type[GATConv] | type[GATv2Conv],
    widths: list[tuple[int, int]],
    *,
    heads: int,
    attention_dropout: float,
    last_heads: int,
) -> list[nn.Module]:
    """One attention layer for each pair of widths; the last has `last_heads` heads."""
    counts = [heads] * (len(widths) - 1) + [last_heads]
    return [conv(*pair, heads=count, dropout=attention_dropout) for pair, count in zip(widths, counts, strict=True)]
