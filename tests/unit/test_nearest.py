"""The articles most like each, nearly: almost all of those that an exact search finds."""

import numpy as np
import pytest

from core.graph.nearest import find_nearest_roughly


def make_traits(num_nodes=1300, num_groups=20):
    rng = np.random.default_rng(0)
    middles = rng.standard_normal((num_groups, 16))
    traits = middles[rng.integers(0, num_groups, num_nodes)] + rng.standard_normal((num_nodes, 16))
    return (traits / np.linalg.norm(traits, axis=1, keepdims=True)).astype(np.float32)


def test_n08_nearly_all_that_are_most_like_an_article_are_found(monkeypatch):
    monkeypatch.setattr("core.graph.nearest.GROUP", 32)
    monkeypatch.setattr("core.graph.nearest.MOST_LOOKED_AT", 400)
    traits, heard = make_traits(), []
    found = find_nearest_roughly(traits, 12, seed=0, on_progress=heard.append)
    likeness = traits @ traits.T
    np.fill_diagonal(likeness, -np.inf)
    exact = np.argsort(-likeness, axis=1)[:, :12]
    assert np.mean([np.isin(*pair).mean() for pair in zip(exact, found, strict=True)]) > 0.85
    assert all(len({index, *row}) == 13 for index, row in enumerate(found.tolist()))
    assert heard == sorted(heard) and heard[-1] == 1


@pytest.mark.parametrize("traits", [np.zeros((1100, 4)), np.ones((1100, 4)) / 2, np.eye(60)])
def test_n08_articles_that_are_all_alike_find_others_too(traits):
    found = find_nearest_roughly(traits.astype(np.float32), 12, seed=0)
    assert all(len({index, *row}) == 13 for index, row in enumerate(found.tolist()))
