"""Whether one of two configs is better, from runs of both on the same splits and test articles. No torch here.

All splits share one set of test articles, so that a test over splits alone takes what these articles happen to favour
for the configs' difference: of two configs that are equally good it calls one better in 15 to 40 of 100 cases. What is
told apart here is told by the bootstrap over articles and splits together.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.evaluation.comparison import LEVEL, REPLICATES, Interval, bootstrap_interval, compute_t_interval

FEWEST_SPLITS: Final = 5  # below it a spread over splits says nothing
# What the interval is over: splits and test articles; splits, where the articles are not known; the articles of two
# runs, where the splits are too few.
Basis = Literal["splits and articles", "splits", "articles"]


@dataclass(frozen=True)
class PairedDifference:
    """Second minus first, as fractions of the test articles.

    effect_size: the mean over the deviation of splits (Cohen's d of pairs). t_p and wilcoxon_p are those of the paired
    tests over splits alone, which are too sure of themselves where splits share their test articles. All three are None
    below `FEWEST_SPLITS` splits.
    """

    mean: float
    interval: Interval
    basis: Basis
    num_splits: int
    t_p: float | None = None
    wilcoxon_p: float | None = None
    effect_size: float | None = None

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves out 0."""
        low, high = self.interval
        return low > 0 or high < 0


def compare_over_splits(rows: NDArray[np.float64], *, replicates: int = REPLICATES) -> PairedDifference:
    """The difference of each split and test article, [S, T], of at least `FEWEST_SPLITS` splits."""
    interval = _correct_interval(rows, bootstrap_interval(rows, replicates=replicates))
    return _with_tests(rows.mean(axis=1), interval, "splits and articles")


def compare_accuracies(differences: NDArray[np.float64]) -> PairedDifference:
    """The same of each split's accuracy, [S], where it is not known which articles were named rightly."""
    return _with_tests(differences, compute_t_interval(differences), "splits")


def compare_two_runs(fixed: int, broken: int, num_articles: int, *, num_splits: int = 0) -> PairedDifference:
    """The difference of two runs alone, of which the second names some articles rightly that the first does not.

    The percentile bootstrap over articles: of a count that is drawn, not of articles one by one, which is the same.
    num_splits: the splits that the two configs have in common, too few to count.
    """
    rest = num_articles - fixed - broken
    drawn = np.random.default_rng(0).multinomial(
        num_articles, np.array([fixed, broken, rest]) / num_articles, REPLICATES
    )
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / num_articles, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return PairedDifference((fixed - broken) / num_articles, (float(low), float(high)), "articles", num_splits)


def _with_tests(differences: NDArray[np.float64], interval: Interval, basis: Basis) -> PairedDifference:
    from scipy.special import stdtr  # late, as wilcoxon: no listing waits for SciPy
    from scipy.stats import wilcoxon

    count, mean, spread = len(differences), float(differences.mean()), float(differences.std(ddof=1))
    if spread == 0:  # every split tells the same
        p = 1.0 if mean == 0 else 0.0
        return PairedDifference(mean, interval, basis, count, p, 1.0 if mean == 0 else 2.0 ** (1 - count), None)
    t = mean / (spread / sqrt(count))
    return PairedDifference(
        mean=mean,
        interval=interval,
        basis=basis,
        num_splits=count,
        t_p=float(2 * stdtr(count - 1, -abs(t))),
        wilcoxon_p=float(wilcoxon(differences).pvalue),
        effect_size=mean / spread,
    )


def _correct_interval(rows: NDArray[np.float64], interval: Interval) -> Interval:
    """A bootstrap interval made as wide as it has to be.

    Drawing splits and articles anew counts their interaction three times (Owen 2007), and of few splits it draws too
    little spread and no tails. Its ends are moved so that it is as wide as Student's interval by the unbiased variance
    of two random factors, with Satterthwaite's degrees of freedom (Biometrics Bulletin 2, 1946).
    """
    from scipy.special import stdtrit

    num_splits, num_articles = rows.shape
    mean, by_split, by_article = rows.mean(), rows.mean(axis=1), rows.mean(axis=0)
    rest = rows - by_split[:, None] - by_article + mean
    freedom = np.array([num_splits - 1, num_articles - 1, (num_splits - 1) * (num_articles - 1)])
    parts = np.array(
        [by_split.var(ddof=1) / num_splits, by_article.var(ddof=1) / num_articles, np.square(rest).sum() / freedom[2]]
    )
    parts[2] /= rows.size
    variance = max(parts[0] + parts[1] - parts[2], parts[0], parts[1])
    low, high = interval
    width = high - low
    if variance <= 0 or width <= 0:
        return interval
    half = sqrt(variance) * float(stdtrit(variance**2 / (parts**2 / freedom).sum(), 0.5 + LEVEL / 2))
    scale = 2 * half / width
    return float(mean + (low - mean) * scale), float(mean + (high - mean) * scale)
