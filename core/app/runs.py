"""Runs: queued, listed, read, followed, stopped, resumed, deleted, exported."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from core.app.graphs import Graphs
from core.backends.base import Backend, submit_orphans
from core.config.train import TrainConfig
from core.errors import ConflictError
from core.runs import files
from core.runs.environment import collect_environment
from core.runs.job_states import JobStates
from core.runs.metrics import Cursor, MetricsChunk
from core.runs.record import RunDetails, RunRecord
from core.runs.state import ACTIVE, StateName
from core.runs.store import RunStore


@dataclass(frozen=True)
class RunTick(MetricsChunk):
    """What is new of one run: the rows after a cursor, and where the run stands."""

    state: StateName
    message: str
    epoch: int
    epochs: int  # the most that it trains


@dataclass(frozen=True)
class MetricsTick:
    """What is new of several runs, by id; those that do not exist stand under `missing`."""

    runs: dict[str, RunTick]
    missing: list[str]


class Runs:
    """The runs of a store, executed by a backend. May be used from any thread.

    A `ref` names a run by id, by a unique prefix or as `latest`; where there is none, RunNotFoundError is raised.
    """

    def __init__(self, store: RunStore, states: JobStates, backend: Backend, graphs: Graphs) -> None:
        self._store, self._states, self._backend, self._graphs = store, states, backend, graphs

    def submit(self, config: TrainConfig, *, profile: bool = False) -> RunRecord:
        """Queues a run and returns at once; with `profile` some of its epochs are profiled."""
        graph = self._graphs.load(config.graph)
        run_id = self._store.create(config.model_dump(), collect_environment(graph.id, graph.digest), profile=profile)
        self._backend.submit(files.RUNS + run_id)
        return self._store.read(run_id)

    def list(self, graph_id: str | None = None) -> list[RunRecord]:
        """All runs, or those of one graph, newest first."""
        return [record for record in self._store.list() if graph_id in (None, record.graph)]

    def read(self, ref: str) -> RunRecord:
        """One run in short."""
        return self._store.read(self._store.resolve(ref))

    def read_details(self, ref: str) -> RunDetails:
        """One run with its config, environment and report."""
        run_id = self._store.resolve(ref)
        return RunDetails(
            **vars(self._store.read(run_id)),
            config=self._store.read_config(run_id),
            environment=self._store.read_environment(run_id),
            report=self._store.read_report(run_id),
        )

    def read_log(self, ref: str) -> str:
        """The end of a run's log."""
        return self._store.read_log(self._store.resolve(ref))

    def measure_log(self, ref: str) -> int:
        """Bytes of a run's whole log."""
        return self._store.measure_log(self._store.resolve(ref))

    def read_whole_log(self, ref: str) -> str:
        """All of a run's log."""
        run_id = self._store.resolve(ref)
        return self._store.read_log(run_id, tail_bytes=self._store.measure_log(run_id))

    def read_metrics(self, cursors: Sequence[tuple[str, Cursor]]) -> MetricsTick:
        """What has been logged since the cursors."""
        asked = dict(cursors)
        found = self._store.follow(asked)
        runs = {
            run_id: RunTick(
                **vars(followed.chunk),
                state=followed.record.state,
                message=followed.record.message,
                epoch=followed.record.epoch,
                epochs=followed.record.max_epochs,
            )
            for run_id, followed in found.items()
        }
        return MetricsTick(runs, [run_id for run_id in asked if run_id not in found])

    def stop(self, ref: str) -> RunRecord:
        """Asks a run to stop after its epoch; one that has ended is left as it is."""
        run_id = self._store.resolve(ref)
        if self._store.read(run_id).state in ACTIVE:
            with suppress(ConflictError):  # it ended just now
                self._backend.stop(files.RUNS + run_id)
        return self._store.read(run_id)

    def resume(self, ref: str) -> RunRecord:
        """Queues a run that ended early, to go on from its last checkpoint. Raises ConflictError."""
        run_id = self._store.resolve(ref)
        self._backend.resume(files.RUNS + run_id)
        return self._store.read(run_id)

    def delete(self, ref: str) -> str:
        """Deletes an ended run and returns its id. Raises ConflictError while it is active."""
        run_id = self._store.resolve(ref)
        self._store.delete(run_id)
        return run_id

    def export(self, ref: str) -> tuple[str, bytes]:
        """A run's id and its folder as a zip archive."""
        run_id = self._store.resolve(ref)
        return run_id, self._store.export(run_id)

    def recover(self) -> None:
        """Queues again what waited when an earlier process of this app, or the machine, went down."""
        oldest_first = reversed(self._store.list())
        waiting = [files.RUNS + record.id for record in oldest_first if record.state in ("pending", "stopping")]
        submit_orphans(waiting, self._states, self._backend)
