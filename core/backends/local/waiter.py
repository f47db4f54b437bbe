"""One job's own process: waits for its turn, then executes it. Light until then: no torch, no pydantic.

`python -m core.backends.local.waiter ADDRESS HOME [--max-runs N]`, started by `core.backends.local.backend`.
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.backends.job import Prepare, cancel, forgiving_output, run_stored_job, stop_on_sigterm, take_turn
from core.backends.local.queue import RunQueue
from core.errors import UnavailableError
from core.runs.folder import JobFolder
from core.runs.job_states import JobStates
from core.runs.locks import LOCK_SECONDS, QUEUE_FOLDER, HeldLock, JobLocks, lock_name
from core.runs.state import STOPPED_EARLY
from core.storage.address import is_bucket
from core.storage.base import Storage
from core.storage.local import LocalStorage
from core.storage.opening import split_address

POLL_SECONDS: Final = 0.2
LOOK_SECONDS: Final = 2.0  # between two looks into a bucket


def main(argv: Sequence[str] | None = None, *, prepare: Prepare | None = None) -> int:
    """Waits for the job's turns and trains it with what `prepare` returns. The exit code is 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m core.backends.local.waiter", description=__doc__)
    parser.add_argument("address", help="the job's folder, here or in a bucket")
    parser.add_argument("home", type=Path, help="folder of the queue, and of jobs that are here")
    parser.add_argument("--max-runs", type=int, default=1, help="how many jobs train at the same time")
    arguments = parser.parse_args(argv)
    queue = RunQueue(arguments.home / QUEUE_FOLDER, max_runs=arguments.max_runs)
    if is_bucket(arguments.address):
        with forgiving_output():
            return _run_elsewhere(queue, *split_address(arguments.address), prepare)
    folder = JobFolder(Path(arguments.address))
    stop_on_sigterm(folder)
    job, locks = folder.path.relative_to(arguments.home).as_posix(), JobLocks(queue.folder)
    lock = locks.hold(job, timeout_seconds=LOCK_SECONDS)
    if lock is None:
        return 0  # another process has this job: never two
    with lock, forgiving_output():
        code = _take_turns(queue, lock_name(job), folder, arguments.home, prepare)
        locks.forget(job)
    return code


def _run_elsewhere(queue: RunQueue, storage: Storage, job: str, prepare: Prepare | None) -> int:
    """Waits for a slot of this machine, then executes the job of a bucket as `wikics job` does."""
    states, locks = JobStates(storage), JobLocks(queue.folder)
    lock = locks.hold(job, timeout_seconds=LOCK_SECONDS)
    if lock is None:
        return 0
    with lock:
        try:
            slot = _wait_for_slot(
                queue, lock_name(job), _StopElsewhere(states, job), states.read_stored(job).created_at
            )
            if slot is None:
                with states.hold(job):
                    if (state := states.read_stored(job)).state == "pending":
                        stopped = replace(state, state="stopped", message=STOPPED_EARLY, ended_at=time.time())
                        states.write(job, stopped)
                return 0
            with slot:
                return run_stored_job(storage, job, prepare=prepare)
        finally:
            locks.forget(job)


class _StopElsewhere:
    """Whether a job of a bucket was asked to stop, there or by a signal to this process; looked for now and then."""

    def __init__(self, states: JobStates, job: str) -> None:
        self._states, self._job = states, job
        self._looked_at, self._found = -LOOK_SECONDS, False

    @property
    def stop_requested(self) -> bool:
        if signal.SIGTERM in signal.sigpending():
            return True
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            with suppress(UnavailableError):  # it is looked for again
                self._found = self._states.read(self._job).state != "pending"
            self._looked_at = time.monotonic()
        return self._found


def _take_turns(queue: RunQueue, name: str, folder: JobFolder, home: Path, prepare: Prepare | None) -> int:
    """Every turn in a slot of its own: between two parts of a benchmark those that have waited longer come first."""
    code, since = 0, folder.read_state().created_at
    while folder.read_state().state == "pending":
        slot = _wait_for_slot(queue, name, folder, since)
        if slot is None:
            cancel(folder)
            break
        with slot:
            if folder.read_state().state == "pending":
                code = take_turn(folder, LocalStorage(home), prepare)
        since = time.time()
    return code


def _wait_for_slot(queue: RunQueue, name: str, folder: "JobFolder | _StopElsewhere", since: float) -> HeldLock | None:
    """A slot, once it is this job's turn; None when it was asked to stop before. since: Unix time of its ticket."""
    with queue.hold_ticket(name, since):
        try:
            while not folder.stop_requested:
                if queue.is_first(name, since) and (slot := queue.take_slot()):
                    return slot
                time.sleep(POLL_SECONDS)
            return None
        finally:
            queue.withdraw(name)


if __name__ == "__main__":
    sys.exit(main())
