"""The queue of this machine's runs, by file locks alone: the system frees a lock when its process dies."""

import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

# A lock that is held until its `with` block ends, or its process dies.
HeldLock = AbstractContextManager[object]

# How long a ticket stands for a waiter that has been started but does not hold it yet.
START_SECONDS: Final = 10.0


def lock_name(job: str) -> str:
    """What the locks and the ticket of a job are called: a run's id, `benchmarks.gcn-3f9a1c2e`."""
    return job.removeprefix("runs/").replace("/", ".")


class RunQueue:
    """`max_runs` slots, one lock a run (its holder alone writes the run's state), one ticket a waiting run."""

    def __init__(self, folder: Path, *, max_runs: int) -> None:
        self.folder = folder
        self.max_runs = max_runs

    def lock_run(self, run_id: str, *, timeout_seconds: float) -> HeldLock | None:
        """The run's lock; None when another process has it for longer than that."""
        return self._try_lock(self.folder / f"{run_id}.run", timeout_seconds=timeout_seconds)

    def is_run_locked(self, run_id: str) -> bool:
        """Whether a process waits for the run's turn or trains it."""
        if not (self.folder / f"{run_id}.run").exists():
            return False
        lock = self.lock_run(run_id, timeout_seconds=0)
        if lock is None:
            return True
        with lock:
            return False

    def forget(self, run_id: str) -> None:
        """Removes the lock file of a run that has ended, by the holder of the lock."""
        (self.folder / f"{run_id}.run").unlink(missing_ok=True)

    def announce(self, run_id: str, created_at: float) -> None:
        """Gives the run its place before its waiter is up, so that runs start in the order of their creation."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._ticket(run_id, created_at).touch()

    def withdraw(self, run_id: str, created_at: float) -> None:
        """Gives up the run's place."""
        self._ticket(run_id, created_at).unlink(missing_ok=True)

    def hold_ticket(self, run_id: str, created_at: float) -> HeldLock:
        """The run's place in the queue."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._ticket(run_id, created_at), thread_local=False).acquire(poll_interval=0.05)

    def is_first(self, run_id: str, created_at: float) -> bool:
        """Whether no older run waits. Tickets that a killed waiter left are removed."""
        own = self._ticket(run_id, created_at).name
        older = sorted(path for path in self.folder.glob("*.ticket") if path.name < own)
        return not any(self._is_live(path) for path in older)

    def take_slot(self) -> HeldLock | None:
        """One of the slots; None when all are taken."""
        slots = (self.folder / f"{number}.slot" for number in range(self.max_runs))
        return next((lock for path in slots if (lock := self._try_lock(path, timeout_seconds=0))), None)

    def _ticket(self, run_id: str, created_at: float) -> Path:
        return self.folder / f"{created_at:020.6f}-{run_id}.ticket"

    def _is_live(self, ticket: Path) -> bool:
        try:
            age_seconds = time.time() - ticket.stat().st_mtime
        except FileNotFoundError:
            return False
        if age_seconds < START_SECONDS:
            return True
        lock = self._try_lock(ticket, timeout_seconds=0)
        if lock is None:
            return True
        with lock:
            ticket.unlink(missing_ok=True)
        return False

    def _try_lock(self, path: Path, *, timeout_seconds: float) -> HeldLock | None:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            return FileLock(path, thread_local=False).acquire(timeout=timeout_seconds, poll_interval=0.05)
        except Timeout:
            return None
