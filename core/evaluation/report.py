"""The report of a run: how good its best epoch is, measured once, when the run is finalised. No torch here."""

import numpy as np
from numpy.typing import NDArray

from core.evaluation.calibration import fit_temperature, measure_calibration
from core.graph.graph import Graph
from core.runs.report import CategoryScores, Report, RunFacts


def compute_confusion(y: NDArray[np.int64], pred: NDArray[np.int64], num_classes: int) -> NDArray[np.int64]:
    """[C, C] counts: rows are true categories, columns predicted ones."""
    return np.bincount(y * num_classes + pred, minlength=num_classes**2).reshape(num_classes, num_classes)


def _compute_f1(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """[C] F1 of each category, 0 where it occurs nowhere."""
    occurrences = confusion.sum(axis=1) + confusion.sum(axis=0)
    f1: NDArray[np.float64] = 2 * np.diag(confusion) / np.maximum(occurrences, 1)
    return f1


def score_categories(confusion: NDArray[np.int64]) -> tuple[CategoryScores, ...]:
    """Precision, recall, F1 and support of each category."""
    hits, support, predicted = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    precision, recall = hits / np.maximum(predicted, 1), hits / np.maximum(support, 1)
    f1 = _compute_f1(confusion)
    rows = zip(precision.tolist(), recall.tolist(), f1.tolist(), support.tolist(), strict=True)
    return tuple(CategoryScores(*row) for row in rows)


def compute_macro_f1(confusion: NDArray[np.int64]) -> float:
    """F1 averaged over the categories that occur among the true or the predicted ones."""
    support, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    return float(np.mean(_compute_f1(confusion), where=support + predicted > 0))


def build_report(logits: NDArray[np.float32], graph: Graph, facts: RunFacts) -> Report:
    """The report of logits [N, C]; the temperature is fitted on validation articles, all else is of test ones."""
    pred = logits.argmax(axis=1)
    right = pred == graph.y
    split, val, test = facts.split, graph.val_masks[facts.split], graph.test_mask
    confusion = compute_confusion(graph.y[test], pred[test], graph.num_classes)
    temperature = fit_temperature(logits[val], graph.y[val])
    before = measure_calibration(logits[test], graph.y[test])
    after = measure_calibration(logits[test], graph.y[test], temperature)
    return Report(
        test_acc=float(right[test].mean()),
        val_acc=float(right[val].mean()),
        stopping_acc=float(right[graph.stopping_masks[split]].mean()),
        train_acc=float(right[graph.train_masks[split]].mean()),
        macro_f1=compute_macro_f1(confusion),
        per_category=score_categories(confusion),
        confusion=tuple(map(tuple, confusion.tolist())),
        temperature=temperature,
        ece=after.ece,
        ece_before=before.ece,
        reliability=after.bins,
        reliability_before=before.bins,
        **vars(facts),
    )
