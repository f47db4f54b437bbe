"""One job's own process: waits for its turn, then executes it. Light until then: no torch, no pydantic.

`python -m core.backends.local.waiter JOB_FOLDER HOME [--max-runs N]`, started by `core.backends.local.backend`.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.backends.job import Prepare, cancel, forgiving_output, stop_on_sigterm, take_turn
from core.backends.local.queue import RunQueue
from core.runs.folder import JobFolder
from core.runs.locks import LOCK_SECONDS, QUEUE_FOLDER, HeldLock, JobLocks, lock_name
from core.storage.local import LocalStorage

POLL_SECONDS: Final = 0.2


def main(argv: Sequence[str] | None = None, *, prepare: Prepare | None = None) -> int:
    """Waits for the job's turns and trains it with what `prepare` returns. The exit code is 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m core.backends.local.waiter", description=__doc__)
    parser.add_argument("folder", type=Path, help="the job's folder")
    parser.add_argument("home", type=Path, help="folder of graphs, runs, benchmarks and the queue")
    parser.add_argument("--max-runs", type=int, default=1, help="how many jobs train at the same time")
    arguments = parser.parse_args(argv)
    folder = JobFolder(arguments.folder)
    stop_on_sigterm(folder)
    queue = RunQueue(arguments.home / QUEUE_FOLDER, max_runs=arguments.max_runs)
    job, locks = folder.path.relative_to(arguments.home).as_posix(), JobLocks(queue.folder)
    lock = locks.hold(job, timeout_seconds=LOCK_SECONDS)
    if lock is None:
        return 0  # another process has this job: never two
    with lock, forgiving_output():
        code = _take_turns(queue, lock_name(job), folder, arguments.home, prepare)
        locks.forget(job)
    return code


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


def _wait_for_slot(queue: RunQueue, name: str, folder: JobFolder, since: float) -> HeldLock | None:
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
