"""One run's own process: waits for its turn, then trains. Light until then: no torch, no pydantic.

`python -m core.backends.local.trainer RUN_FOLDER HOME [--max-runs N]`, started by `core.backends.local.backend`.
"""

import argparse
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from core.backends.local.pulse import Pulse
from core.backends.local.queue import HeldLock, RunQueue
from core.errors import WikicsError
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.processes import process_started_at, this_host
from core.runs.state import STOPPED_EARLY, RunState

QUEUE_FOLDER: Final = "queue"
LOCK_SECONDS: Final = 5.0  # a reader that probes the run's lock holds it for an instant
POLL_SECONDS: Final = 0.2

Outcome = Literal["finished", "stopped"]
Train = Callable[[Callable[[int], None]], Outcome]  # calls back with every epoch's number
Prepare = Callable[[RunFolder, Path], Train]  # run folder, home


def main(argv: Sequence[str] | None = None, *, prepare: Prepare | None = None) -> int:
    """Waits for the run's turn and trains it with what `prepare` returns. The exit code is 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m core.backends.local.trainer", description=__doc__)
    parser.add_argument("folder", type=Path, help="the run's folder")
    parser.add_argument("home", type=Path, help="folder of graphs, runs and the queue")
    parser.add_argument("--max-runs", type=int, default=1, help="how many runs train at the same time")
    arguments = parser.parse_args(argv)
    # Blocked in every thread, SIGTERM reaches no handler that a library installs; only sigwait takes it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    folder = RunFolder(arguments.folder)
    queue = RunQueue(arguments.home / QUEUE_FOLDER, max_runs=arguments.max_runs)
    lock = queue.lock_run(folder.id, timeout_seconds=LOCK_SECONDS)
    if lock is None:
        return 0  # another process has this run: never two
    with lock:
        code = _take_turn(queue, folder, arguments.home, prepare or prepare_stored_run)
        queue.forget(folder.id)
    return code


def _take_turn(queue: RunQueue, folder: RunFolder, home: Path, prepare: Prepare) -> int:
    state = folder.read_state()
    if state.state != "pending":
        return 0
    _stop_on_sigterm(folder)
    slot = _wait_for_slot(queue, folder, state)
    if slot is None:
        folder.write_state(replace(state, state="stopped", message=STOPPED_EARLY, ended_at=time.time()))
        return 0
    with slot:
        return _train(folder, home, state, prepare)


def prepare_stored_run(folder: RunFolder, home: Path) -> Train:
    """Loads torch, the run's config and the graph that it was submitted for. It goes on from a checkpoint it has."""
    from core.backends.job import load_job, note_device
    from core.training.fit import train_run

    job = load_job(folder, home)
    note_device(folder, job.config)
    resume = (folder / files.LAST_CHECKPOINT).exists()
    return lambda on_epoch: train_run(folder, job.config, job.graph, resume=resume, on_epoch=on_epoch)


def _stop_on_sigterm(folder: RunFolder) -> None:
    """Turns SIGTERM into a request to stop, at once, even while the main thread computes."""

    def watch() -> None:
        while True:
            signal.sigwait({signal.SIGTERM})
            with suppress(OSError):
                (folder / files.STOP).touch()

    threading.Thread(target=watch, name="sigterm", daemon=True).start()


def _wait_for_slot(queue: RunQueue, folder: RunFolder, state: RunState) -> HeldLock | None:
    """A slot, once it is this run's turn; None when it was asked to stop before."""
    with queue.hold_ticket(folder.id, state.created_at):
        try:
            while not folder.stop_requested:
                if queue.is_first(folder.id, state.created_at) and (slot := queue.take_slot()):
                    return slot
                time.sleep(POLL_SECONDS)
            return None
        finally:
            queue.withdraw(folder.id, state.created_at)


def _train(folder: RunFolder, home: Path, state: RunState, prepare: Prepare) -> int:
    now = time.time()
    running = replace(
        state,
        state="running",
        message="",
        host=this_host(),
        pid=os.getpid(),
        process_started_at=process_started_at(os.getpid()),
        started_at=state.started_at or now,
        heartbeat_at=now,
        ended_at=None,
    )
    with Pulse(folder, running) as pulse:
        try:
            train = prepare(folder, home)
            pulse.begin()
            outcome = train(pulse.set_epoch)
        except BaseException as error:  # noqa: BLE001  # whatever ended the training, the run must not stay "running"
            traceback.print_exc()  # first: whoever sees the run failed finds the reason in its log
            pulse.end("failed", _describe_failure(error))
            return 1
        pulse.end(outcome)
    return 0


def _describe_failure(error: BaseException) -> str:
    if isinstance(error, WikicsError):
        return str(error)
    first_line = (str(error).splitlines() or [""])[0]
    return f"training ended by {type(error).__name__}: {first_line}; its log tells where"


if __name__ == "__main__":
    sys.exit(main())
