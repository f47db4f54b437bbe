"""A benchmark spread over workers of Ray: its job has tasks train the pairs, and Ray says which goes where."""

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import ray
from ray.exceptions import RayTaskError

from core.backends.job import Prepare
from core.importing import importing_much
from core.runs.benchmarks import BENCHMARKS, BenchmarkStore, Pair
from core.runs.folder import JobFolder
from core.runs.job_states import JobStates
from core.runs.turn import Note, Turn, TurnOutcome
from core.storage.base import Storage
from core.storage.local import LocalStorage
from core.storage.opening import split_address

RETRIES: Final = 8  # of a task whose worker was killed; its pair goes on from its checkpoint where that is in reach
LOOK_SECONDS: Final = 0.2
STOP_LOOK_SECONDS: Final = 2.0  # between two looks into a bucket


def count_workers(address: str) -> int:
    """On how many workers at once a job is wanted; 1 for a run."""
    storage, job = split_address(address)
    if not job.startswith(BENCHMARKS):
        return 1
    return BenchmarkStore(storage).read_wanted(job.removeprefix(BENCHMARKS)).workers


def prepare_spread(address: str, cpus: float, gpus: float) -> Prepare:
    """Prepares the turn of a benchmark that has each of its workers take this share of the cluster."""

    def prepare(folder: JobFolder, storage: Storage) -> Turn:
        return SpreadTurn(address, folder, BenchmarkStore(storage), cpus, gpus).take

    return prepare


@dataclass(frozen=True)
class SpreadTurn:
    """Trains all wanted pairs that have no result yet. Each is a task, which keeps its result itself.

    With GPUs the pairs are dealt out to as many tasks as workers, since those of one task are trained together.
    """

    address: str
    folder: JobFolder
    store: BenchmarkStore
    cpus: float
    gpus: float

    def take(self, note: Note) -> TurnOutcome:
        """One turn. What is done stays, whatever comes. Raises what training raises."""
        wanted = self.store.read_wanted(self.folder.id)
        missing = [pair for pair in wanted.pairs if not self.store.has_result(self.folder.id, *pair)]
        waiting = _deal(missing, wanted.workers, together=self.gpus > 0)
        train = train_part.options(num_cpus=self.cpus, num_gpus=self.gpus, max_retries=RETRIES)
        running: dict[Any, list[Pair]] = {}
        while (waiting or running) and not self.folder.stop_requested:
            while waiting and len(running) < wanted.workers:
                part = waiting.pop(0)
                running[train.remote(self.address, part)] = part
            for done in ray.wait(list(running), timeout=LOOK_SECONDS)[0]:
                del running[done]
                _check(done)
            self._tell(note, running, wanted.pairs)
        if running:
            ray.wait(list(running), num_returns=len(running))  # they are stopped like this
        if waiting or running:
            return "stopped"
        return "pending" if self._count_missing() else "finished"  # more may be wanted meanwhile

    def _tell(self, note: Note, running: dict[Any, list[Pair]], wanted: tuple[Pair, ...]) -> None:
        done = len(self.store.list_pairs(self.folder.id) & set(wanted))
        splits = sorted({split for part in running.values() for split, _ in part})
        note(done, f"{len(running)} workers, splits {', '.join(map(str, splits))}", done / len(wanted))

    def _count_missing(self) -> int:
        return len(set(self.store.read_wanted(self.folder.id).pairs) - self.store.list_pairs(self.folder.id))


def _check(done: Any) -> None:
    """Raises what a task has raised, as it was raised there."""
    try:
        ray.get(done)
    except RayTaskError as error:
        raise error.cause from error


def _deal(pairs: list[Pair], workers: int, *, together: bool) -> list[list[Pair]]:
    if not together:
        return [[pair] for pair in pairs]
    return [part for first in range(workers) if (part := pairs[first::workers])]


@ray.remote  # type: ignore[untyped-decorator]
def train_part(address: str, pairs: list[Pair]) -> None:
    """Trains some pairs of a benchmark, and keeps their results; ends early where its job was asked to stop."""
    with importing_much():
        from core.training.benchmark import prepare_benchmark

    storage, job = split_address(address)
    with TemporaryDirectory(prefix="wikics-part-") as name:
        folder: JobFolder = _Elsewhere(Path(name) / job, storage, job)
        if isinstance(storage, LocalStorage):
            folder = JobFolder(storage.path(job))
        folder.path.mkdir(parents=True, exist_ok=True)
        while prepare_benchmark(folder, storage, pairs=tuple(pairs))(_tell_nobody) == "pending":
            pass


class _Elsewhere(JobFolder):
    """A folder for pairs whose job is in a bucket, where a request to stop is looked for now and then."""

    def __init__(self, path: Path, storage: Storage, job: str) -> None:
        super().__init__(path)
        self._states, self._job = JobStates(storage), job
        self._looked_at, self._asked = time.monotonic(), False

    @property
    def stop_requested(self) -> bool:
        if time.monotonic() - self._looked_at >= STOP_LOOK_SECONDS:
            self._asked = self._states.read(self._job).state not in ("running", "pending")
            self._looked_at = time.monotonic()
        return self._asked


def _tell_nobody(epoch: int, message: str = "", fraction: float = 0.0) -> None:
    """Its job counts results."""
