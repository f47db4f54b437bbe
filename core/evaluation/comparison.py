"""How good a config is over splits and test articles, and whether another is better. No torch here.

All splits share one set of test articles, so the accuracies of splits are not independent: an interval over
splits alone says nothing of the articles and is too narrow. The bootstrap here draws articles anew, the same for
all splits, and splits anew, and so has both in it (Owen, "The pigeonhole bootstrap", AOAS 2007).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import ConflictError

LEVEL: Final = 0.95
REPLICATES: Final = 4_000
_CHUNK: Final = 250  # replicates at once: fewer make products so small that BLAS threads wait for each other

Interval = tuple[float, float]
Unit = Literal["splits", "seeds"]
# (split, seed) to [T]: whether each test article was named rightly
CorrectByPair = Mapping[tuple[int, int], NDArray[np.bool_]]


@dataclass(frozen=True)
class Estimate:
    """A mean accuracy (or difference of two) with its spread, as fractions. Each split counts alike.

    unit: what std, interval_over_splits and the bootstrap are over: the splits' means, or with one split its seeds.
    interval is the percentile bootstrap over test articles and units, interval_over_splits Student's over units alone.
    With one run std and interval_over_splits are None.
    """

    mean: float
    std: float | None  # ddof 1
    unit: Unit
    interval: Interval
    interval_over_splits: Interval | None


@dataclass(frozen=True)
class Difference:
    """How much better the first of two is, over the splits and seeds that both have."""

    estimate: Estimate
    pairs: int

    @property
    def is_distinguishable(self) -> bool:
        """Whether the bootstrap interval leaves out 0."""
        low, high = self.estimate.interval
        return low > 0 or high < 0


def compute_estimate(correct: CorrectByPair) -> Estimate:
    """The accuracy of one config from at least one run. Student's interval is cut at 0 and 1."""
    found = _estimate({pair: flags.astype(np.float64) for pair, flags in correct.items()})
    if found.interval_over_splits is None:
        return found
    low, high = found.interval_over_splits
    return replace(found, interval_over_splits=(max(low, 0.0), min(high, 1.0)))


def compute_difference(first: CorrectByPair, second: CorrectByPair) -> Difference:
    """First minus second, run by run. Raises ConflictError when they have no split and seed in common."""
    common = sorted(set(first) & set(second))
    if not common:
        raise ConflictError("the two benchmarks have no split and seed in common: run both on the same ones")
    return Difference(_estimate({pair: first[pair].astype(np.float64) - second[pair] for pair in common}), len(common))


def _estimate(scores: Mapping[tuple[int, int], NDArray[np.float64]]) -> Estimate:
    rows, unit = _group(scores)
    means = rows.mean(axis=1)
    return Estimate(
        mean=float(means.mean()),
        std=float(means.std(ddof=1)) if len(means) > 1 else None,
        unit=unit,
        interval=bootstrap_interval(rows),
        interval_over_splits=compute_t_interval(means) if len(means) > 1 else None,
    )


def _group(scores: Mapping[tuple[int, int], NDArray[np.float64]]) -> tuple[NDArray[np.float64], Unit]:
    """[U, T] one row a split, averaged over its seeds; with one split one row a seed."""
    by_split = defaultdict(list)
    for (split, _), row in sorted(scores.items(), key=lambda item: item[0]):
        by_split[split].append(row)
    if len(by_split) == 1:
        return np.stack(next(iter(by_split.values()))), "seeds"
    return np.stack([np.mean(rows, axis=0) for rows in by_split.values()]), "splits"


def compute_t_interval(values: NDArray[np.float64], *, level: float = LEVEL) -> Interval:
    """Student's interval of the mean of two or more values."""
    from scipy.special import stdtrit  # late: no listing waits for SciPy

    mean, half = float(values.mean()), float(values.std(ddof=1)) / sqrt(len(values))
    half *= float(stdtrit(len(values) - 1, 0.5 + level / 2))
    return mean - half, mean + half


def bootstrap_interval(
    scores: NDArray[np.float64], *, replicates: int = REPLICATES, level: float = LEVEL, seed: int = 0
) -> Interval:
    """The percentile interval of the mean of scores [U, T] when units and articles are drawn anew.

    One draw of articles serves all units of a replicate. The same scores give the same interval.
    """
    low, high = np.quantile(_draw_means(scores, replicates, seed), [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)


def _draw_means(scores: NDArray[np.float64], replicates: int, seed: int) -> NDArray[np.float64]:
    """[replicates] means."""
    generator = np.random.default_rng(seed)
    num_units, num_articles = scores.shape
    means: NDArray[np.float64] = np.empty(replicates)
    for start in range(0, replicates, _CHUNK):
        size = min(_CHUNK, replicates - start)
        articles = _draw_counts(generator, size, num_articles)
        units = _draw_counts(generator, size, num_units)
        means[start : start + size] = (units * (articles @ scores.T)).sum(axis=1)
    means /= num_units * num_articles
    return means


def _draw_counts(generator: np.random.Generator, size: int, count: int) -> NDArray[np.float64]:
    """[size, count] how often each of `count` things is drawn in `count` draws with replacement."""
    drawn = generator.integers(0, count, (size, count))
    drawn += np.arange(size)[:, None] * count
    counts = np.bincount(drawn.ravel(), minlength=size * count)
    return counts.reshape(size, count).astype(np.float64)
