"""What benchmarks come to: one by one, best first, and two side by side."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from statistics import mean, median
from typing import Any, Final

from core.errors import BenchmarkNotFoundError, ConflictError, DamagedFileError
from core.evaluation.comparison import (
    CorrectByPair,
    Difference,
    Interval,
    Unit,
    compute_difference,
    compute_estimate,
)
from core.runs.benchmarks import Benchmark, BenchmarkResult, BenchmarkRun, BenchmarkStore
from core.storage.base import StoredFile

MAX_SUMMARIES_IN_MEMORY: Final = 64  # each took a bootstrap of half a second

Pairs = Collection[tuple[int, int]]  # (split, seed)


@dataclass(frozen=True)
class BenchmarkSummary:
    """One benchmark over the results that it has. Accuracies are fractions, of test articles where nothing is said.

    mean, std, unit, interval and interval_over_splits are those of `core.evaluation.comparison.Estimate`.
    """

    id: str
    preset: str
    graph: str
    graph_digest: str
    config: dict[str, Any]
    changes: dict[str, Any]  # fields that differ from the preset
    mean: float
    std: float | None
    unit: Unit
    interval: Interval
    interval_over_splits: Interval | None
    val_mean: float
    num_splits: int
    num_seeds: int
    seconds_per_epoch: float  # median over runs
    seconds: float  # of all runs
    peak_memory_mb: float
    device: str  # several are joined by ';'
    commit: str
    finished_at: float  # Unix seconds
    runs: list[BenchmarkRun]

    @property
    def short_commit(self) -> str:
        """The commit for a person: ten digits, `-dirty` where the code had changes."""
        return re.sub(r"([0-9a-f]{10})[0-9a-f]{30}", r"\1", self.commit)

    @property
    def label(self) -> str:
        """The preset and what differs from it."""
        changes = ", ".join(f"{name}={value}" for name, value in self.changes.items())
        return f"{self.preset} ({changes})" if changes else self.preset


@dataclass(frozen=True)
class BenchmarkDifference:
    """The first benchmark's accuracy minus the second's, on the splits and seeds that both have."""

    first: str
    second: str
    mean: float
    std: float | None
    interval: Interval
    interval_over_splits: Interval | None
    pairs: int
    is_distinguishable: bool
    sentence: str


def collect_correct(results: Iterable[BenchmarkResult]) -> CorrectByPair:
    """Each run's test articles."""
    return {result.pair: result.correct for result in results}


def summarise_benchmark(
    benchmark: Benchmark, results: Sequence[BenchmarkResult], changes: dict[str, Any]
) -> BenchmarkSummary:
    """The summary of at least one result; `changes` are the fields that differ from the preset."""
    estimate = compute_estimate(collect_correct(results))
    return BenchmarkSummary(
        **{name: value for name, value in asdict(benchmark).items() if name != "created_at"},
        changes=changes,
        **asdict(estimate),
        val_mean=mean(result.val_acc for result in results),
        num_splits=len({result.split for result in results}),
        num_seeds=len({result.seed for result in results}),
        seconds_per_epoch=median(result.seconds_per_epoch for result in results),
        seconds=sum(result.seconds for result in results),
        peak_memory_mb=max(result.peak_memory_mb for result in results),
        device="; ".join(sorted({result.device for result in results})),
        commit="; ".join(sorted({result.commit for result in results})),
        finished_at=max(result.finished_at for result in results),
        runs=[_without_articles(result) for result in results],
    )


def _without_articles(result: BenchmarkResult) -> BenchmarkRun:
    return BenchmarkRun(**{field.name: getattr(result, field.name) for field in fields(BenchmarkRun)})


def compare_benchmarks(
    first: BenchmarkSummary, second: BenchmarkSummary, correct: tuple[CorrectByPair, CorrectByPair]
) -> BenchmarkDifference:
    """Both on their common runs; `correct` are the articles of the first and of the second.

    Raises ConflictError when they are of different graphs or test articles, or have no run in common.
    """
    if first.graph_digest != second.graph_digest:
        raise ConflictError(
            f"{first.id} was made on {first.graph} and {second.id} on {second.graph}: compare on one graph"
        )
    if len({len(flags) for flags_of in correct for flags in flags_of.values()}) > 1:
        raise ConflictError(f"{first.id} and {second.id} were measured on other test articles: compare others")
    found = compute_difference(*correct)
    return BenchmarkDifference(
        first=first.id,
        second=second.id,
        mean=found.estimate.mean,
        std=found.estimate.std,
        interval=found.estimate.interval,
        interval_over_splits=found.estimate.interval_over_splits,
        pairs=found.pairs,
        is_distinguishable=found.is_distinguishable,
        sentence=describe_difference(found, first.label, second.label),
    )


def describe_difference(found: Difference, first: str, second: str) -> str:
    """The difference as a person says it, in points (per cent of the test articles)."""
    low, high = (100 * bound for bound in found.estimate.interval)
    points = 100 * found.estimate.mean
    common = "1 common run" if found.pairs == 1 else f"{found.pairs} common runs"
    basis = f"(95 % interval {low:+.2f} to {high:+.2f}, {common})"
    if not found.is_distinguishable:
        return f"{first} and {second} are not distinguishable: {points:+.2f} points {basis}."
    verdict = "better" if points > 0 else "worse"
    return f"{first} is {verdict} than {second} by {abs(points):.2f} points {basis}."


class Leaderboard:
    """Reads a store's benchmarks. `find_changes` tells of a preset's name and a config which fields differ.

    May be used from any thread.
    """

    def __init__(self, store: BenchmarkStore, find_changes: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
        self.store = store
        self._find_changes = find_changes
        self._summarise = lru_cache(maxsize=MAX_SUMMARIES_IN_MEMORY)(self._build_summary)
        self._compare = lru_cache(maxsize=MAX_SUMMARIES_IN_MEMORY)(self._build_difference)

    def rank(self, graph_digest: str | None = None) -> list[BenchmarkSummary]:
        """All benchmarks with a result, or those of one graph, best mean first."""
        found = [benchmark.id for benchmark in self.store.list(graph_digest)]
        summaries: list[BenchmarkSummary] = []
        for id_ in found:
            if files := self._version(id_):
                with suppress(ConflictError, BenchmarkNotFoundError, DamagedFileError):  # none is whole
                    summaries.append(self._summarise(id_, files, None))
        return sorted(summaries, key=lambda summary: (summary.graph, -summary.mean))

    def read(self, benchmark_id: str, pairs: Pairs | None = None) -> BenchmarkSummary:
        """One benchmark over all its results or some. Raises BenchmarkNotFoundError, ConflictError without a result."""
        self.store.read(benchmark_id)
        return self._summarise(benchmark_id, self._version(benchmark_id), _frozen(pairs))

    def compare(self, first: str, second: str, pairs: Pairs | None = None) -> BenchmarkDifference:
        """The first minus the second on the runs that both have (of `pairs`). Raises as `read` does.

        Raises ConflictError when they are of different graphs or have no run in common.
        """
        files = self._version(first) + self._version(second)
        return self._compare(first, second, files, _frozen(pairs))

    def _version(self, benchmark_id: str) -> tuple[StoredFile, ...]:
        """What differs as soon as a result is added."""
        return tuple(self.store.list_files(benchmark_id))

    def _read_results(self, benchmark_id: str, pairs: Pairs | None) -> list[BenchmarkResult]:
        results = self.store.read_results(benchmark_id)
        return [result for result in results if pairs is None or result.pair in pairs]

    def _build_summary(
        self, benchmark_id: str, _files: tuple[StoredFile, ...], pairs: Pairs | None
    ) -> BenchmarkSummary:
        benchmark, results = self.store.read(benchmark_id), self._read_results(benchmark_id, pairs)
        if not results:
            raise ConflictError(f"benchmark {benchmark_id} has no result of these splits and seeds yet: run it again")
        return summarise_benchmark(benchmark, results, self._find_changes(benchmark.preset, benchmark.config))

    def _build_difference(
        self, first: str, second: str, _files: tuple[StoredFile, ...], pairs: Pairs | None
    ) -> BenchmarkDifference:
        summaries = self.read(first, pairs), self.read(second, pairs)
        correct = [collect_correct(self._read_results(id_, pairs)) for id_ in (first, second)]
        return compare_benchmarks(*summaries, (correct[0], correct[1]))


def _frozen(pairs: Pairs | None) -> frozenset[tuple[int, int]] | None:
    return None if pairs is None else frozenset(pairs)
