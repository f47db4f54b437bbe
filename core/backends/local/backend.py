"""Jobs on this machine: one detached process a job, queued by file locks."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from core.backends.again import check_resumable, config_replaced
from core.backends.base import Place
from core.backends.device import describe_machine
from core.backends.local.queue import RunQueue
from core.early import build_import_path, count_cpus
from core.errors import ConflictError, UnavailableError, WikicsError
from core.runs import files
from core.runs.job_states import JobStates, describe_job
from core.runs.locks import QUEUE_FOLDER, JobLocks, job_name, lock_name
from core.runs.state import STOPPED_EARLY, RunState, build_resumed
from core.storage.base import Storage
from core.storage.local import LocalStorage, disk_errors

WAITER: Final = (sys.executable, "-m", "core.backends.local.waiter")

# glibc gives large temporaries back to the system and faults them in again each epoch unless told to keep them;
# PyTorch Geometric's layers train 2.7 to 3 times faster with it.
KEEP_MEMORY: Final = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_TOP_PAD_": "67108864",
}


@contextmanager
def _sigterm_blocked() -> Iterator[None]:
    """A process started within inherits the blocked signal, so that none is lost before it listens."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class LocalBackend:
    """Executes the jobs below `home`, or those of a bucket; see `core.backends.base.Backend`. For any thread.

    A job's process outlives the one that submitted it. `waiter` is the command that takes a job's address and `home`,
    in which the queue of this machine lies.
    """

    def __init__(
        self, home: Path, *, max_runs: int = 1, waiter: Sequence[str] = WAITER, storage: Storage | None = None
    ) -> None:
        self.home = home.resolve()
        is_elsewhere = storage is not None and not isinstance(storage, LocalStorage)
        self._storage = storage if storage is not None and is_elsewhere else LocalStorage(self.home)
        self._states = JobStates(self._storage)
        self._queue = RunQueue(self.home / QUEUE_FOLDER, max_runs=max_runs)
        self._locks = JobLocks(self.home / QUEUE_FOLDER)
        self._waiter = tuple(waiter)
        self._waiting: dict[str, subprocess.Popen[bytes]] = {}

    def submit(self, job: str) -> None:
        state = self._states.read_stored(job)
        if state.state != "pending":
            raise ConflictError(f"{describe_job(job)} is {state.state}: only a pending one can be submitted")
        try:
            self._queue.announce(lock_name(job), state.created_at)
        except WikicsError as error:
            self._fail(job, state, str(error))
            raise
        self._start(job, state)

    def stop(self, job: str) -> None:
        self._states.request_stop(job)
        with suppress(ConflictError), self._states.hold(job, timeout_seconds=0):  # else its own process obeys
            state = self._states.read_stored(job)
            if state.state == "pending":
                self._queue.withdraw(lock_name(job))
                stopped = replace(state, state="stopped", message=STOPPED_EARLY, ended_at=time.time())
                self._states.write(job, stopped)

    def resume(self, job: str, *, config: Mapping[str, Any] | None = None) -> None:
        check_resumable(self._states, job, may_be_finished=config is not None)
        with self._states.hold(job):  # a process that ends holds it a bit
            check_resumable(self._states, job, may_be_finished=config is not None, holding=True)
            self._states.clear_stop(job)
            again = build_resumed(self._states.read_stored(job))
            self._queue.announce(lock_name(job), again.created_at)
            with config_replaced(self._states, job, config):
                self._states.write(job, again)
        self._start(job, again)

    def alive(self, job: str) -> bool:
        self._states.read_stored(job)
        name = lock_name(job)  # its ticket first: whoever takes that over holds the lock already
        return job in self._waiting or self._queue.is_announced(name) or self._locks.is_held(job)

    def describe_place(self) -> Place:
        waiting = tuple(job_name(name) for name in self._queue.list_names())
        return Place("This machine", describe_machine(), self._queue.max_runs, waiting)

    def _start(self, job: str, state: RunState) -> None:
        """Starts the job's process in a session of its own, so that no signal to this one reaches it."""
        address, log_file = f"{self._storage.location}/{job}", self._find_log(job)
        command = [*self._waiter, address, str(self.home), "--max-runs", str(self._queue.max_runs)]
        try:
            with disk_errors(log_file), log_file.open("ab") as log, _sigterm_blocked():
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    cwd=self.home,
                    env=self._environment(),
                )
        except OSError as error:
            why = str(error) if isinstance(error, WikicsError) else error.strerror or str(error)
            message = f"the training process could not be started ({why}): free some memory or disk, then resume"
            self._fail(job, state, message)
            raise UnavailableError(f"{describe_job(job)}: {message}") from error
        self._waiting[job] = process
        threading.Thread(target=self._reap, args=(job, process), name=f"reap {job}", daemon=True).start()

    def _find_log(self, job: str) -> Path:
        """Where the process writes: to the job's log, or where that is elsewhere to a file beside the queue."""
        if isinstance(self._storage, LocalStorage):
            return self._storage.path(job) / files.LOG
        return self.home / QUEUE_FOLDER / f"{lock_name(job)}.log"

    def _fail(self, job: str, state: RunState, message: str) -> None:
        """Says why a job was not started, where the disk takes that much."""
        self._queue.withdraw(lock_name(job))
        with suppress(OSError):
            self._states.write(job, replace(state, state="failed", message=message, ended_at=time.time()))

    def _reap(self, job: str, process: subprocess.Popen[bytes]) -> None:
        process.wait()  # or it would stay a zombie for as long as this process lives
        if self._waiting.get(job) is process:
            del self._waiting[job]

    def _environment(self) -> dict[str, str]:
        threads = str(max(1, count_cpus() // self._queue.max_runs))
        defaults = KEEP_MEMORY | {"OMP_NUM_THREADS": threads}
        return defaults | os.environ | {"PYTHONPATH": build_import_path(), "PYTHONUNBUFFERED": "1"}
