"""From a run's logits to what it predicts. No torch here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class RunPredictions:
    """What a run predicts for all N articles: calibrated probabilities, the likeliest category, its probability."""

    probs: NDArray[np.float32]  # [N, C], rows sum to 1
    pred: NDArray[np.int64]  # [N]
    confidence: NDArray[np.float32]  # [N]


def compute_probs(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float64]:
    """softmax(logits / temperature) over the last axis."""
    from scipy.special import softmax  # late: no listing waits for SciPy

    return np.asarray(softmax(logits.astype(np.float64) / temperature, axis=-1))


def build_predictions(logits: NDArray[np.float32], temperature: float = 1.0) -> RunPredictions:
    """RunPredictions of logits [N, C]; a temperature changes how sure they are, never which category is likeliest."""
    probs = compute_probs(logits, temperature).astype(np.float32)
    pred = logits.argmax(axis=1)
    return RunPredictions(probs=probs, pred=pred, confidence=np.take_along_axis(probs, pred[:, None], axis=1)[:, 0])
