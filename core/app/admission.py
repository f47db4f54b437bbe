"""Admission: how many jobs may wait for their turn."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import BenchmarkNotFoundError, ConflictError
from core.runs import files
from core.runs.benchmarks import BENCHMARKS
from core.runs.job_states import JobStates
from core.runs.store import RunStore


class Admission:
    """Lets a job into the queue while fewer than `max_waiting` wait there. May be used from any thread.

    Each that waits has a process of 12 MB.
    """

    def __init__(self, store: RunStore, states: JobStates, *, max_waiting: int) -> None:
        self._store, self.states, self.max_waiting = store, states, max_waiting
        self._entering = threading.Lock()

    @contextmanager
    def enter(self) -> Iterator[None]:
        """A block that queues one job. Raises ConflictError where the queue is full."""
        with self._entering:
            waiting = self.count_waiting()
            if waiting >= self.max_waiting:
                raise ConflictError(
                    f"{waiting} wait for their turn already, and the queue takes {self.max_waiting}: "
                    "stop one of them, or start this when they are fewer (WIKICS_MAX_WAITING)"
                )
            yield

    def count_waiting(self) -> int:
        """Runs and benchmarks whose turn has not come."""
        runs = sum(record.state == "pending" for record in self._store.list())
        return runs + sum(self._is_waiting(job) for job in self._list_benchmarks())

    def _list_benchmarks(self) -> Iterator[str]:
        for file in self._store.storage.list(f"{BENCHMARKS}*/{files.STATE}"):
            yield file.name.removesuffix(f"/{files.STATE}")

    def _is_waiting(self, job: str) -> bool:
        try:
            return self.states.read_stored(job).state == "pending"
        except BenchmarkNotFoundError:  # deleted meanwhile
            return False
