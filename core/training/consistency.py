"""Consistency: the mean of a model's recent weights teaches the model on the articles whose category it is not told.

A step sees few links and few values (link dropout, dropout), the teacher all of them, so the model
learns to predict from a part what the whole tells. Sources: mean teacher, arXiv 1703.01780; on
graphs, with sharpened targets, GRAND, arXiv 2005.11079.
"""

from typing import Final

from torch import Tensor

from core.models.refine.alignment import find_shift

RAMP_STEPS: Final = 50  # over which the teacher gains its full weight: at first it knows nothing


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
