"""Products with sparse matrices and choices of rows, each with a gradient of its own that is faster than torch's."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.models.ops.rows import CompressedRows


def multiply(x: Tensor, matrix: CompressedRows, transposed: CompressedRows) -> Tensor:
    """A x for x [N, H], differentiable in x; at least float32 whatever the precision around it."""
    product: Tensor = _SparseProduct.apply(_raise_precision(x), matrix, transposed)  # type: ignore[no-untyped-call]
    return product


def multiply_masked(
    x: Tensor, mask: Tensor, weights: Tensor, matrix: CompressedRows, transposed: CompressedRows
) -> Tensor:
    """The same for a matrix whose weights are `mask` [E] times `weights` [E]; differentiable in x and the mask."""
    arguments = (_raise_precision(x), mask, weights, matrix, transposed)
    product: Tensor = _MaskedProduct.apply(*arguments)  # type: ignore[no-untyped-call]
    return product


def select_rows(x: Tensor, index: Tensor) -> Tensor:
    """The rows `index` [M] of x [N, ...]; no index may occur twice."""
    selected: Tensor = _Selection.apply(x, index)  # type: ignore[no-untyped-call]
    return selected


class _SparseProduct(torch.autograd.Function):
    """A x, whose gradient is the transpose of A times the gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, matrix: CompressedRows, transposed: CompressedRows) -> Tensor:
        ctx.transposed = transposed
        return matrix.matmul(x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        return ctx.transposed.matmul(grad.contiguous()), None, None


class _MaskedProduct(torch.autograd.Function):
    """A x, and the gradient in what every weight of A was multiplied by: sums over the columns of x."""

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        mask: Tensor,  # noqa: ARG004
        weights: Tensor,
        matrix: CompressedRows,
        transposed: CompressedRows,
    ) -> Tensor:
        ctx.matrix, ctx.transposed = matrix, transposed
        ctx.save_for_backward(x, weights)
        return matrix.matmul(x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor, None, None, None]:
        x, weights = ctx.saved_tensors
        grad = grad.contiguous()
        grad_x = ctx.transposed.matmul(grad) if ctx.needs_input_grad[0] else None
        return grad_x, ctx.matrix.multiply_pairs(grad, x) * weights, None, None, None


class _Selection(torch.autograd.Function):
    """x[index] for indices that differ; torch's own gradient adds row by row, which takes twice as long."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, index: Tensor) -> Tensor:
        ctx.num_rows = len(x)
        ctx.save_for_backward(index)
        return x.index_select(0, index)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (index,) = ctx.saved_tensors
        return grad.new_zeros(ctx.num_rows, *grad.shape[1:]).index_copy_(0, index, grad), None


def _raise_precision(x: Tensor) -> Tensor:
    return x.to(torch.promote_types(x.dtype, torch.float32)).contiguous()
