"""Runs on this machine: one detached process a run, queued by file locks."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.backends.local.queue import RunQueue
from core.backends.local.trainer import LOCK_SECONDS, QUEUE_FOLDER
from core.errors import ConflictError, UnavailableError
from core.runs import files
from core.runs.environment import PROJECT_FOLDER, count_cpus
from core.runs.state import ACTIVE, STOPPED_EARLY, RunState
from core.runs.store import RUNS, RunStore
from core.storage.local import LocalStorage, disk_errors

TRAINER: Final = (sys.executable, "-m", "core.backends.local.trainer")

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
    """Executes the runs below `home/runs`; see `core.backends.base.Backend`. May be used from any thread.

    A run's process outlives the one that submitted it. `trainer` is the command that takes a run's folder and `home`.
    """

    def __init__(self, home: Path, *, max_runs: int = 1, trainer: Sequence[str] = TRAINER) -> None:
        self.home = home.resolve()
        self._store = RunStore(LocalStorage(self.home))
        self._queue = RunQueue(self.home / QUEUE_FOLDER, max_runs=max_runs)
        self._trainer = tuple(trainer)
        self._waiting: dict[str, subprocess.Popen[bytes]] = {}

    def submit(self, run_id: str) -> None:
        state = self._store.read_stored_state(run_id)
        if state.state != "pending":
            raise ConflictError(f"run {run_id} is {state.state}: only a pending run can be submitted")
        self._queue.announce(run_id, state.created_at)
        self._start(run_id, state)

    def stop(self, run_id: str) -> None:
        self._store.request_stop(run_id)
        lock = self._queue.lock_run(run_id, timeout_seconds=0)
        if lock is None:
            return  # its own process obeys
        with lock:
            state = self._store.read_stored_state(run_id)
            if state.state == "pending":
                self._queue.withdraw(run_id, state.created_at)
                stopped = replace(state, state="stopped", message=STOPPED_EARLY, ended_at=time.time())
                self._store.write_state(run_id, stopped)

    def resume(self, run_id: str) -> None:
        self._check_resumable(run_id)
        lock = self._queue.lock_run(run_id, timeout_seconds=LOCK_SECONDS)  # a trainer that ends holds it a little
        if lock is None:
            raise ConflictError(f"run {run_id} is still held by its process: try again in a moment")
        with lock:
            self._check_resumable(run_id)
            state = self._store.read_stored_state(run_id)
            self._store.clear_stop(run_id)
            again = replace(
                state,
                state="pending",
                message="",
                generation=state.generation + 1,
                resuming=True,
                pid=None,
                process_started_at=None,
                heartbeat_at=None,
                ended_at=None,
            )
            self._queue.announce(run_id, state.created_at)
            self._store.write_state(run_id, again)
        self._start(run_id, again)

    def alive(self, run_id: str) -> bool:
        self._store.read_stored_state(run_id)
        return run_id in self._waiting or self._queue.is_run_locked(run_id)

    def logs(self, run_id: str) -> str:
        return self._store.read_log(run_id)

    def _check_resumable(self, run_id: str) -> None:
        state = self._store.read_state(run_id).state
        if state == "finished":
            raise ConflictError(f"run {run_id} is finished: there is nothing to resume, start a new one")
        if state in ACTIVE:
            raise ConflictError(f"run {run_id} is {state} already: only a stopped, failed or crashed run is resumed")

    def _start(self, run_id: str, state: RunState) -> None:
        """Starts the run's process in a session of its own, so that no signal to this one reaches it."""
        folder = self.home / RUNS / run_id
        command = [*self._trainer, str(folder), str(self.home), "--max-runs", str(self._queue.max_runs)]
        try:
            with disk_errors(folder / files.LOG), (folder / files.LOG).open("ab") as log, _sigterm_blocked():
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
            message = f"the training process could not be started ({error}): free some memory or disk, then resume"
            self._store.write_state(run_id, replace(state, state="failed", message=message, ended_at=time.time()))
            raise UnavailableError(f"run {run_id}: {message}") from error
        self._waiting[run_id] = process
        threading.Thread(target=self._reap, args=(run_id, process), name=f"reap {run_id}", daemon=True).start()

    def _reap(self, run_id: str, process: subprocess.Popen[bytes]) -> None:
        process.wait()  # or it would stay a zombie for as long as this process lives
        if self._waiting.get(run_id) is process:
            del self._waiting[run_id]

    def _environment(self) -> dict[str, str]:
        threads = str(max(1, count_cpus() // self._queue.max_runs))
        path = os.pathsep.join(filter(None, (str(PROJECT_FOLDER), os.environ.get("PYTHONPATH"))))
        defaults = KEEP_MEMORY | {"OMP_NUM_THREADS": threads}
        return defaults | os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
