"""How well a score tells one category from all others, at every threshold. No torch here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """What is found where every article of at least a threshold's score is taken for the category, [K] each.

    Thresholds fall. recall is also the rate of true positives. average_precision is the mean of precision over recall
    (a sum of steps, as scikit-learn has it), auc the area below true over false positives.
    """

    thresholds: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    false_positive_rate: NDArray[np.float64]
    average_precision: float
    auc: float


def compute_threshold_curve(scores: NDArray[np.float64], is_category: NDArray[np.bool_]) -> ThresholdCurve | None:
    """The curve of scores [M]; None where all articles are of the category, or none is."""
    num_true = int(is_category.sum())
    num_false = len(is_category) - num_true
    if not num_true or not num_false:
        return None
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)  # of each score
    true = np.cumsum(is_category[order])[last]
    taken = last + 1
    precision, recall, false_rate = true / taken, true / num_true, (taken - true) / num_false
    steps = np.diff(recall, prepend=0.0)
    corners = np.append(0.0, false_rate), np.append(0.0, recall)
    return ThresholdCurve(
        thresholds=falling[last].astype(np.float64),
        precision=precision,
        recall=recall,
        false_positive_rate=false_rate,
        average_precision=float((steps * precision).sum()),
        auc=float(np.trapezoid(corners[1], corners[0])),
    )


def thin(curve: ThresholdCurve, most: int) -> NDArray[np.int64]:
    """Places of at most so many points of a curve, evenly by recall and by score, its ends among them."""
    count = len(curve.thresholds)
    if count <= most:
        return np.arange(count)
    even = np.linspace(0, count - 1, most // 2).round().astype(np.int64)
    by_recall = np.searchsorted(curve.recall, np.linspace(0, 1, most // 2)).clip(0, count - 1)
    return np.unique(np.concatenate([even, by_recall]))
