"""Which articles two models name differently, and whether one of the two names more of them rightly. No torch here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PredictionChanges:
    """Indices of the articles whose prediction changed from a first model to a second.

    mcnemar_p: of McNemar's exact test (Psychometrika 12, 1947): how likely so uneven a number of fixed and broken ones
    is where both models are as good; 1 where there are as many of both, or none of either.
    """

    fixed: NDArray[np.int64]  # wrong by the first, right by the second
    broken: NDArray[np.int64]  # right by the first, wrong by the second
    swapped: NDArray[np.int64]  # wrong by both, as another category
    num_articles: int
    mcnemar_p: float


def find_changes(
    y: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64], asked: NDArray[np.bool_]
) -> PredictionChanges:
    """The changes among the articles that are asked for: categories y, predictions and flags are [N] each."""
    before, after = first == y, second == y
    fixed = np.flatnonzero(asked & ~before & after)
    broken = np.flatnonzero(asked & before & ~after)
    swapped = np.flatnonzero(asked & ~before & ~after & (first != second))
    p = compute_mcnemar_p(len(fixed), len(broken))
    return PredictionChanges(fixed, broken, swapped, int(asked.sum()), p)


def compute_mcnemar_p(fixed: int, broken: int) -> float:
    """Two-sided, by the binomial distribution of the changed articles at one half."""
    from scipy.special import bdtr  # late: no listing waits for SciPy

    return min(1.0, 2 * float(bdtr(min(fixed, broken), fixed + broken, 0.5)))
