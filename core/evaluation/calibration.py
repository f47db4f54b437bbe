"""How far a model's confidence can be trusted, and one number that mends it. No torch here."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.runs.report import ReliabilityBin

NUM_BINS: Final = 15
TEMPERATURE_BOUNDS: Final = (0.05, 20.0)


@dataclass(frozen=True)
class Calibration:
    """Expected calibration error: the mean gap between confidence and accuracy over bins (arXiv 1706.04599)."""

    ece: float
    bins: tuple[ReliabilityBin, ...]


def fit_temperature(logits: NDArray[np.float32], y: NDArray[np.int64]) -> float:
    """The temperature of least cross entropy on articles kept for it: logits [M, C], categories y [M]."""
    from scipy.optimize import minimize_scalar  # late: no listing waits for SciPy

    wide = logits.astype(np.float64)
    own = np.take_along_axis(wide, y[:, None], axis=1)[:, 0]
    top = wide.max(axis=1)

    def loss(log_temperature: float) -> float:
        scale = float(np.exp(-log_temperature))
        normaliser = np.log(np.exp((wide - top[:, None]) * scale).sum(axis=1))
        return float(np.mean(normaliser - (own - top) * scale))

    low, high = np.log(TEMPERATURE_BOUNDS)
    found = minimize_scalar(loss, bounds=(float(low), float(high)), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def assign_bins(confidence: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
    """[M] which of the 15 bins of equal width each confidence falls into."""
    edges = np.linspace(0.0, 1.0, NUM_BINS + 1)
    members: NDArray[np.int64] = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, NUM_BINS - 1)
    return members


def measure_calibration(logits: NDArray[np.float32], y: NDArray[np.int64], temperature: float = 1.0) -> Calibration:
    """ECE over 15 bins of equal width of logits [M, C] against categories y [M]."""
    from scipy.special import softmax  # late: no listing waits for SciPy

    probs = softmax(logits.astype(np.float64) / temperature, axis=1)
    confidence, correct = probs.max(axis=1), probs.argmax(axis=1) == y
    edges = np.linspace(0.0, 1.0, NUM_BINS + 1)
    members = assign_bins(confidence)
    counts = np.bincount(members, minlength=NUM_BINS)
    divisor = np.maximum(counts, 1)
    mean_confidence = np.bincount(members, weights=confidence, minlength=NUM_BINS) / divisor
    accuracy = np.bincount(members, weights=correct, minlength=NUM_BINS) / divisor
    columns = (edges[:-1], edges[1:], counts, mean_confidence, accuracy)
    bins = tuple(ReliabilityBin(*row) for row in zip(*(column.tolist() for column in columns), strict=True))
    return Calibration(float((counts * np.abs(accuracy - mean_confidence)).sum() / len(y)), bins)
