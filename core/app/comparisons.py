"""Comparisons of runs: what differs, which articles changed their prediction, and whether one config is better."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.app.compared import (
    ChangedArticles,
    RunComparison,
    RunDifference,
    advise,
    collect_metrics,
    compare_configs,
    describe_cut_short,
    describe_difference,
    describe_environment,
    explain_nothing,
    name_apart,
    name_articles,
)
from core.app.graphs import Graphs
from core.app.predictions import Predictions
from core.app.runs import Runs
from core.errors import ConflictError, DamagedFileError, InvalidInputError, NotFoundError
from core.evaluation.changes import PredictionChanges, find_changes
from core.evaluation.differences import find_differences
from core.evaluation.paired import (
    FEWEST_SPLITS,
    PairedDifference,
    compare_accuracies,
    compare_over_splits,
    compare_two_runs,
)
from core.graph.graph import Graph
from core.runs.benchmarks import BenchmarkStore
from core.runs.record import RunRecord, compute_variant
from core.runs.state import REPORTED

FEWEST_RUNS, MOST_RUNS = 2, 10
MAX_RUNS_IN_MEMORY: Final = 1_024  # of each a byte a test article
MAX_DIFFERENCES_IN_MEMORY: Final = 64


@dataclass(frozen=True)
class _Verdict:
    """The part of a comparison that is of two runs."""

    articles: ChangedArticles | None
    difference: RunDifference | None
    sentence: str
    advice: str = ""


class Comparisons:
    """Compares the runs of a store. May be used from any thread."""

    def __init__(self, runs: Runs, predictions: Predictions, benchmarks: BenchmarkStore, graphs: Graphs) -> None:
        self._runs, self._predictions, self._benchmarks, self._graphs = runs, predictions, benchmarks, graphs
        self._read_correct = lru_cache(maxsize=MAX_RUNS_IN_MEMORY)(self._find_correct)
        self._known: dict[bytes, PairedDifference] = {}

    def compare(self, refs: Sequence[str]) -> RunComparison:
        """2 to 10 runs, each named by id, by a unique prefix, as `latest` or by its name.

        Raises RunNotFoundError, and InvalidInputError for fewer, more, or one that is named twice.
        """
        if not FEWEST_RUNS <= len(refs) <= MOST_RUNS:
            raise InvalidInputError(f"{len(refs)} runs cannot be compared: name {FEWEST_RUNS} to {MOST_RUNS} of them")
        several = [self._runs.read_details(ref, diagnosed=False) for ref in refs]
        ids = [details.id for details in several]
        if twice := next((id_ for id_ in ids if ids.count(id_) > 1), None):
            raise InvalidInputError(f"run {twice} is named twice: name runs that differ")
        parts = {
            "environment": [describe_environment(run.environment) for run in several],
            "data": [{"graph": run.graph, "graph_digest": run.graph_digest} for run in several],
        }
        found = {part: find_differences(values) for part, values in parts.items()}
        found["config"] = compare_configs([run.config for run in several])
        verdict = self._compare_two(several[0], several[1])
        return RunComparison(
            runs=ids,
            config=found["config"][0],
            environment=found["environment"][0],
            data=found["data"][0],
            metrics=collect_metrics(several),
            same={part: same for part, (_, same) in found.items()},
            cut_short=describe_cut_short(several, name_apart(several)),
            **vars(verdict),
        )

    def read_metrics(self, refs: Sequence[str]) -> dict[str, list[float | None]]:
        """How runs stand now: of each metric that any of them has a value a run. Raises RunNotFoundError."""
        return collect_metrics([self._runs.read_details(ref, diagnosed=False) for ref in refs])

    def name_run(self, ref: str) -> str:
        """What a run is called: by a person, else its id. Raises RunNotFoundError."""
        record = self._runs.read(ref)
        return record.name or record.id

    def find_changes(self, graph: Graph, first: str, second: str) -> PredictionChanges:
        """The test articles whose prediction changed between two runs of a graph.

        Raises RunNotFoundError, and ConflictError where one has no predictions, or is of another graph.
        """
        preds = [self._predictions.of(graph, run).predictions for run in (first, second)]
        before, after = (found.pred for found in preds if found)
        return find_changes(graph.y, before, after, graph.test_mask)

    def _compare_two(self, first: RunRecord, second: RunRecord) -> _Verdict:
        names = first.name or first.id, second.name or second.id
        if not _is_same_graph(first, second):
            told = f"{names[1]} and {names[0]} were trained on different graphs: no accuracy tells them apart."
            return _Verdict(None, None, told)
        graph = None if first.imported or second.imported else self._load_graph(first)
        changes = None
        if graph and first.state in REPORTED and second.state in REPORTED:  # else predictions are of an earlier stop
            with suppress(ConflictError, DamagedFileError, NotFoundError):  # none, from elsewhere, damaged
                changes = self.find_changes(graph, first.id, second.id)
        articles = self._name_articles(graph, changes, first.id, second.id) if graph and changes else None
        found = self._measure(first, second, graph, changes)
        if found is None:
            return _Verdict(articles, None, explain_nothing(first, second, names))
        difference = RunDifference(told_apart=found.told_apart, **asdict(found))
        advice = advise(difference, same=first.variant == second.variant)
        return _Verdict(articles, difference, describe_difference(difference, *names), advice)

    def _load_graph(self, run: RunRecord) -> Graph | None:
        """The graph that a run was trained on; None where it is not here any more, or another has its id."""
        try:
            graph = self._graphs.load(run.graph)
        except (DamagedFileError, NotFoundError, InvalidInputError):
            return None
        return graph if graph.digest == run.graph_digest else None

    def _name_articles(
        self, graph: Graph, changes: PredictionChanges, first: str, second: str
    ) -> ChangedArticles | None:
        before, after = (self._predictions.of(graph, run).predictions for run in (first, second))
        return name_articles(graph, changes, before, after) if before and after else None

    def _measure(
        self, first: RunRecord, second: RunRecord, graph: Graph | None, changes: PredictionChanges | None
    ) -> PairedDifference | None:
        """Over splits where both configs were trained on enough of them, else of these two runs alone."""
        common = 0
        if first.variant and second.variant and first.variant != second.variant:
            siblings = [run for run in self._runs.list() if _is_same_graph(run, first)]
            if graph is not None:
                rows = [self._collect_correct(record, graph, siblings) for record in (first, second)]
                splits = sorted(rows[0].keys() & rows[1].keys())
                if len(splits) >= FEWEST_SPLITS:
                    return self._bootstrap(np.stack([rows[1][split] - rows[0][split] for split in splits]))
                common = len(splits)
            means = [_average_accuracies(record.variant, siblings) for record in (first, second)]
            splits = sorted(means[0].keys() & means[1].keys())
            if len(splits) >= FEWEST_SPLITS:
                return compare_accuracies(np.array([means[1][split] - means[0][split] for split in splits]))
        if changes is None:
            return None
        return compare_two_runs(len(changes.fixed), len(changes.broken), changes.num_articles, num_splits=common)

    def _bootstrap(self, rows: NDArray[np.float64]) -> PairedDifference:
        """As `compare_over_splits`, which takes half a second: once for the same rows."""
        key = hashlib.sha256(rows.tobytes()).digest()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = compare_over_splits(rows)
            if len(self._known) > MAX_DIFFERENCES_IN_MEMORY:
                self._known.pop(next(iter(self._known)), None)
        return found

    def _collect_correct(
        self, record: RunRecord, graph: Graph, siblings: Sequence[RunRecord]
    ) -> dict[int, NDArray[np.float64]]:
        """By split [T]: how often each test article is named rightly by runs and benchmarks of a run's config."""
        by_pair: dict[tuple[int, int], NDArray[np.bool_]] = {}
        for benchmark in self._benchmarks.list(graph.digest):
            if compute_variant(benchmark.config) == record.variant:
                by_pair |= {result.pair: result.correct for result in self._benchmarks.read_results(benchmark.id)}
        for sibling in reversed(siblings):  # of several of one split and seed the newest counts, and a run before all
            if sibling.variant == record.variant and sibling.has_predictions and sibling.state == "finished":
                correct = self._read_correct(sibling.id, sibling.ended_at, graph.digest)
                if correct is not None:
                    by_pair[sibling.split, sibling.seed] = correct
        num_test = int(graph.test_mask.sum())
        by_split: dict[int, list[NDArray[np.bool_]]] = {}
        for (split, _), correct in by_pair.items():
            if len(correct) == num_test:
                by_split.setdefault(split, []).append(correct)
        return {split: np.mean(several, axis=0) for split, several in by_split.items()}

    def _find_correct(self, run_id: str, _ended_at: float | None, _digest: str) -> NDArray[np.bool_] | None:
        """[T] of one run; None where its predictions cannot be read."""
        try:
            graph = self._graphs.load(self._runs.read(run_id).graph)
            predictions = self._predictions.of(graph, run_id).predictions
        except (ConflictError, DamagedFileError, NotFoundError):
            return None
        return None if predictions is None else (predictions.pred == graph.y)[graph.test_mask]


def _is_same_graph(first: RunRecord, second: RunRecord) -> bool:
    """Whether two runs learnt the same data, by its digest; of a run from elsewhere only the graph's name is known."""
    if first.imported or second.imported:
        return bool(first.graph) and first.graph == second.graph
    return bool(first.graph_digest) and first.graph_digest == second.graph_digest


def _average_accuracies(variant: str, siblings: Sequence[RunRecord]) -> dict[int, float]:
    """By split: the test accuracy of a config's runs, those from elsewhere too."""
    by_split: dict[int, list[float]] = {}
    for run in siblings:
        if run.variant == variant and run.state == "finished" and run.test_acc is not None:
            by_split.setdefault(run.split, []).append(run.test_acc)
    return {split: float(np.mean(several)) for split, several in by_split.items()}
