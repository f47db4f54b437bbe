"""Benchmarks: one config over splits and seeds, ranked and compared on a graph."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from core.app.graphs import Graphs
from core.config.train import TrainConfig
from core.errors import BenchmarkNotFoundError
from core.evaluation.leaderboard import BenchmarkDifference, BenchmarkSummary, Leaderboard
from core.evaluation.published import PublishedResult, list_published
from core.runs.environment import read_commit


class Benchmarks:
    """The benchmarks of a leaderboard. May be used from any thread."""

    def __init__(self, leaderboard: Leaderboard, graphs: Graphs) -> None:
        self._leaderboard, self._graphs = leaderboard, graphs

    def run(
        self, config: TrainConfig, pairs: Sequence[tuple[int, int]], on_progress: Callable[[Any], None] = lambda _: None
    ) -> str:
        """Trains the (split, seed) pairs that are not done yet, here and now, and returns the benchmark's id.

        `on_progress` gets a `core.training.benchmark.BenchmarkProgress`; what it raises ends the benchmark.
        """
        from core.training.benchmark import run_benchmark

        graph, store = self._graphs.load(config.graph), self._leaderboard.store
        benchmark = store.open(config.model_dump(), graph_digest=graph.digest, defaults=TrainConfig().model_dump())
        run_benchmark(store, benchmark, config, graph, pairs, commit=read_commit(), on_progress=on_progress)
        return benchmark.id

    def list(self, graph_id: str | None = None) -> list[BenchmarkSummary]:
        """All benchmarks, or those of exactly this graph, best first. Raises GraphNotFoundError."""
        return self._leaderboard.rank(self._graphs.read_summary(graph_id).digest if graph_id else None)

    def exists(self, benchmark_id: str) -> bool:
        """Whether there is a benchmark of this id."""
        try:
            self._leaderboard.store.read(benchmark_id)
        except BenchmarkNotFoundError:
            return False
        return True

    def read(self, benchmark_id: str, pairs: Collection[tuple[int, int]] | None = None) -> BenchmarkSummary:
        """One benchmark over all its results or some; see `Leaderboard.read`."""
        return self._leaderboard.read(benchmark_id, pairs)

    def compare(self, first: str, second: str, pairs: Collection[tuple[int, int]] | None = None) -> BenchmarkDifference:
        """The first minus the second on the runs that both have; see `Leaderboard.compare`."""
        return self._leaderboard.compare(first, second, pairs)

    def list_published(self, graph_id: str) -> tuple[PublishedResult, ...]:
        """What was published on exactly this graph, best first. Raises GraphNotFoundError."""
        summary = self._graphs.read_summary(graph_id)
        return list_published(summary.kind, summary.digest)
