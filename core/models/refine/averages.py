"""Averages: a running mean of a model's weights, which predicts better than the last of them."""

from copy import deepcopy
from typing import Generic, Self, TypeVar

import torch
from torch import Tensor, nn

Averaged = TypeVar("Averaged", bound=nn.Module)


class AveragedModel(nn.Module, Generic[Averaged]):
    """A copy of `model` that holds the exponential mean of its weights and buffers, always in evaluation mode.

    After n updates the mean keeps min(decay, (1 + n) / (10 + n)) of itself, so that it soon forgets
    what the model began with. Source: the mean teacher, arXiv 1703.01780.
    """

    model: Averaged
    num_updates: Tensor

    def __init__(self, model: Averaged, decay: float) -> None:
        super().__init__()
        self.model = deepcopy(model)
        self.model.requires_grad_(requires_grad=False).eval()
        self.decay = decay
        self.register_buffer("num_updates", torch.tensor(0))

    def train(self, mode: bool = True) -> Self:  # noqa: ARG002
        return super().train(mode=False)

    @torch.no_grad()
    def update(self, model: Averaged) -> None:
        """Takes the present weights of `model` into the mean; counters are copied."""
        count = int(self.num_updates.item())
        decay = min(self.decay, (1 + count) / (10 + count))
        theirs = model.state_dict()
        for name, mine in self.model.state_dict().items():
            if mine.is_floating_point():
                mine.mul_(decay).add_(theirs[name], alpha=1 - decay)
            else:
                mine.copy_(theirs[name])
        self.num_updates += 1
