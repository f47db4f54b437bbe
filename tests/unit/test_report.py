"""The report: against scikit-learn."""

import json

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from core.evaluation.report import RunFacts, build_report, compute_confusion, compute_macro_f1, score_categories

FACTS = RunFacts(
    outcome="finished",
    split=1,
    best_epoch=3,
    epochs=9,
    seconds_per_epoch=0.5,
    seconds=4.5,
    num_parameters=10,
    device="cpu",
    peak_memory_mb=100.0,
)


@pytest.mark.parametrize("missing", [None, 0, 3])
def test_scores_equal_scikit_learn(missing):
    rng = np.random.default_rng(0)
    y, noise = rng.integers(0, 5, 300), rng.integers(0, 5, 300)
    pred = np.where(rng.random(300) < 0.6, y, noise)
    if missing is not None:  # a category that occurs nowhere, another that is never predicted
        keep = (y != missing) & (pred != missing)
        y, pred = y[keep], np.where(pred[keep] == 1, 2, pred[keep])
    confusion = compute_confusion(y, pred, 5)
    np.testing.assert_array_equal(confusion, confusion_matrix(y, pred, labels=range(5)))
    theirs = precision_recall_fscore_support(y, pred, labels=range(5), zero_division=0)
    ours = [[row.precision for row in score_categories(confusion)], [row.recall for row in score_categories(confusion)]]
    np.testing.assert_allclose(ours, theirs[:2])
    np.testing.assert_allclose([row.f1 for row in score_categories(confusion)], theirs[2])
    assert [row.support for row in score_categories(confusion)] == theirs[3].tolist()
    assert compute_macro_f1(confusion) == pytest.approx(f1_score(y, pred, average="macro"))


def test_each_accuracy_is_of_its_own_articles(tiny_graph):
    right = tiny_graph.val_masks[1] | tiny_graph.stopping_masks[1]
    logits = np.zeros((8, 2), dtype=np.float32)
    logits[np.arange(8), np.where(right, tiny_graph.y, 1 - tiny_graph.y)] = 2.0
    report = build_report(logits, tiny_graph, FACTS)
    accuracies = {name: report[name] for name in ("test_acc", "val_acc", "stopping_acc", "train_acc")}
    assert accuracies == {"test_acc": 0.0, "val_acc": 1.0, "stopping_acc": 1.0, "train_acc": 0.0}
    assert report["confusion"] == [[0, 1], [1, 0]]
    assert report["macro_f1"] == 0.0
    # Certain of what is wrong: the validation articles, all right, make it more certain still.
    assert report["temperature"] < 0.06
    assert report["ece"] > report["ece_before"] > 0.8


def test_is_json_with_every_part(tiny_graph):
    report = build_report(np.zeros((8, 2), dtype=np.float32), tiny_graph, FACTS)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert {name: report[name] for name in ("outcome", "split", "best_epoch", "epochs", "num_parameters")} == {
        "outcome": "finished",
        "split": 1,
        "best_epoch": 3,
        "epochs": 9,
        "num_parameters": 10,
    }
    assert [len(report[name]) for name in ("per_category", "reliability", "reliability_before")] == [2, 15, 15]
