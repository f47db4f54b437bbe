"""class Explorer: every use case, wired once; the pages, the command line and HTTP call it. Caches are bounded."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.backends.base import submit_orphans
from core.backends.device import Place, describe_device
from core.backends.local.backend import LocalBackend
from core.backends.probe import estimate_seconds
from core.config.presets import Preset, find_changes, list_presets, load_preset
from core.config.train import TrainConfig, build_config
from core.errors import ConfigError, ConflictError, RunNotFoundError, WikicsError
from core.evaluation.intervals import compute_wilson_interval
from core.evaluation.leaderboard import BenchmarkSummary, Leaderboard
from core.evaluation.published import PublishedResult, list_published
from core.graph.graph import Graph
from core.graph.library import GraphLibrary, GraphSummary
from core.graph.neighbourhood import compute_neighbourhood
from core.graph.paths import Paths, compute_paths
from core.graph.search import TitleIndex
from core.graph.statistics import GraphStatistics, compute_statistics
from core.graph.wikics import DownloadProgress
from core.inference.articles import (
    ArticleCard,
    ArticleHit,
    LinkedArticle,
    PredictionAnswer,
    build_card,
    build_hit,
    build_linked,
    build_predicted,
)
from core.inference.pictures import build_map, build_rings
from core.inference.predict import Predictions, build_predictions
from core.runs.benchmarks import BenchmarkStore
from core.runs.environment import collect_environment, read_commit
from core.runs.experience import Experience, summarise_experience
from core.runs.metrics import Cursor
from core.runs.record import RunDetails, RunRecord, compute_variant
from core.runs.state import ACTIVE
from core.runs.store import RunStore
from core.settings import Settings
from core.storage.local import LocalStorage

MAX_GRAPHS_IN_MEMORY = 3
MAX_PREDICTIONS_IN_MEMORY = 32


@dataclass(frozen=True)
class GraphDescription:
    """One graph, its notices and its statistics."""

    graph: GraphSummary
    statistics: GraphStatistics


@dataclass(frozen=True)
class Readiness:
    """Whether the default graph is loaded, and if not, how far it is (a fraction)."""

    ready: bool
    message: str
    fraction: float = 0.0


class Explorer:
    """One instance a process. Every method may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        home = settings.home_folder
        self.settings = settings
        self.library = GraphLibrary(home / "graphs", data_folder=settings.data)
        self.store = RunStore(LocalStorage(home))
        self.benchmarks = Leaderboard(BenchmarkStore(LocalStorage(home)), find_changes)
        self.backend = LocalBackend(home, max_runs=settings.max_runs)
        self.predictions_served = 0
        self._probed: dict[tuple[str, str], float] = {}
        self._readiness = Readiness(ready=False, message="Looking for a graph")
        self._load_graph = lru_cache(maxsize=MAX_GRAPHS_IN_MEMORY)(self.library.load)
        self._index_titles = lru_cache(maxsize=MAX_GRAPHS_IN_MEMORY)(self._build_title_index)
        self._statistics = lru_cache(maxsize=MAX_GRAPHS_IN_MEMORY)(lambda id_: compute_statistics(self.graph(id_)))
        self._layout = lru_cache(maxsize=MAX_GRAPHS_IN_MEMORY)(lambda id_: self.library.load_layout(self.graph(id_)))
        self._cached_predictions = lru_cache(maxsize=MAX_PREDICTIONS_IN_MEMORY)(self._read_predictions)

    # The process

    def prepare(self) -> None:
        """Fetches or makes the default graph and reads it, so that the first visitor need not wait."""
        try:
            graph_id = self.library.default_id(self._note_progress)
            self.graph(graph_id)
        except WikicsError as error:
            self._readiness = Readiness(ready=False, message=str(error))
            return
        self._readiness = Readiness(ready=True, message="ready", fraction=1.0)

    def readiness(self) -> Readiness:
        """Whether `prepare` is done."""
        return self._readiness

    def recover_runs(self) -> None:
        """Queues again what waited when an earlier process of this app, or the machine, went down."""
        submit_orphans(self.store, self.backend)

    def describe_place(self) -> Place:
        """Where a run would execute now."""
        states = [record.state for record in self.store.list()]
        active = sum(state in ("running", "stopping") for state in states)
        return Place(describe_device(), active, states.count("pending"))

    def has_free_slot(self) -> bool:
        """Whether a run that is submitted now would begin at once."""
        return self.describe_place().running < self.settings.max_runs

    def _note_progress(self, progress: DownloadProgress) -> None:
        done, total = progress.done_bytes, progress.total_bytes
        size = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else f"{done / 1e6:.0f} MB"
        self._readiness = Readiness(
            ready=False, message=f"Fetching WikiCS: {progress.name}, {size}", fraction=done / total if total else 0.0
        )

    # Graphs

    def list_graphs(self) -> list[GraphSummary]:
        """The graphs that are here, the default first."""
        return self.library.list()

    def default_graph_id(self) -> str:
        """`wikics` where it is or can be had, else `twin`."""
        return self.library.default_id()

    def graph(self, graph_id: str | None = None) -> Graph:
        """One graph, from memory if it was read before. Raises GraphNotFoundError."""
        return self._load_graph(graph_id or self.default_graph_id())

    def register_archive(self, path: Path) -> str:
        """Takes a graph archive into the library and returns its id. Raises ArchiveError."""
        return self.library.register(path)

    def register_upload(self, name: str, content: bytes) -> str:
        """Takes an archive that a visitor sent, of this file name, and returns its id. Raises ArchiveError."""
        return self.library.register_bytes(name, content)

    def describe_graph(self, graph_id: str | None = None) -> GraphDescription:
        """What there is to say of a graph as a whole."""
        graph = self.graph(graph_id)
        return GraphDescription(self.library.describe(graph.id), self._statistics(graph.id))

    def search_articles(self, graph_id: str, query: str, *, limit: int = 8) -> list[ArticleHit]:
        """Articles whose titles match, best first."""
        graph = self.graph(graph_id)
        found = self._index_titles(graph.id).search(query, limit=limit)
        return [build_hit(graph, index) for index in found]

    def read_article(self, graph_id: str, article: int | str, *, run: str | None = None) -> ArticleCard:
        """One article, with a run's prediction if one is named. Raises ArticleNotFoundError, RunNotFoundError."""
        graph = self.graph(graph_id)
        index = graph.index_of(article)
        record = self._record(run)
        predictions = self._predictions(graph, record) if record else None
        return build_card(graph, index, split=record.split if record else 0, predictions=predictions)

    def read_neighbourhood(
        self, graph_id: str, article: int | str, *, hops: int = 2, limit: int = 300, run: str | None = None
    ) -> dict[str, Any]:
        """The rings around an article as plain columns, with a run's predictions if one is named."""
        graph = self.graph(graph_id)
        found = compute_neighbourhood(graph, graph.index_of(article), hops=hops, limit=limit)
        return build_rings(graph, found, self._predictions_of(graph, run))

    def find_paths(self, graph_id: str, source: int | str, target: int | str, *, directed: bool = False) -> Paths:
        """All shortest paths between two articles."""
        graph = self.graph(graph_id)
        return compute_paths(graph, graph.index_of(source), graph.index_of(target), directed=directed)

    def list_links(self, graph_id: str, article: int | str, *, run: str | None = None) -> list[LinkedArticle]:
        """Every article linked with one, with the links' direction and what a run predicts of it."""
        graph = self.graph(graph_id)
        return build_linked(graph, graph.index_of(article), self._predictions_of(graph, run))

    def suggest_articles(self, graph_id: str, *, limit: int = 8) -> list[ArticleHit]:
        """The best-linked article of each category: where a walk may begin."""
        graph = self.graph(graph_id)
        best = [
            int(np.argmax(np.where(graph.y == category, graph.degree, -1))) for category in range(graph.num_classes)
        ]
        best.sort(key=lambda index: -int(graph.degree[index]))
        return [build_hit(graph, index) for index in best[:limit]]

    def retry_wikics(self) -> None:
        """Tries to fetch WikiCS once more. Raises DownloadError with the reason."""
        self.library.fetch_wikics(self._note_progress)

    def read_map(self, graph_id: str, *, run: str | None = None) -> dict[str, Any]:
        """Everything that the map draws, column by column, N values each."""
        graph = self.graph(graph_id)
        record = self._record(run)
        return build_map(
            graph,
            self._layout(graph.id),
            split=record.split if record else 0,
            predictions=self._predictions(graph, record) if record else None,
        )

    # Configs

    def list_presets(self) -> list[Preset]:
        """The presets, the default first."""
        return list_presets()

    def build_config(self, preset: str, overrides: Mapping[str, Any], *, graph: str | None = None) -> TrainConfig:
        """A preset's config with some fields changed, checked against the graph. Raises ConfigError."""
        found = load_preset(preset)
        loaded = self.graph(graph or overrides.get("graph"))
        config = build_config({**found.values, **overrides, "preset": found.name, "graph": loaded.id})
        loaded.check_split(config.split)
        if config.epochs > self.settings.max_epochs:
            raise ConfigError(f"epochs is {config.epochs}: this app allows at most {self.settings.max_epochs}")
        return config

    def default_config(self, graph_id: str | None = None) -> TrainConfig:
        """The default preset as it is."""
        return self.build_config(self.list_presets()[0].name, {}, graph=graph_id)

    # Runs

    def submit_run(self, config: TrainConfig, *, profile: bool = False) -> RunRecord:
        """Queues a run and returns at once; with `profile` some of its epochs are profiled."""
        graph = self.graph(config.graph)
        run_id = self.store.create(config.model_dump(), collect_environment(graph.id, graph.digest), profile=profile)
        self.backend.submit(run_id)
        return self.store.read(run_id)

    def list_runs(self, graph_id: str | None = None) -> list[RunRecord]:
        """All runs, or those of one graph, newest first."""
        return [record for record in self.store.list() if graph_id in (None, record.graph)]

    def read_run(self, ref: str) -> RunDetails:
        """One run named by id, by a unique prefix or as `latest`. Raises RunNotFoundError."""
        run_id = self.store.resolve(ref)
        record = self.store.read(run_id)
        return RunDetails(
            record=record,
            config=self.store.read_config(run_id),
            environment=self.store.read_environment(run_id),
            report=self.store.read_report(run_id),
        )

    def read_metrics(self, cursors: Sequence[tuple[str, Cursor]]) -> dict[str, Any]:
        """What has been logged since the cursors; runs that do not exist stand under `missing`."""
        runs: dict[str, Any] = {}
        missing: list[str] = []
        for run_id, cursor in cursors:
            try:
                record = self.store.read(run_id)
                chunk = self.store.read_metrics(run_id, cursor)
            except RunNotFoundError:
                missing.append(run_id)
                continue
            runs[run_id] = {
                **vars(chunk),
                "state": record.state,
                "message": record.message,
                "epoch": record.epoch,
                "epochs": record.max_epochs,
            }
        return {"runs": runs, "missing": missing}

    def stop_run(self, ref: str) -> RunRecord:
        """Asks a run to stop after its epoch; one that has ended is left as it is."""
        run_id = self.store.resolve(ref)
        if self.store.read(run_id).state in ACTIVE:
            with suppress(ConflictError):  # it ended just now
                self.backend.stop(run_id)
        return self.store.read(run_id)

    def resume_run(self, ref: str) -> RunRecord:
        """Queues a run that ended early, to go on from its last checkpoint. Raises ConflictError."""
        run_id = self.store.resolve(ref)
        self.backend.resume(run_id)
        return self.store.read(run_id)

    def delete_run(self, ref: str) -> str:
        """Deletes an ended run and returns its id. Raises ConflictError while it is active."""
        run_id = self.store.resolve(ref)
        self.store.delete(run_id)
        return run_id

    def export_run(self, ref: str) -> tuple[str, bytes]:
        """A run's id and its folder as a zip archive."""
        run_id = self.store.resolve(ref)
        return run_id, self.store.export(run_id)

    def summarise_experience(self, config: TrainConfig) -> Experience:
        """What past runs of a config took and reached on its graph, whatever their split and seed."""
        variant = compute_variant(config.model_dump())
        return summarise_experience(self.store.list(), graph=config.graph, variant=variant)

    def estimate_seconds(self, config: TrainConfig) -> float | None:
        """How long a config takes on its graph here: from past runs, else from the probe, else unknown."""
        seconds = self.summarise_experience(config).seconds
        return self._probed.get((config.graph, compute_variant(config.model_dump()))) if seconds is None else seconds

    def probe_default(self) -> None:
        """Measures the default preset on the default graph, unless a run has told it or trains just now."""
        graph, config = self.graph(), self.default_config()
        if self.estimate_seconds(config) is None and not self.describe_place().running:
            seconds = estimate_seconds(self.settings.home_folder, graph.id, graph.digest, config.preset)
            if seconds is not None:
                self._probed[graph.id, compute_variant(config.model_dump())] = seconds

    def test_interval(self, record: RunRecord) -> tuple[float, float]:
        """The 95 % interval of a run's test accuracy over test articles (one split: splits are not in it)."""
        return compute_wilson_interval(record.test_acc or 0.0, int(self.graph(record.graph).test_mask.sum()))

    # Benchmarks

    def run_benchmark(
        self, config: TrainConfig, pairs: Sequence[tuple[int, int]], on_progress: Callable[[Any], None] = lambda _: None
    ) -> str:
        """Trains the (split, seed) pairs that are not done yet, here and now, and returns the benchmark's id.

        `on_progress` gets a `core.training.benchmark.BenchmarkProgress`; what it raises ends the benchmark.
        """
        from core.training.benchmark import run_benchmark

        graph, store = self.graph(config.graph), self.benchmarks.store
        benchmark = store.open(config.model_dump(), graph_digest=graph.digest, defaults=TrainConfig().model_dump())
        run_benchmark(store, benchmark, config, graph, pairs, commit=read_commit(), on_progress=on_progress)
        return benchmark.id

    def list_benchmarks(self, graph_id: str | None = None) -> list[BenchmarkSummary]:
        """All benchmarks, or those of exactly this graph, best first. Raises GraphNotFoundError."""
        return self.benchmarks.rank(self.library.describe(graph_id).digest if graph_id else None)

    def list_published(self, graph_id: str) -> tuple[PublishedResult, ...]:
        """What was published on exactly this graph, best first. Raises GraphNotFoundError."""
        summary = self.library.describe(graph_id)
        return list_published(summary.kind, summary.digest)

    # Predictions

    def predict(self, ref: str, articles: Sequence[int | str] | None = None) -> PredictionAnswer:
        """What a run says of some articles, or of all. Raises ConflictError while it has no predictions."""
        record = self.store.read(self.store.resolve(ref))
        graph = self.graph(record.graph)
        predictions = self._predictions(graph, record)
        indices = range(graph.num_nodes) if articles is None else [graph.index_of(article) for article in articles]
        rows = [build_predicted(graph, index, predictions) for index in indices]
        self.predictions_served += len(rows)
        return PredictionAnswer(record.id, graph.digest, rows)

    def _predictions_of(self, graph: Graph, ref: str | None) -> Predictions | None:
        record = self._record(ref)
        return self._predictions(graph, record) if record else None

    def _record(self, ref: str | None) -> RunRecord | None:
        return self.store.read(self.store.resolve(ref)) if ref else None

    def _predictions(self, graph: Graph, record: RunRecord) -> Predictions:
        if record.graph_digest != graph.digest:
            raise ConflictError(
                f"run {record.id} was trained on graph {record.graph}, not on {graph.id}: choose a run of this graph"
            )
        # ended_at in the key: a resumed run's predictions are read anew.
        return self._cached_predictions(record.id, record.ended_at)

    def _read_predictions(self, run_id: str, _ended_at: float | None) -> Predictions:
        report = self.store.read_report(run_id) or {}
        return build_predictions(self.store.read_logits(run_id), report.get("temperature", 1.0))

    def _build_title_index(self, graph_id: str) -> TitleIndex:
        graph = self.graph(graph_id)
        return TitleIndex(graph.titles, weights=graph.degree)
