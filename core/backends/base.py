"""What a place where jobs execute can do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import NotFoundError, WikicsError
from core.runs.job_states import JobStates


@dataclass(frozen=True)
class Place:
    """Where jobs execute: its name for a person, what it computes on, and how many jobs at once.

    waiting: the jobs that wait, the next one first, as far as the place knows them.
    missing: a sentence for each thing without which no job can be submitted there.
    spreads: whether it trains several runs of a benchmark at the same time.
    """

    name: str
    device: str
    max_jobs: int
    waiting: tuple[str, ...] = ()
    machine: str = ""  # what is paid for, where machines are rented, as is what follows
    accelerator: str = ""
    region: str = ""
    missing: tuple[str, ...] = ()
    spreads: bool = False


class Backend(Protocol):
    """Executes stored jobs: runs and benchmarks, each a folder in a storage, named as `runs/20261123-142501-gcn-k3f`.

    The job's folder is the truth about its state; a backend keeps none of its own. An unknown job is RunNotFoundError
    (or BenchmarkNotFoundError) to every method that takes one.
    """

    def submit(self, job: str) -> None:
        """Queues a pending job and returns at once. Raises ConflictError when it is not pending."""

    def stop(self, job: str) -> None:
        """Asks a job to stop: at once while it waits, else as it trains. Raises ConflictError when it has ended."""

    def resume(self, job: str, *, config: Mapping[str, Any] | None = None) -> None:
        """Queues a stopped, failed or crashed job to go on where it was, or from the start where it left nothing.

        With a `config`, which replaces a run's own, a finished one goes on too. Raises ConflictError when it is active,
        or finished and without more to do; of two calls at once one wins.
        """

    def alive(self, job: str) -> bool:
        """Whether something waits for the job's turn or executes it."""

    def describe_place(self) -> Place:
        """Where a job would execute."""


def submit_orphans(jobs: Iterable[str], states: JobStates, backend: Backend) -> list[str]:
    """Queues those of `jobs` that are pending and that nothing waits for any more, in their order; returns them.

    For the start of the app and now and then after: a waiter may have been killed, or the machine restarted. One that
    cannot be queued does not hold up the others: the first such error is raised at the end.
    """
    queued, errors = [], []
    for job in jobs:
        try:
            if states.read_stored(job).state == "pending" and not backend.alive(job):
                backend.submit(job)
                queued.append(job)
        except NotFoundError:
            continue  # deleted meanwhile
        except (WikicsError, OSError) as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return queued
