"""Benchmarks: one config over splits and seeds, queued as a job, ranked and compared on a graph."""

import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from core.app.admission import Admission
from core.app.graphs import Graphs
from core.app.guests import Guests
from core.backends.base import submit_orphans
from core.backends.known import Backends
from core.config.train import TrainConfig
from core.damage import Damage
from core.errors import BenchmarkNotFoundError, ConflictError, DamagedFileError
from core.evaluation.leaderboard import BenchmarkDifference, BenchmarkSummary, Leaderboard
from core.evaluation.published import PublishedResult, list_published
from core.graph.twin.versions import name_twin
from core.runs.benchmarks import BENCHMARKS, Benchmark, BenchmarkStore, Pair, Wanted
from core.runs.environment import read_commit
from core.runs.state import ACTIVE, RunState, StateName, build_damaged


@dataclass(frozen=True)
class BenchmarkJob:
    """How far a benchmark is that was started: results that it has of those wanted, and the share of all work."""

    id: str
    preset: str
    graph: str
    state: StateName
    message: str  # what it trains just now, or why it failed
    done: int
    total: int
    fraction: float
    created_at: float  # Unix seconds; jobs take their turns in this order
    backend: str  # what executes it


class Benchmarks:
    """The benchmarks of a store, executed by a backend. May be used from any thread."""

    def __init__(
        self,
        store: BenchmarkStore,
        leaderboard: Leaderboard,
        admission: Admission,
        backends: Backends,
        graphs: Graphs,
        *,
        guests: Guests | None = None,
    ) -> None:
        self._guests = guests or Guests()
        self._store, self._leaderboard = store, leaderboard
        self._admission, self._states = admission, admission.states
        self._backend, self._graphs = backends, graphs

    def submit(
        self, config: TrainConfig, pairs: Sequence[Pair], *, backend: str | None = None, workers: int = 1
    ) -> str:
        """Queues the (split, seed) pairs that have no result yet and returns the benchmark's id at once.

        backend: what executes it, by name; None for the default. workers: how many pairs that trains at the same time.
        One that is queued or trained already is asked for these pairs too, and stays where it is. Raises
        InvalidInputError for a split that the graph has not and for workers that the backend does not have,
        UnavailableError where that lacks something, ConflictError where the queue is full.
        """
        self._guests.check_trusted("a benchmark")
        offer = self._backend.check_ready(backend or self._backend.default)
        self._backend.check_spreads(offer.name, workers)
        graph = self._graphs.load(config.graph)
        for split, _ in pairs:
            graph.check_split(split)
        defaults = TrainConfig().model_dump()
        benchmark = self._store.open(config.model_dump(), graph_digest=graph.digest, defaults=defaults)
        if all(self._store.has_result(benchmark.id, *pair) for pair in pairs):
            return benchmark.id
        job = BENCHMARKS + benchmark.id
        is_active, is_new = self._read_state(benchmark.id).state in ACTIVE, self._store.is_untouched(benchmark.id)
        machine = offer.place.machine
        wanted = Wanted(tuple(pairs), config.device, read_commit(), offer.name, machine=machine, workers=workers)
        if is_active:
            before = self._store.read_wanted(benchmark.id)
            every = tuple(dict.fromkeys([*before.pairs, *pairs]))
            wanted = replace(before, pairs=every, device=config.device, commit=wanted.commit)
        try:
            if is_active:
                self._store.write_wanted(benchmark.id, wanted)
            else:
                with self._admission.enter(rents=bool(machine)):
                    self._store.write_wanted(benchmark.id, wanted)
                    self._states.clear_stop(job)
                    self._states.write(job, RunState(created_at=time.time()))
                    self._backend.submit(job)
        except (OSError, ConflictError):
            if is_new:
                self._store.discard(benchmark.id)  # nothing of it is there but what was asked just now
            raise
        return benchmark.id

    def stop(self, benchmark_id: str) -> None:
        """Asks a benchmark to stop, as a run; one that has ended is left as it is, and keeps its results."""
        self._guests.check_trusted("stopping a benchmark")
        with suppress(ConflictError, BenchmarkNotFoundError):
            self._backend.stop(BENCHMARKS + benchmark_id)

    def resume(self, benchmark_id: str) -> None:
        """Queues again what was last wanted of a benchmark that ended before it was done, with what it has kept.

        Raises BenchmarkNotFoundError, else as `submit`.
        """
        found, wanted = self._store.read(benchmark_id), self._store.read_wanted(benchmark_id)
        own = {name: value for name, value in found.config.items() if name in TrainConfig.model_fields}
        config = TrainConfig(**own, preset=found.preset, graph=found.graph, device=wanted.device)
        self.submit(config, wanted.pairs, backend=wanted.backend or None, workers=wanted.workers)

    def read_job(self, benchmark_id: str, pairs: Collection[Pair] | None = None) -> BenchmarkJob:
        """How far a benchmark is, with what was last wanted of it or with `pairs`. Raises BenchmarkNotFoundError."""
        return self._build_job(self._store.read(benchmark_id), pairs)

    def list_jobs(self, graph_id: str | None = None) -> list[BenchmarkJob]:
        """The benchmarks that are queued, trained, or ended before all that was wanted was done, oldest first."""
        digest = self._graphs.read_summary(graph_id).digest if graph_id else None
        jobs = [self._build_job(benchmark, None) for benchmark in self._store.list(digest)]
        return [job for job in jobs if job.state in ACTIVE or job.done < job.total]

    def is_over(self, benchmark_id: str) -> bool:
        """Whether nothing more comes of a benchmark by itself; where its process was killed another may go on."""
        state = self._read_state(benchmark_id)
        may_go_on = state.state == "crashed" or state.may_go_on
        return state.state not in ACTIVE and not (may_go_on and self._backend.alive(BENCHMARKS + benchmark_id))

    def recover(self) -> None:
        """Queues again what waited when an earlier process of this app, or the machine, went down."""
        self._backend.settle(BENCHMARKS + job.id for job in self.list_jobs() if job.state in ACTIVE)
        waiting = [BENCHMARKS + job.id for job in self.list_jobs() if job.state in ("pending", "stopping")]
        submit_orphans(waiting, self._states, self._backend)

    def list(self, graph_id: str | None = None) -> list[BenchmarkSummary]:
        """All benchmarks with a result, or those of exactly this graph, best first. Raises GraphNotFoundError."""
        return self._leaderboard.rank(self._graphs.read_summary(graph_id).digest if graph_id else None)

    def list_damaged(self) -> Sequence[Damage]:
        """The files of benchmarks that cannot be read, of whatever graph."""
        return self._store.list_damaged()

    def exists(self, benchmark_id: str) -> bool:
        """Whether there is a benchmark of this id."""
        try:
            self._store.read(benchmark_id)
        except (BenchmarkNotFoundError, DamagedFileError):
            return False
        return True

    def read(self, benchmark_id: str, pairs: Collection[Pair] | None = None) -> BenchmarkSummary:
        """One benchmark over all its results or some; see `Leaderboard.read`."""
        return self._leaderboard.read(benchmark_id, pairs)

    def compare(self, first: str, second: str, pairs: Collection[Pair] | None = None) -> BenchmarkDifference:
        """The first minus the second on the runs that both have; see `Leaderboard.compare`."""
        return self._leaderboard.compare(first, second, pairs)

    def list_published(self, graph_id: str) -> tuple[PublishedResult, ...]:
        """What was published on exactly this graph, best first. Raises GraphNotFoundError."""
        summary = self._graphs.read_summary(graph_id)
        return list_published(summary.kind, summary.digest)

    def _read_state(self, benchmark_id: str) -> RunState:
        """Where its job stands; as finished where it never was one."""
        try:
            return self._states.read(BENCHMARKS + benchmark_id)
        except BenchmarkNotFoundError:
            return RunState("finished")
        except OSError as error:
            return build_damaged(f"its folder cannot be read ({error.strerror or error})")

    def _build_job(self, benchmark: Benchmark, pairs: Collection[Pair] | None) -> BenchmarkJob:
        state = self._read_state(benchmark.id)
        last = self._store.read_wanted(benchmark.id)
        wanted = set(last.pairs if pairs is None else pairs)
        done = len(wanted & self._store.list_pairs(benchmark.id))
        share = done / len(wanted) if wanted else 1.0
        return BenchmarkJob(
            id=benchmark.id,
            preset=benchmark.preset,
            graph=name_twin(benchmark.graph, benchmark.graph_digest),
            state=state.state,
            message=state.message,
            done=done,
            total=len(wanted),
            fraction=max(share, state.fraction) if state.state in ACTIVE else share,
            created_at=state.created_at,
            backend=last.backend or self._backend.default,
        )
