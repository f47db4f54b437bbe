"""Means, deviations and intervals against numpy, scipy, formulas and a plain loop."""

import numpy as np
import pytest
from scipy import stats

from core.errors import ConflictError
from core.evaluation.comparison import bootstrap_interval, compute_difference, compute_estimate, compute_t_interval


def draw(num_splits, num_seeds, num_articles, *, seed=0, shift=0.0):
    """Runs that agree on which articles are hard, as real ones do."""
    rng = np.random.default_rng(seed)
    chance = np.clip(np.random.default_rng(99).beta(3, 1, num_articles) + shift, 0, 1)
    return {(split, run): rng.random(num_articles) < chance for split in range(num_splits) for run in range(num_seeds)}


def width(interval):
    return interval[1] - interval[0]


def test_mean_and_deviation_are_over_splits_each_averaged_over_its_seeds():
    runs = draw(5, 3, 200)
    means = [np.mean([runs[split, run].mean() for run in range(3)]) for split in range(5)]
    found = compute_estimate(runs)
    assert found.unit == "splits"
    assert (found.mean, found.std) == pytest.approx((np.mean(means), np.std(means, ddof=1)))
    expected = stats.ttest_1samp(means, 0).confidence_interval(0.95)
    assert found.interval_over_splits == pytest.approx((expected.low, expected.high))


def test_no_accuracy_is_below_0_or_above_1():
    found = compute_estimate({(0, 0): np.array([True, True]), (1, 0): np.array([True, False])})
    assert found.interval_over_splits == (0.0, 1.0)


def test_a_split_with_fewer_seeds_counts_as_much():
    runs = draw(2, 3, 100)
    del runs[1, 1], runs[1, 2]
    assert compute_estimate(runs).mean == pytest.approx(
        (np.mean([runs[0, run].mean() for run in range(3)]) + runs[1, 0].mean()) / 2
    )


def test_with_one_split_the_spread_is_over_seeds_and_with_one_run_there_is_none():
    runs = draw(1, 4, 100)
    found = compute_estimate(runs)
    assert (found.unit, found.std) == ("seeds", pytest.approx(np.std([run.mean() for run in runs.values()], ddof=1)))
    alone = compute_estimate(draw(1, 1, 100))
    assert (alone.std, alone.interval_over_splits) == (None, None)


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_t_interval_is_scipys(level):
    values = np.random.default_rng(3).normal(size=7)
    expected = stats.t.interval(level, df=6, loc=values.mean(), scale=stats.sem(values))
    assert compute_t_interval(values, level=level) == pytest.approx(expected)


def test_bootstrap_of_one_run_is_scipys_over_articles():
    run = draw(1, 1, 400)[0, 0].astype(float)
    theirs = stats.bootstrap(
        (run,), np.mean, n_resamples=20_000, method="percentile", vectorized=True, rng=np.random.default_rng(1)
    ).confidence_interval
    assert bootstrap_interval(run[None], replicates=20_000) == pytest.approx((theirs.low, theirs.high), abs=0.004)


def test_bootstrap_of_articles_that_are_alike_is_scipys_over_splits():
    means = np.random.default_rng(5).random(12)
    theirs = stats.bootstrap(
        (means,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    scores = np.repeat(means[:, None], 30, axis=1)
    assert bootstrap_interval(scores, replicates=20_000) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_bootstrap_draws_articles_once_for_all_splits_as_a_plain_loop_does():
    scores = np.stack([run.astype(float) for run in draw(4, 1, 60).values()])
    rng, means = np.random.default_rng(7), []
    for _ in range(4_000):
        rows, columns = rng.integers(0, 4, 4), rng.integers(0, 60, 60)
        means.append(scores[np.ix_(rows, columns)].mean())
    expected = np.quantile(means, [0.025, 0.975])
    found = bootstrap_interval(scores, replicates=4_000)
    assert found == pytest.approx(tuple(expected), abs=0.012)
    # Splits drawn alone, as if their articles were others each time, promise too much.
    assert width(found) > 1.3 * width(compute_t_interval(scores.mean(axis=1)))


def test_same_scores_give_the_same_interval():
    runs = draw(3, 1, 50)
    assert compute_estimate(runs) == compute_estimate(runs)


def test_difference_is_paired():
    first, second = draw(6, 1, 500, seed=1, shift=0.03), draw(6, 1, 500, seed=1)
    found = compute_difference(first, second)
    per_split = [first[pair].mean() - second[pair].mean() for pair in sorted(first)]
    expected = stats.ttest_rel(
        [first[pair].mean() for pair in sorted(first)], [second[pair].mean() for pair in sorted(first)]
    ).confidence_interval()
    assert (found.pairs, found.estimate.mean) == (6, pytest.approx(np.mean(per_split)))
    assert found.estimate.interval_over_splits == pytest.approx((expected.low, expected.high))
    assert found.is_distinguishable
    # The same articles are hard for both: paired, that does not count.
    assert width(found.estimate.interval) < width(compute_estimate(first).interval)


def test_difference_counts_common_runs_alone():
    first, second = draw(3, 2, 80, seed=1), draw(5, 1, 80, seed=2)
    found = compute_difference(first, second)
    assert (found.pairs, found.estimate.mean) == (
        3,
        pytest.approx(np.mean([first[split, 0].mean() - second[split, 0].mean() for split in range(3)])),
    )
    with pytest.raises(ConflictError, match="no split and seed in common"):
        compute_difference({(0, 0): first[0, 0]}, {(1, 0): second[1, 0]})


def test_a_difference_of_nothing_is_not_distinguishable():
    runs = draw(3, 1, 80)
    found = compute_difference(runs, runs)
    assert (found.estimate.interval, found.is_distinguishable) == ((0.0, 0.0), False)
