"""Consistency: the mean of a model's recent weights teaches the model on the articles whose category it is not told.

A step sees few links and few values (link dropout, dropout), the teacher all of them, so the model
learns to predict from a part what the whole tells. Sources: mean teacher, arXiv 1703.01780; on
graphs, with sharpened targets, GRAND, arXiv 2005.11079.
"""

from copy import deepcopy
from typing import Final, Self

import torch
from torch import Tensor, nn

from core.models.refine.alignment import find_shift

RAMP_STEPS: Final = 50  # over which the teacher gains its full weight: at first it knows nothing


class AveragedModel(nn.Module):
    """A copy of `model` that holds the exponential mean of its weights and buffers, always in evaluation mode.

    After n updates the mean keeps min(decay, (1 + n) / (10 + n)) of itself, so that it soon forgets
    what the model began with.
    """

    num_updates: Tensor

    def __init__(self, model: nn.Module, decay: float) -> None:
        super().__init__()
        self.model = deepcopy(model).requires_grad_(requires_grad=False).eval()
        self.decay = decay
        self.register_buffer("num_updates", torch.tensor(0))

    def train(self, mode: bool = True) -> Self:  # noqa: ARG002
        return super().train(mode=False)

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
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


def measure_disagreement(
    logits: Tensor, teacher_logits: Tensor, temperature: float, prior: Tensor | None = None
) -> Tensor:
    """Mean cross entropy (nats) of logits [M, C] for what the teacher says, its probabilities sharpened.

    Sharpened: each to the power of 1 / temperature, then made to sum to 1. prior [C]: what the mean of the sharpened
    probabilities is shifted to.
    """
    sharpened = teacher_logits / temperature
    if prior is not None:
        sharpened = sharpened + find_shift(sharpened, prior)
    return -(sharpened.softmax(dim=1) * logits.log_softmax(dim=1)).sum(dim=1).mean()


def ramp_weight(weight: float, num_steps: int) -> float:
    """The weight of the teacher after `num_steps` steps: it rises from 0 over the first RAMP_STEPS."""
    return weight * min(num_steps / RAMP_STEPS, 1.0)
