"""What is known of an article, and what the map and the rings are given."""

import numpy as np
import pytest

from core.evaluation.intervals import compute_wilson_interval
from core.graph.neighbourhood import compute_neighbourhood
from core.inference.articles import build_card, build_errors, build_linked, compute_roles
from core.inference.pictures import build_map, build_rings
from core.inference.predict import build_predictions


@pytest.fixture
def predictions(tiny_graph):
    return build_predictions(np.eye(2, dtype=np.float32)[1 - tiny_graph.y])  # wrong about everything


def test_roles_are_those_of_the_split(tiny_graph):
    assert compute_roles(tiny_graph, 0) == ["train", "stopping", "validation", "test"] * 2
    assert compute_roles(tiny_graph, 1) == ["stopping", "train", "validation", "test"] * 2


def test_card_without_and_with_predictions(tiny_graph, predictions):
    card = build_card(tiny_graph, 3, split=0, predictions=None)
    assert (card.title, card.label, card.degree, card.in_degree, card.out_degree) == ("Index", "Databases", 3, 1, 2)
    assert (card.role, card.url, card.tokens, card.pred, card.confidence, card.probs) == ("test", *[None] * 5)
    asked = build_card(tiny_graph, 3, split=0, predictions=predictions)
    assert (asked.pred, asked.confidence) == ("Operating systems", asked.probs["Operating systems"])


def test_links_have_a_direction_and_a_prediction(tiny_graph, predictions):
    linked = {link.title: (link.direction, link.pred) for link in build_linked(tiny_graph, 3, predictions)}
    wrong = "Operating systems"
    assert linked == {"B-tree": ("in", wrong), "SQL": ("out", wrong), "Linux": ("out", "Databases")}


def test_i05_links_tell_the_predicted_category_by_index(tiny_graph, predictions):
    found = {link.title: (link.category, link.predicted) for link in build_linked(tiny_graph, 3, predictions)}
    assert found == {"B-tree": (0, 1), "SQL": (0, 1), "Linux": (1, 0)}
    assert [link.predicted for link in build_linked(tiny_graph, 3, None)] == [None] * 3


def test_i11_errors_begin_with_the_surest(tiny_graph):
    logits = np.eye(2, dtype=np.float32)[tiny_graph.y]
    logits[[2, 6, 5]] = [[0, 1], [3, 0], [2, 0]]  # wrong, and ever surer: 2, 5, 6
    found = build_errors(tiny_graph, split=0, predictions=build_predictions(logits), limit=2)
    assert [(card.title, card.pred) for card in found] == [("Scheduler", "Databases"), ("Kernel", "Databases")]
    assert build_errors(tiny_graph, split=0, predictions=None, limit=2) == []


def test_rings_name_articles_by_position(tiny_graph, predictions):
    rings = build_rings(tiny_graph, compute_neighbourhood(tiny_graph, 4, hops=1), predictions)
    assert (rings.centre, rings.counts, rings.num_links) == (4, (1, 3), 3)
    assert {article["index"] for article in rings.articles} == {3, 4, 5, 7}
    assert all(article["pred"] != article["category"] for article in rings.articles)


def test_map_columns_are_equally_long(tiny_graph):
    columns = build_map(tiny_graph, np.zeros((8, 2), dtype=np.float32), split=0, predictions=None)
    assert (columns.pred, columns.confidence) == (None, None)
    assert {len(getattr(columns, name)) for name in ("x", "y", "category", "degree", "titles", "role")} == {8}


def test_wilson_interval_is_that_of_the_formula():
    # 81 of 263, z = 1.96: the example of Newcombe, Statistics in Medicine 17 (1998), table I.
    assert compute_wilson_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    with pytest.raises(ValueError, match="at least one article"):
        compute_wilson_interval(0.5, 0)
