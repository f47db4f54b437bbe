"""Intervals around an accuracy."""

from math import sqrt
from statistics import NormalDist


def compute_wilson_interval(share: float, count: int, *, level: float = 0.95) -> tuple[float, float]:
    """The interval of a share (a fraction) of `count` articles, by E. B. Wilson, JASA 22 (1927)."""
    if count < 1:
        raise ValueError(f"count is {count}: expected at least one article")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    centre = share + z * z / (2 * count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)
