"""Whether one config is better than another: against scipy, and on simulated configs of which none is."""

from dataclasses import asdict

import numpy as np
import pytest
from scipy import stats

from core.evaluation.changes import compute_mcnemar_p, find_changes
from core.evaluation.comparison import bootstrap_interval
from core.evaluation.paired import compare_accuracies, compare_over_splits, compare_two_runs


def draw_null(rng, num_splits, num_articles, *, by_article=0.4, by_split=0.05):
    """[S, T] second minus first, of two configs that are equally good: each favours some articles and some splits."""
    ease = rng.normal(1.0, 1.2, num_articles)
    first, second = (
        ease
        + rng.normal(0, by_article, num_articles)
        + rng.normal(0, by_split, (num_splits, 1))
        + rng.normal(0, 0.5, (num_splits, num_articles))
        > 0
        for _ in range(2)
    )
    return second.astype(float) - first


def test_row_15_paired_tests_and_effect_size_are_scipys():
    rows = draw_null(np.random.default_rng(3), 9, 120)
    found, means = compare_over_splits(rows, replicates=100), rows.mean(axis=1)
    theirs = stats.ttest_1samp(means, 0)
    assert (found.num_splits, found.mean) == (9, pytest.approx(means.mean()))
    assert found.t_p == pytest.approx(theirs.pvalue)
    assert found.wilcoxon_p == pytest.approx(stats.wilcoxon(means).pvalue)
    assert found.effect_size == pytest.approx(means.mean() / means.std(ddof=1))


def test_row_15_the_interval_is_the_bootstraps_made_as_wide_as_it_has_to_be():
    rows = draw_null(np.random.default_rng(4), 20, 100)
    low, high = compare_over_splits(rows, replicates=500).interval
    plain = bootstrap_interval(rows, replicates=500)
    assert low < rows.mean() < high
    assert (rows.mean() - low) / (high - rows.mean()) == pytest.approx(
        (rows.mean() - plain[0]) / (plain[1] - rows.mean())
    )


def test_row_15_a_difference_over_splits_alone_is_students():
    differences = np.array([0.01, 0.02, 0.015, 0.03, 0.005])
    found = compare_accuracies(differences)
    assert found.interval == pytest.approx(stats.ttest_1samp(differences, 0).confidence_interval(0.95))
    assert (found.basis, found.told_apart) == ("splits", True)


@pytest.mark.parametrize("fixed", [0, 30])
def test_row_15_configs_that_differ_alike_on_all_splits(fixed):
    rows = np.zeros((6, 100))
    rows[:, :fixed] = 1.0
    found = compare_over_splits(rows)
    assert (found.mean, found.told_apart, found.effect_size) == (fixed / 100, fixed > 0, None)
    assert (found.t_p, found.wilcoxon_p) == ((0.0, 2**-5) if fixed else (1.0, 1.0))


@pytest.mark.slow
@pytest.mark.parametrize(("num_splits", "by_split"), [(20, 0.03), (5, 0.1)])
def test_row_15_of_equal_configs_5_in_100_are_told_apart(num_splits, by_split):
    rng, count = np.random.default_rng(1), 400
    drawn = [draw_null(rng, num_splits, 200, by_split=by_split) for _ in range(count)]
    told = sum(compare_over_splits(rows, replicates=300).told_apart for rows in drawn)
    assert 0.03 <= told / count <= 0.07


def test_row_15_two_runs_alone_are_told_apart_by_their_articles():
    found = compare_two_runs(60, 20, 1_000)
    flags = np.repeat([1.0, -1.0, 0.0], [60, 20, 920])
    assert found.interval == pytest.approx(bootstrap_interval(flags[None], replicates=1_000), abs=0.003)
    assert {**asdict(found), "interval": None} == {
        "mean": 0.04,
        "interval": None,
        "basis": "articles",
        "num_splits": 0,
        "t_p": None,
        "wilcoxon_p": None,
        "effect_size": None,
    }
    assert found.told_apart and not compare_two_runs(20, 20, 1_000).told_apart


def test_row_16_articles_are_fixed_broken_or_swapped():
    y, asked = np.array([0, 0, 0, 1, 1, 2, 2]), np.array([True] * 6 + [False])
    first, second = np.array([1, 0, 1, 1, 0, 0, 0]), np.array([0, 1, 2, 1, 0, 1, 2])
    found = find_changes(y, first, second, asked)
    kinds = [getattr(found, kind).tolist() for kind in ("fixed", "broken", "swapped")]
    assert (kinds, found.num_articles, found.mcnemar_p) == ([[0], [1], [2, 5]], 6, 1.0)


@pytest.mark.parametrize(("fixed", "broken"), [(0, 0), (1, 0), (12, 3), (40, 41), (0, 200), (900, 1_100)])
def test_row_16_mcnemars_test_is_the_exact_binomial_one(fixed, broken):
    expected = stats.binomtest(fixed, fixed + broken).pvalue if fixed + broken else 1.0
    assert compute_mcnemar_p(fixed, broken) == pytest.approx(expected, rel=1e-9)
