"""Places: where jobs execute, and how busy it is there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.app.benchmarks import BenchmarkJob, Benchmarks
from core.app.runs import Runs
from core.backends.known import Backends
from core.backends.known import Offer as Offer
from core.config.train import TrainConfig
from core.runs import files
from core.runs.record import RunRecord

RUNNING = ("running", "stopping")


@dataclass(frozen=True)
class Occupancy:
    """A place by its name and what it computes on, with the jobs that run and wait there.

    A pending job that has a free slot is about to begin: it runs, and waits no more.
    """

    name: str
    device: str
    running: int
    waiting: int
    queue: Mapping[str, int]  # of each job that waits, by id: its place, the first is 1


class Places:
    """The places of all backends. May be used from any thread."""

    def __init__(
        self,
        backends: Backends,
        runs: Runs,
        benchmarks: Benchmarks,
        *,
        list_runs: Callable[[], Sequence[RunRecord]] | None = None,
    ) -> None:
        """list_runs: all that take a slot, also those that who asks does not see."""
        self._backend, self._benchmarks, self._runs = backends, benchmarks, runs
        self._list_runs = list_runs or (lambda: runs.list(archived=True))

    @property
    def default(self) -> str:
        """The backend of a job that names none."""
        return self._backend.default

    def list_offers(self) -> list[Offer]:
        """All backends, the default first, each with what it still lacks."""
        return self._backend.list_offers()

    def plan(self, name: str | None, config: TrainConfig) -> dict[str, Any]:
        """What the provider of a backend would be asked for to train a config; nobody is asked, nothing is stored."""
        return self._backend.plan(name or self.default, f"{files.RUNS}20261231-235959-{config.preset}-xyz")

    def count_slots(self, name: str | None = None) -> int:
        """How many jobs a backend executes at once, by default that of a job that names none."""
        return self._backend.open(name or self.default).describe_place().max_jobs

    def describe_wait(self, record: RunRecord) -> str:
        """`place 1 of 2 in the queue, behind run …`, of a run that waits; empty once it has its turn."""
        place = self.describe(record.backend)
        if record.id not in place.queue:
            return ""
        ahead = self.list_ahead(record.backend)
        behind = f", behind {' and '.join(ahead)}" if ahead else ""
        return f"place {place.queue[record.id]} of {place.waiting} in the queue{behind}"

    def list_ahead(self, name: str) -> Sequence[str]:
        """What runs at a backend, as far as who asks may see it."""
        runs: Sequence[RunRecord | BenchmarkJob] = self._runs.list(archived=True)
        jobs = [(f"run {job.id}", job) for job in runs]
        jobs += [(f"benchmark {job.id}", job) for job in self._benchmarks.list_jobs()]
        return [said for said, job in jobs if job.backend == name and job.state in RUNNING]

    def describe(self, name: str | None = None) -> Occupancy:
        """The place of a backend, by default that of a job that names none."""
        name = name or self.default
        place = self._backend.open(name).describe_place()
        jobs: list[RunRecord | BenchmarkJob] = [record for record in self._list_runs() if record.backend == name]
        jobs += [job for job in self._benchmarks.list_jobs() if job.backend == name]
        running = sum(job.state in RUNNING for job in jobs)
        known = {job.partition("/")[2]: number for number, job in enumerate(place.waiting)}
        pending = sorted(
            (job for job in jobs if job.state == "pending"),
            key=lambda job: (known.get(job.id, len(known)), job.created_at, job.id),
        )
        starting = max(0, min(place.max_jobs - running, len(pending)))
        queue = {job.id: number for number, job in enumerate(pending[starting:], start=1)}
        return Occupancy(place.name, place.device, running + starting, len(queue), queue)
