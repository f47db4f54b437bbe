"""Scaling of the features before a model sees them. No torch here."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

FeatureNorm = Literal["none", "row", "standard", "centred", "unit"]


def normalise_features(x: NDArray[np.float32], kind: FeatureNorm) -> NDArray[np.float32]:
    """x [N, F] as it is, or so that:

    row: every article's absolute values sum to 1. standard: every feature has mean 0 and deviation 1.
    centred: every feature has mean 0, and all of them together deviation 1, so that rare ones weigh less.
    unit: as centred, of articles that are first scaled to Euclidean length 1, so that long texts weigh no more.

    A feature that never varies becomes 0. All articles count: features, unlike categories, are known for all.
    """
    if kind == "row":
        total = np.abs(x).sum(axis=1, keepdims=True, dtype=np.float64)
        return np.asarray(x / np.where(total > 0, total, 1.0), dtype=np.float32)
    if kind == "standard":
        deviation = x.std(axis=0, dtype=np.float64)
        varies = deviation > 1e-12
        centred = x - x.mean(axis=0, dtype=np.float64)
        return np.asarray(centred * varies / np.where(varies, deviation, 1.0), dtype=np.float32)
    if kind in ("centred", "unit"):
        if kind == "unit":
            length = np.sqrt(np.square(x, dtype=np.float64).sum(axis=1, keepdims=True))
            x = np.asarray(x / np.where(length > 0, length, 1.0), dtype=np.float32)
        centred = x - x.mean(axis=0, dtype=np.float64)
        deviation = centred.std()
        return np.asarray(centred / (deviation if deviation > 1e-12 else 1.0), dtype=np.float32)
    return x
