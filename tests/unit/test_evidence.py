"""The articles behind pictures, and curves over thresholds against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from core.errors import ConflictError, InvalidInputError
from core.evaluation.thresholds import compute_threshold_curve, thin


@pytest.fixture
def pick(explorer, tiny_id, make_run):
    run = make_run(wrong=(3,))
    other = make_run(wrong=(7,), created_at=2e9)

    def pick_(text):
        found = explorer.evidence.pick(tiny_id, run, text.replace("OTHER", other))
        return found.indices, found.sentence.replace(other, "OTHER")

    pick_.run = run
    return pick_


@pytest.mark.parametrize(
    ("text", "indices", "sentence"),
    [
        ("cell:0:1", [3], "Test articles of Databases, predicted as Operating systems"),
        ("cell:1:1", [7], "Test articles of Operating systems, predicted rightly"),
        ("cell:1:0", [], "Test articles of Operating systems, predicted as Databases"),
        ("bin:14", [3, 7], "Test articles predicted with 93 to 100 % confidence"),
        ("bin:0", [], "Test articles predicted with 0 to 7 % confidence"),
        ("above:0:0.5", [], "Test articles of which Databases has a probability of at least 50.0 %"),
        ("above:1:0", [3, 7], "Test articles of which Operating systems has a probability of at least 0.0 %"),
        ("fixed:OTHER", [7], "Test articles that OTHER names wrongly and this run rightly"),
        ("broken:OTHER", [3], "Test articles that OTHER names rightly and this run wrongly"),
        ("swapped:OTHER", [], "Test articles that OTHER and this run name wrongly, each as another category"),
    ],
)
def test_row_26_each_part_of_a_picture_has_its_articles(pick, text, indices, sentence):
    found, said = pick(text)
    assert (sorted(found), said) == (indices, sentence)


@pytest.mark.parametrize("text", ["", "cell", "cell:0", "cell:0:9", "cell:-1:0", "bin:15", "bin:x", "above:0:2", "x:1"])
def test_row_26_what_picks_nothing_is_refused(pick, text):
    with pytest.raises(InvalidInputError, match="expected cell:TRUE:PREDICTED"):
        pick(text)


def test_row_26_picked_articles_have_titles_and_predictions(explorer, tiny_id, pick):
    found = explorer.evidence.pick(tiny_id, pick.run, "cell:0:1")
    (article,) = explorer.evidence.list_picked(tiny_id, pick.run, found, limit=5)
    assert (article.title, article.label, article.pred, article.before) == (
        "Index",
        "Databases",
        "Operating systems",
        None,
    )
    with pytest.raises(ConflictError, match="no run is named"):
        explorer.evidence.pick(tiny_id, "", "cell:0:1")


@pytest.mark.parametrize("decimals", [1, 16])
def test_row_26_curves_over_thresholds_are_scikit_learns(decimals):
    rng = np.random.default_rng(0)
    is_category = rng.random(300) < 0.2
    scores = np.clip(rng.normal(0.3 + 0.3 * is_category, 0.2), 0, 1).round(decimals)  # with ties, and without
    found = compute_threshold_curve(scores, is_category)
    precision, recall, thresholds = precision_recall_curve(is_category, scores)
    np.testing.assert_allclose(found.thresholds, thresholds[::-1])
    np.testing.assert_allclose(found.precision, precision[:-1][::-1])
    np.testing.assert_allclose(found.recall, recall[:-1][::-1])
    false_rate, true_rate, _ = roc_curve(is_category, scores, drop_intermediate=False)
    np.testing.assert_allclose([found.false_positive_rate, found.recall], [false_rate[1:], true_rate[1:]])
    assert found.average_precision == pytest.approx(average_precision_score(is_category, scores))
    assert found.auc == pytest.approx(roc_auc_score(is_category, scores))
    kept = thin(found, 40)
    assert len(kept) <= 40 and {0, len(found.thresholds) - 1} <= set(kept.tolist())


def test_row_26_one_category_alone_has_no_curve():
    assert compute_threshold_curve(np.array([0.1, 0.2]), np.array([True, True])) is None


def test_row_26_a_runs_curve_is_of_its_test_articles(explorer, tiny_id, pick):
    curve = explorer.evidence.read_curve(tiny_id, pick.run, 1)
    assert (curve.recall.tolist(), curve.precision.tolist()) == ([1.0], [0.5])
