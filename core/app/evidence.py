"""What stands behind a picture of a run: the articles of a cell, a bar, a threshold or a change."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.app.comparisons import Comparisons
from core.app.graphs import Graphs
from core.app.predictions import Predictions
from core.errors import ConflictError, InvalidInputError
from core.evaluation.calibration import NUM_BINS, assign_bins
from core.evaluation.thresholds import ThresholdCurve, compute_threshold_curve
from core.graph.graph import Graph
from core.graph.titles import shorten
from core.inference.articles import ArticleHit, build_hit
from core.inference.predict import RunPredictions

_PICK: Final = re.compile(r"(?P<kind>cell|bin|above|fixed|broken|swapped):(?P<rest>[0-9a-z.:-]{1,64})")
_EXPECTED: Final = (
    "expected cell:TRUE:PREDICTED, bin:NUMBER, above:CATEGORY:PROBABILITY, or fixed:RUN, broken:RUN or swapped:RUN, "
    "such as cell:2:3"
)


@dataclass(frozen=True)
class PickedArticle(ArticleHit):
    """One article of a pick: what the run predicts of it and how surely, and what the run compared with predicts."""

    pred: str
    confidence: float
    before: str | None


@dataclass(frozen=True)
class Pick:
    """Test articles that one part of a picture stands for: which they are as a sentence, and indices, surest first."""

    text: str
    sentence: str
    indices: list[int]
    against: str | None = None  # the run that it compares with


class Evidence:
    """The articles behind pictures of runs' predictions. May be used from any thread.

    Raises RunNotFoundError, and ConflictError for a run that has no predictions, or was trained on another graph.
    """

    def __init__(self, graphs: Graphs, predictions: Predictions, comparisons: Comparisons) -> None:
        self._graphs, self._predictions, self._comparisons = graphs, predictions, comparisons

    def pick(self, graph_id: str, run: str, text: str) -> Pick:
        """The test articles that a text means. Raises InvalidInputError for one that means none.

        `cell:2:3`: of category 2, predicted as 3. `bin:14`: whose confidence is in this bin of 15. `above:2:0.65`: of
        which category 2 has at least this probability. `fixed:RUN`, `broken:RUN`, `swapped:RUN`: whose prediction
        changed from RUN to this run.
        """
        found = _PICK.fullmatch(text)
        if not found:
            raise InvalidInputError(f"{shorten(repr(text))} picks no articles: {_EXPECTED}")
        graph, predictions = self._read(graph_id, run)
        kind, rest = found["kind"], found["rest"]
        if kind in ("fixed", "broken", "swapped"):
            changes = self._comparisons.find_changes(graph, rest, run)
            sentence = _CHANGES[kind].format(self._comparisons.name_run(rest))
            return _build_pick(text, sentence, getattr(changes, kind), predictions, against=rest)
        try:
            flags, sentence = _BY_KIND[kind](graph, predictions, *rest.split(":"))
        except (TypeError, ValueError, IndexError, OverflowError) as error:
            raise InvalidInputError(f"{shorten(repr(text))} picks no articles of this graph: {_EXPECTED}") from error
        return _build_pick(text, sentence, np.flatnonzero(flags & graph.test_mask), predictions)

    def list_picked(self, graph_id: str, run: str, pick: Pick, *, limit: int) -> list[PickedArticle]:
        """The first articles of a pick."""
        graph, predictions = self._read(graph_id, run)
        before = self._predictions.of(graph, pick.against).predictions if pick.against else None
        return [
            PickedArticle(
                **vars(build_hit(graph, index)),
                pred=graph.class_names[predictions.pred[index]],
                confidence=float(predictions.confidence[index]),
                before=graph.class_names[before.pred[index]] if before else None,
            )
            for index in pick.indices[:limit]
        ]

    def read_curve(self, graph_id: str, run: str, category: int) -> ThresholdCurve | None:
        """How well test articles of a category are told from others by its probability; None where there are none."""
        graph, predictions = self._read(graph_id, run)
        test = graph.test_mask
        return compute_threshold_curve(predictions.probs[test, category].astype(np.float64), graph.y[test] == category)

    def _read(self, graph_id: str, run: str) -> tuple[Graph, RunPredictions]:
        graph = self._graphs.load(graph_id)
        predictions = self._predictions.of(graph, run).predictions
        if predictions is None:
            raise ConflictError("no run is named: choose one whose predictions are to be looked at")
        return graph, predictions


def _build_pick(
    text: str, sentence: str, indices: NDArray[np.int64], predictions: RunPredictions, against: str | None = None
) -> Pick:
    surest = indices[np.argsort(-predictions.confidence[indices], kind="stable")]
    return Pick(text, sentence, surest.tolist(), against)


_CHANGES: Final[Mapping[str, str]] = {
    "fixed": "Test articles that {} names wrongly and this run rightly",
    "broken": "Test articles that {} names rightly and this run wrongly",
    "swapped": "Test articles that {} and this run name wrongly, each as another category",
}


def _pick_cell(graph: Graph, found: RunPredictions, true: str, pred: str) -> tuple[NDArray[np.bool_], str]:
    rows, columns = _category(graph, true), _category(graph, pred)
    names = graph.class_names[rows], graph.class_names[columns]
    said = f"of {names[0]}, predicted rightly" if rows == columns else f"of {names[0]}, predicted as {names[1]}"
    return (graph.y == rows) & (found.pred == columns), f"Test articles {said}"


def _pick_bin(_graph: Graph, found: RunPredictions, number: str) -> tuple[NDArray[np.bool_], str]:
    place = range(NUM_BINS)[_whole(number)]
    low, high = 100 * place / NUM_BINS, 100 * (place + 1) / NUM_BINS
    return assign_bins(found.confidence) == place, f"Test articles predicted with {low:.0f} to {high:.0f} % confidence"


def _pick_above(graph: Graph, found: RunPredictions, category: str, least: str) -> tuple[NDArray[np.bool_], str]:
    place, threshold = _category(graph, category), float(least)
    if not 0 <= threshold <= 1:
        raise ValueError(least)
    said = f"Test articles of which {graph.class_names[place]} has a probability of at least {100 * threshold:.1f} %"
    return found.probs[:, place] >= np.float32(threshold), said


_BY_KIND: Final[Mapping[str, Callable[..., tuple[NDArray[np.bool_], str]]]] = {
    "cell": _pick_cell,
    "bin": _pick_bin,
    "above": _pick_above,
}


def _category(graph: Graph, text: str) -> int:
    return range(graph.num_classes)[_whole(text)]


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(text)
    return int(text)
