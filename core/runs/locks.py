"""Who works on a job holds its lock; the system frees it when that process dies, whatever any clock says."""

import fcntl
import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

# A lock that is held until its `with` block ends, or its process dies.
HeldLock = AbstractContextManager[object]

LOCK_SECONDS: Final = 5.0  # a reader that probes a lock has it for an instant, a process that ends for a little longer
QUEUE_FOLDER: Final = "queue"  # of a local storage: locks, and the tickets and slots of its queue
_POLL_SECONDS: Final = 0.05


def lock_name(job: str) -> str:
    """What the lock and the ticket of a job are called: a run's id, `benchmarks.gcn-3f9a1c2e`."""
    return job.removeprefix("runs/").replace("/", ".")


def job_name(name: str) -> str:
    """The job whose lock and ticket are called so."""
    return name.replace(".", "/", 1) if name.startswith("benchmarks.") else f"runs/{name}"


def try_lock(path: Path, *, timeout_seconds: float) -> HeldLock | None:
    """The lock of this file, which is made where it is missing; None when another has it for longer than that."""
    from filelock import FileLock, Timeout  # a fiftieth of a second, which no listing waits for

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return FileLock(path, thread_local=False).acquire(timeout=timeout_seconds, poll_interval=_POLL_SECONDS)
    except Timeout:
        return None


class JobLocks:
    """One lock a job. Its holder alone executes the job, resumes or deletes it. May be used from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hold(self, job: str, *, timeout_seconds: float) -> HeldLock | None:
        """The job's lock; None when another process has it for longer than that."""
        return try_lock(self._path(job), timeout_seconds=timeout_seconds)

    def is_held(self, job: str) -> bool:
        """Whether a process waits for the job's turn or executes it. Nothing is written, and no reader waits."""
        try:
            descriptor = os.open(self._path(job), os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False

    def forget(self, job: str) -> None:
        """Removes the lock's file once the job has ended: for the holder of the lock."""
        self._path(job).unlink(missing_ok=True)

    def _path(self, job: str) -> Path:
        return self.folder / f"{lock_name(job)}.run"
