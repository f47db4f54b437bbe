"""The report: against scikit-learn, and read back whatever version wrote it."""

import json
from dataclasses import asdict
from typing import get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from core.evaluation.report import build_report, compute_confusion, compute_macro_f1, score_categories
from core.runs.report import CategoryScores, ReliabilityBin, Report, RunFacts, read_report

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
    accuracies = (report.test_acc, report.val_acc, report.stopping_acc, report.train_acc)
    assert accuracies == (0.0, 1.0, 1.0, 0.0)
    assert report.confusion == ((0, 1), (1, 0))
    assert report.macro_f1 == 0.0
    # Certain of what is wrong: the validation articles, all right, make it more certain still.
    assert report.temperature < 0.06
    assert report.ece > report.ece_before > 0.8


def test_is_json_with_every_part(tiny_graph):
    report = build_report(np.zeros((8, 2), dtype=np.float32), tiny_graph, FACTS)
    written = json.loads(json.dumps(asdict(report), allow_nan=False))
    assert list(written) == [
        *("test_acc", "val_acc", "stopping_acc", "train_acc", "macro_f1", "per_category", "confusion"),
        *("temperature", "ece", "ece_before", "reliability", "reliability_before"),
        *("outcome", "split", "best_epoch", "epochs", "seconds_per_epoch", "seconds"),
        *("num_parameters", "device", "peak_memory_mb", "race", "last_val_acc", "best_val_acc", "energy_wh"),
    ]
    facts = json.loads(json.dumps(asdict(FACTS)))
    assert {name: written[name] for name in facts} == facts
    assert [len(written[name]) for name in ("per_category", "reliability", "reliability_before")] == [2, 15, 15]
    assert read_report(written) == report


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.integers(0, 2**63 - 1)


def build_rows(kind):
    """Rows in which any number may be missing."""
    by_type = {float | None: st.none() | NUMBERS, int | None: st.none() | COUNTS}
    row = st.builds(kind, **{name: by_type[hint] for name, hint in get_type_hints(kind).items()})
    return st.lists(row, max_size=3).map(tuple)


@given(
    st.builds(
        Report,
        test_acc=st.none() | NUMBERS,
        per_category=build_rows(CategoryScores),
        confusion=st.integers(0, 3).flatmap(lambda n: st.tuples(*[st.tuples(*[COUNTS] * n)] * n)),
        temperature=NUMBERS,
        reliability=build_rows(ReliabilityBin),
        outcome=st.sampled_from(["finished", "stopped", None]),
        epochs=st.none() | COUNTS,
        device=st.text(),
    )
)
def test_every_report_survives_its_file(report):
    assert read_report(json.loads(json.dumps(asdict(report)))) == report


def test_any_report_of_another_version_can_be_read():
    assert read_report({}) == Report()
    assert read_report({"surprise": 1, "test_acc": 0.5, "per_category": [{"f1": 0.5, "later": 2}]}) == Report(
        test_acc=0.5, per_category=(CategoryScores(f1=0.5),)
    )
    assert read_report({"reliability": [{"count": 3}, {}]}).reliability == (ReliabilityBin(count=3), ReliabilityBin())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("test_acc", value) for value in ("0.5", True, [0.5], float("nan"), float("inf"))),
        *(("epochs", value) for value in ("3", 1.5, True)),
        *(("outcome", value) for value in ("lost", ["finished"], 1)),
        *(("temperature", value) for value in (None, "1.0")),
        *(("confusion", value) for value in (3, [1], [[1, 2]], [[0.5]])),
        *(("per_category", value) for value in ({}, [1], [None])),
        ("device", 3),
    ],
)
def test_a_value_of_another_kind_counts_as_missing(name, value):
    assert read_report({name: value}) == Report()
