"""Predictions: what a run says of articles, and how sure its accuracy is."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from core.app.graphs import Graphs
from core.app.prediction_log import MAX_ARTICLES, PredictionLog, Said, Source
from core.errors import ConflictError, DamagedFileError, InvalidInputError
from core.evaluation.intervals import compute_wilson_interval
from core.graph.graph import Graph
from core.inference.articles import PredictionAnswer, build_predicted
from core.inference.predict import RunPredictions, build_predictions
from core.runs.record import RunRecord
from core.runs.refusals import explain_no_predictions
from core.runs.report import Report
from core.runs.store import RunStore

MAX_RUNS_IN_MEMORY: Final = 32
LOWEST_TEMPERATURE: Final = 1e-3  # below any that is fitted: a report that says less is damaged


class RunView(NamedTuple):
    """A graph as a run sees it: its split, and what it predicts; split 0 and None without a run."""

    split: int
    predictions: RunPredictions | None
    record: RunRecord | None = None


class _Known(NamedTuple):
    """What was read of a run: its predictions, and digests of its logits and its temperature."""

    predictions: RunPredictions
    model: str
    calibration: str


class Predictions:
    """The predictions of a store's runs, those asked for last in memory. May be used from any thread."""

    def __init__(self, store: RunStore, graphs: Graphs, *, log: PredictionLog | None = None) -> None:
        """log: where answers are noted."""
        self._store, self._graphs, self._log = store, graphs, log
        self.served = 0  # articles whose prediction this process has given out
        self._read_cached = lru_cache(maxsize=MAX_RUNS_IN_MEMORY)(self._read)

    def of(self, graph: Graph, run: str | None) -> RunView:
        """How a run sees a graph. Raises RunNotFoundError, and ConflictError when it has no predictions of it."""
        if not run:
            return RunView(0, None)
        record = self._store.read(self._store.resolve(run))
        return RunView(record.split, self._of_record(graph, record), record)

    def predict(
        self, run: str, articles: Sequence[int | str] | None = None, *, limit: int | None = None
    ) -> PredictionAnswer:
        """What a run says of some articles, or of all. Raises ConflictError while it has no predictions.

        limit: of the probabilities in an answer; more are InvalidInputError.
        """
        record = self._store.read(self._store.resolve(run))
        if record.imported:  # its graph may not even be here
            raise ConflictError(explain_no_predictions(record))
        graph = self._graphs.load(record.graph)
        predictions = self._of_record(graph, record)
        asked = graph.num_nodes if articles is None else len(articles)
        if limit is not None and asked * graph.num_classes > limit:
            raise InvalidInputError(
                f"{asked:,} articles in {graph.num_classes} categories are too many for one answer: ask for at most "
                f"{limit // graph.num_classes:,} articles at once"
            )
        indices = range(graph.num_nodes) if articles is None else [graph.index_of(article) for article in articles]
        rows = [build_predicted(graph, index, predictions) for index in indices]
        self.served += len(rows)
        self._note(record, indices, predictions)
        return PredictionAnswer(record.id, graph.digest, rows)

    def note(self, view: RunView, index: int) -> None:
        """Notes that what a run says of one article was shown, where that is logged."""
        if view.record and view.predictions:
            self._note(view.record, [index], view.predictions)

    def _note(self, record: RunRecord, indices: Sequence[int], predictions: RunPredictions) -> None:
        if self._log is None or not self._log.is_on:
            return
        known = self._read_cached(record.id, record.ended_at)
        few = [Said(i, int(predictions.pred[i]), float(predictions.confidence[i])) for i in indices[:MAX_ARTICLES]]
        self._log.note(Source(record.id, known.model, record.graph_digest, known.calibration), few, len(indices))

    def write_log(self) -> None:
        """Writes what was noted and is not written yet: nothing more is to come."""
        if self._log is not None:
            self._log.write()

    def test_interval(self, record: RunRecord) -> tuple[float, float]:
        """The 95 % interval of a run's test accuracy over test articles (one split: splits are not in it)."""
        return compute_wilson_interval(record.test_acc or 0.0, int(self._graphs.load(record.graph).test_mask.sum()))

    def _of_record(self, graph: Graph, record: RunRecord) -> RunPredictions:
        if record.graph_digest != graph.digest:
            raise ConflictError(
                f"run {record.id} was trained on graph {record.graph}, not on {graph.id}: choose a run of this graph"
            )
        # ended_at in the key: a resumed run's predictions are read anew.
        predictions = self._read_cached(record.id, record.ended_at).predictions
        if predictions.probs.shape != (graph.num_nodes, graph.num_classes):
            raise DamagedFileError(
                f"the predictions of run {record.id} are {list(predictions.probs.shape)}, and graph {graph.id} has "
                f"{graph.num_nodes} articles in {graph.num_classes} categories: choose another run, and delete this one"
            )
        return predictions

    def _read(self, run_id: str, _ended_at: float | None) -> _Known:
        report = self._store.read_report(run_id) or Report()
        temperature = report.temperature if report.temperature >= LOWEST_TEMPERATURE else 1.0
        logits = self._store.read_logits(run_id)
        digests = (hashlib.sha256(content).hexdigest() for content in (logits.tobytes(), repr(temperature).encode()))
        return _Known(build_predictions(logits, temperature), *digests)
