"""`report.json`: how good a run's best epoch is, measured once, when the run is finalised. No torch here."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.evaluation.calibration import fit_temperature, measure_calibration
from core.graph.graph import Graph

Outcome = Literal["finished", "stopped"]


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run beside its predictions."""

    outcome: Outcome
    split: int
    best_epoch: int
    epochs: int  # trained
    seconds_per_epoch: float  # median, step and evaluation together
    seconds: float  # of training, summed over resumes
    num_parameters: int
    device: str
    peak_memory_mb: float  # 10^6 bytes


@dataclass(frozen=True)
class CategoryScores:
    """How well one category is found among the test articles; 0 where nothing was predicted or there is nothing."""

    precision: float
    recall: float
    f1: float
    support: int


def compute_confusion(y: NDArray[np.int64], pred: NDArray[np.int64], num_classes: int) -> NDArray[np.int64]:
    """[C, C] counts: rows are true categories, columns predicted ones."""
    return np.bincount(y * num_classes + pred, minlength=num_classes**2).reshape(num_classes, num_classes)


def score_categories(confusion: NDArray[np.int64]) -> list[CategoryScores]:
    """Precision, recall, F1 and support of each category."""
    hits, support, predicted = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    precision = hits / np.maximum(predicted, 1)
    recall = hits / np.maximum(support, 1)
    f1 = 2 * hits / np.maximum(support + predicted, 1)
    rows = zip(precision.tolist(), recall.tolist(), f1.tolist(), support.tolist(), strict=True)
    return [CategoryScores(*row) for row in rows]


def compute_macro_f1(confusion: NDArray[np.int64]) -> float:
    """F1 averaged over the categories that occur among the true or the predicted ones."""
    occurs = confusion.sum(axis=1) + confusion.sum(axis=0) > 0
    return float(np.mean([row.f1 for row in score_categories(confusion)], where=occurs))


def build_report(logits: NDArray[np.float32], graph: Graph, facts: RunFacts) -> dict[str, Any]:
    """The report of logits [N, C]; the temperature is fitted on validation articles, all else is of test ones."""
    pred = logits.argmax(axis=1)
    val, test = graph.val_masks[facts.split], graph.test_mask
    masks = {
        "test_acc": test,
        "val_acc": val,
        "stopping_acc": graph.stopping_masks[facts.split],
        "train_acc": graph.train_masks[facts.split],
    }
    confusion = compute_confusion(graph.y[test], pred[test], graph.num_classes)
    temperature = fit_temperature(logits[val], graph.y[val])
    before = measure_calibration(logits[test], graph.y[test])
    after = measure_calibration(logits[test], graph.y[test], temperature)
    return {
        **{name: float((pred == graph.y)[mask].mean()) for name, mask in masks.items()},
        "macro_f1": compute_macro_f1(confusion),
        "per_category": [asdict(row) for row in score_categories(confusion)],
        "confusion": confusion.tolist(),
        "temperature": temperature,
        "ece": after.ece,
        "ece_before": before.ece,
        "reliability": [asdict(row) for row in after.bins],
        "reliability_before": [asdict(row) for row in before.bins],
        **asdict(facts),
    }
