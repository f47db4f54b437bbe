"""Attention over a fixed set of links: softmax by segments and sparse products instead of edge-wise messages."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.models.ops.adjacency import Adjacency


def attend(scores: Tensor, values: Tensor, adj: Adjacency, kept: Tensor | None = None) -> Tensor:
    """[M, heads, D] sums of neighbours' `values` [N, heads, D], weighted by the softmax of `scores` [E, heads].

    The softmax runs over the links into one article. `kept` [E, heads] multiplies the weights: dropout's mask, and
    that of the links, which may require a gradient.
    """
    if scores.device.type == "cpu":
        out: Tensor = _Attend.apply(scores, values, kept, adj)  # type: ignore[no-untyped-call]
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
    def forward(ctx: Any, scores: Tensor, values: Tensor, kept: Tensor | None, adj: Adjacency) -> Tensor:
        offsets, segments, target = adj.matrix.offsets, adj.segments, adj.edge_index[1]
        top = torch.segment_reduce(scores, "max", offsets=segments, axis=0)
        raised = (scores - gather_rows(top, target)).exp_()
        total = torch.segment_reduce(raised, "sum", offsets=segments, axis=0)
        alpha = raised.div_(gather_rows(total, target))
        weights = alpha if kept is None else alpha * kept
        by_head = values.transpose(0, 1).contiguous()
        stored = weights if adj.kept is None else gather_rows(weights, adj.kept)
        out = _join_heads([_bag(adj.matrix.indices, rows, offsets, stored[:, i]) for i, rows in enumerate(by_head)])
        ctx.adj = adj
        ctx.save_for_backward(alpha, weights, by_head, kept)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor | None, None]:
        alpha, weights, by_head, kept = ctx.saved_tensors
        adj: Adjacency = ctx.adj
        by_target = grad.transpose(0, 1).contiguous()
        turned = gather_rows(weights, adj.transposed_order)
        transposed = adj.transposed
        grad_values = _join_heads(
            [_bag(transposed.indices, rows, transposed.offsets, turned[:, i]) for i, rows in enumerate(by_target)]
        )
        grad_weights = _join_heads(
            [adj.matrix.multiply_pairs(ours, theirs) for ours, theirs in zip(by_target, by_head, strict=True)]
        )
        if adj.kept is not None:
            grad_weights = torch.zeros_like(alpha).index_copy_(0, adj.kept, grad_weights)
        grad_alpha = grad_weights if kept is None else grad_weights * kept
        weighted = alpha * grad_alpha
        total = torch.segment_reduce(weighted, "sum", offsets=adj.segments, axis=0)
        grad_scores = weighted - alpha * gather_rows(total, adj.edge_index[1])
        return grad_scores, grad_values, grad_weights * alpha if ctx.needs_input_grad[2] else None, None


def gather_rows(x: Tensor, index: Tensor) -> Tensor:
    """x [N, heads] at the articles `index` [E]; for one head four times faster than rows of one value."""
    return x.index_select(0, index) if x.shape[1] > 1 else x[:, 0].index_select(0, index).unsqueeze(1)


def _join_heads(parts: list[Tensor]) -> Tensor:
    """[N, heads, ...] out of one [N, ...] a head; a single one is not copied."""
    return parts[0].unsqueeze(1) if len(parts) == 1 else torch.stack(parts, dim=1)


def _bag(indices: Tensor, rows: Tensor, offsets: Tensor, weights: Tensor) -> Tensor:
    return F.embedding_bag(
        indices, rows, offsets, mode="sum", per_sample_weights=weights.contiguous(), include_last_offset=True
    )
