"""Admission: how many jobs may wait for their turn, and how many machines be rented."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from core.errors import BenchmarkNotFoundError, ConflictError
from core.runs import files
from core.runs.benchmarks import BENCHMARKS, BenchmarkStore
from core.runs.job_states import JobStates
from core.runs.record import RunRecord
from core.runs.state import ACTIVE, StateName
from core.runs.store import RunStore

TRAINING: Final = ("running", "stopping")


class Admission:
    """Lets a job into the queue while fewer than `max_waiting` wait there. May be used from any thread.

    Each that waits has a process of 12 MB. What a free place of the `max_runs` awaits does not wait. Jobs for which a
    machine is rented are at most `max_machines` at once.
    """

    def __init__(
        self, store: RunStore, states: JobStates, *, max_runs: int, max_waiting: int, max_machines: int = 1000
    ) -> None:
        self._store, self.states, self._benchmarks = store, states, BenchmarkStore(store.storage)
        self.max_runs, self.max_waiting, self.max_machines = max_runs, max_waiting, max_machines
        self._entering = threading.Lock()

    @contextmanager
    def enter(
        self, *, rents: bool = False, check: Callable[[Sequence[RunRecord]], None] = lambda _records: None
    ) -> Iterator[None]:
        """A block that queues one job, for which a machine may be rented. Raises ConflictError where all is full.

        check: refuses, by an error of its own, while no other job is let in. It is given all runs.
        """
        with self._entering:
            records, benchmarks = self._store.list(), dict(self._list_benchmark_states())
            check(records)
            if rents:
                active = [id_ for id_, state in benchmarks.items() if state in ACTIVE]
                rented = [record.machine for record in records if record.state in ACTIVE]
                self._check_rented([*rented, *(self._benchmarks.read_wanted(id_).machine for id_ in active)])
            states = [*(record.state for record in records), *benchmarks.values()]
            waiting, training = states.count("pending"), sum(state in TRAINING for state in states)
            if waiting >= max(self.max_waiting, self.max_runs - training):
                if self.max_waiting == 0:
                    raise ConflictError(
                        f"{waiting + training} train already, and none may wait: start this when one has ended "
                        "(WIKICS_MAX_WAITING)"
                    )
                raise ConflictError(
                    f"{waiting} wait for their turn already, and the queue takes {self.max_waiting}: "
                    "stop one of them, or start this when they are fewer (WIKICS_MAX_WAITING)"
                )
            yield

    def list_runs(self) -> Sequence[RunRecord]:
        """All runs, newest first."""
        return self._store.list()

    def _check_rented(self, machines: Sequence[str]) -> None:
        """Given the machine of each active job, empty for none."""
        rented = sum(map(bool, machines))
        if rented >= self.max_machines:
            machines_are = "machine is" if rented == 1 else "machines are"
            raise ConflictError(
                f"{rented} {machines_are} rented already, and {self.max_machines} may be: stop one of their runs, or "
                "start this when one has ended (WIKICS_MAX_MACHINES)"
            )

    def _list_benchmark_states(self) -> Iterator[tuple[str, StateName]]:
        for file in self._store.storage.list(f"{BENCHMARKS}*/{files.STATE}"):
            job = file.name.removesuffix(f"/{files.STATE}")
            with suppress(BenchmarkNotFoundError):  # deleted meanwhile
                yield job.removeprefix(BENCHMARKS), self.states.read(job).state
