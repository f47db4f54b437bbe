"""Scaling of the features before a model sees them. No torch here."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray


def normalise_features(x: NDArray[np.float32], kind: Literal["none", "row", "standard"]) -> NDArray[np.float32]:
    """x [N, F] as it is, with every article's absolute values summing to 1, or with every feature standardised.

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
    return x
