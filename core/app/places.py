"""Places: where jobs execute, and how busy it is there."""

from dataclasses import dataclass

from core.app.benchmarks import Benchmarks
from core.app.runs import Runs
from core.backends.base import Backend

RUNNING = ("running", "stopping")


@dataclass(frozen=True)
class Occupancy:
    """A place by its name and what it computes on, with the jobs that run and wait there."""

    name: str
    device: str
    running: int
    waiting: int
    has_free_slot: bool  # what is submitted now begins at once


class Places:
    """The place of a backend. May be used from any thread."""

    def __init__(self, backend: Backend, runs: Runs, benchmarks: Benchmarks) -> None:
        self._backend, self._runs, self._benchmarks = backend, runs, benchmarks

    def describe(self) -> Occupancy:
        """Where a job would execute now."""
        place = self._backend.describe_place()
        states = [run.state for run in self._runs.list()] + [job.state for job in self._benchmarks.list_jobs()]
        running, waiting = sum(state in RUNNING for state in states), states.count("pending")
        return Occupancy(place.name, place.device, running, waiting, running < place.max_jobs)
