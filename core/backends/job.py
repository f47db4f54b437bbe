"""Executes one job wherever its folder stands: a run, or a benchmark turn by turn. No queue, and no torch too early.

`wikics job ADDRESS` is this, and so is what the local queue does once it is a job's turn.
"""

import io
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NoReturn, TextIO

from core.backends.pulse import Pulse
from core.errors import ConflictError, WikicsError
from core.importing import importing_much
from core.runs import files
from core.runs.folder import JobFolder, RunFolder
from core.runs.job_states import JobStates, describe_job
from core.runs.mirror import JobMirror
from core.runs.processes import identify_process, this_host
from core.runs.state import PREEMPTED, STOPPED_EARLY, RunState, build_resumed
from core.runs.turn import Turn
from core.storage.base import Storage
from core.storage.local import LocalStorage, explain_disk_error

MAX_REASON_CHARACTERS: Final = 500  # of an error that no sentence of ours explains
Prepare = Callable[[JobFolder, Storage], Turn]  # the job's folder, the storage that holds its graph
Leave = Callable[[], object]  # ends this process

PREEMPTED_CODE: Final = 128 + signal.SIGTERM


def run_stored_job(storage: Storage, job: str, *, prepare: Prepare | None = None) -> int:
    """Executes a job of a storage: in its own folder where that is local, else in a copy that is kept like it.

    A job that was preempted or killed goes on from its last checkpoint. The storage holds the job's graph too. What
    is printed goes to stderr and into the job's log. SIGTERM is a request to stop; after it the exit code is 143,
    unless the job had come to its end, else it is that of `run_job`. Raises what that does, and ConflictError where
    another process has the job.
    """
    with ExitStack() as stack:
        open_folder = _open_here if isinstance(storage, LocalStorage) else _open_copy
        folder = open_folder(stack, storage, job)
        stack.enter_context(forgiving_output(folder / files.LOG))
        code = run_job(folder, storage, job, prepare=prepare, leave=partial(_leave, stack, folder))
        return PREEMPTED_CODE if folder.read_state().message.startswith(PREEMPTED) else code


def _open_here(stack: ExitStack, storage: Storage, job: str) -> JobFolder:
    """The job's own folder, held until the stack is left."""
    assert isinstance(storage, LocalStorage)
    _take_over(stack, storage, job)
    folder = JobFolder(storage.path(job), preemptible=True)
    stack.callback(_take_back_stop, folder)
    stop_on_sigterm(folder)
    return folder


def _open_copy(stack: ExitStack, storage: Storage, job: str) -> JobFolder:
    """A copy of the job's folder, held and kept like that until the stack is left."""
    folder = JobFolder(Path(stack.enter_context(TemporaryDirectory(prefix="wikics-job-"))) / job, preemptible=True)
    stop_on_sigterm(folder)  # before there is any other thread
    _take_over(stack, storage, job)
    stack.enter_context(JobMirror(folder.path, storage, job).keep())
    stack.callback(_leave_record, folder)
    if folder.terminated.is_set():  # before there was a folder
        (folder / files.STOP).touch()
    return folder


def _leave_record(folder: JobFolder) -> None:
    """For lists of the storage's runs, whose own files take a request each."""
    from core.runs.record_file import write_record  # loads what a job that waits has no need of

    write_record(folder)


def _take_over(stack: ExitStack, storage: Storage, job: str) -> None:
    """Holds the job until the stack is left, and queues it again where its process is gone."""
    states = JobStates(storage)
    stack.enter_context(states.hold(job))
    state = states.read_stored(job)
    if state.may_go_on:
        states.write(job, build_resumed(state))


def _leave(stack: ExitStack, folder: JobFolder) -> NoReturn:
    """Ends the process from any thread; what the block has begun is brought to its end."""
    code = PREEMPTED_CODE if folder.preempted else 0
    try:
        stack.close()
    finally:
        os._exit(code)


def _take_back_stop(folder: JobFolder) -> None:
    """A signal to this process asks nothing of the next one."""
    if folder.preempted:
        with suppress(OSError):
            (folder / files.STOP).unlink(missing_ok=True)


@contextmanager
def forgiving_output(log: Path | None = None) -> Iterator[None]:
    """While the block runs, what is printed goes to stderr, and into a log if there is one.

    What a full disk does not take is left out: a log must not end what it tells of, nor hide the reason.
    """
    with ExitStack() as stack:
        streams = [sys.stderr]
        with suppress(OSError):
            if log is not None:
                streams.append(stack.enter_context(_log_opened(log)))
        both = _Tee(*streams)
        stack.enter_context(redirect_stdout(both))
        stack.enter_context(redirect_stderr(both))
        yield


def run_job(
    folder: JobFolder, storage: Storage, job: str, *, prepare: Prepare | None = None, leave: Leave | None = None
) -> int:
    """Executes a pending job to its end, turn after turn; the exit code is 1 when it failed.

    leave: see `take_turn`. Raises ConflictError when the job is not pending.
    """
    state = folder.read_state()
    if state.state != "pending":
        raise ConflictError(
            f"{describe_job(job)} is {state.state}: only a pending job can be executed "
            "(a run that ended early: wikics runs resume)"
        )
    code = 0
    while folder.read_state().state == "pending":
        if folder.stop_requested:
            cancel(folder)
            break
        code = take_turn(folder, storage, prepare, leave=leave)
    return code


def take_turn(
    folder: JobFolder, storage: Storage, prepare: Prepare | None = None, *, leave: Leave | None = None
) -> int:
    """Trains a run, or the next part of a benchmark, and writes how it went; the exit code is 1 when it failed.

    leave: ends the process that is asked to stop before it trains, since what it loads then cannot be interrupted.
    """
    pulse = Pulse(folder, _begin(folder.read_state()), leave=leave)
    try:
        with pulse, _warnings_told(pulse.warn):
            turn = (prepare or prepare_stored_job)(folder, storage)
            pulse.begin()
            outcome = turn(pulse.note)
            if outcome == "pending":
                pulse.wait_for_next_turn()
            else:
                pulse.end(outcome)
    except BaseException as error:  # noqa: BLE001  # whatever ended the training, the job must not stay "running"
        with suppress(OSError):
            traceback.print_exc()  # first: whoever sees the job failed finds the reason in its log
        pulse.end("failed", _describe_failure(error, folder))
        return 1
    return 0


def cancel(folder: JobFolder) -> None:
    """Ends a job that was asked to stop before its turn came."""
    message = PREEMPTED if folder.preempted else STOPPED_EARLY
    stopped = replace(folder.read_state(), state="stopped", message=message, ended_at=time.time())
    folder.write_state(stopped)


def prepare_stored_job(folder: JobFolder, storage: Storage) -> Turn:
    """Loads torch, and what the job's folder says: a run goes on from a checkpoint it has, a benchmark where it was."""
    if (folder / files.BENCHMARK).exists():
        with importing_much():
            from core.training.benchmark import prepare_benchmark

        return prepare_benchmark(folder, storage)
    with importing_much():
        from core.training.stored import prepare_run

    return prepare_run(RunFolder(folder.path), storage)


def stop_on_sigterm(folder: JobFolder) -> None:
    """Turns SIGTERM into a request to stop, at once, even while the main thread computes.

    Blocked in every thread that is started from now on, it reaches no handler that a library installs; where a library
    has threads already, which may take it, its handler is replaced.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def ask() -> None:
        with suppress(OSError):
            if not folder.stop_requested:
                folder.terminated.set()
            (folder / files.STOP).touch()

    def watch() -> None:
        while True:
            signal.sigwait({signal.SIGTERM})
            ask()

    if callable(signal.getsignal(signal.SIGTERM)):
        signal.signal(signal.SIGTERM, lambda *_: ask())
    threading.Thread(target=watch, name="sigterm", daemon=True).start()


@contextmanager
def _warnings_told(warn: Callable[[str], None]) -> Iterator[None]:
    """What training warns of while the block runs stands in the job's log, and is told."""
    handler, logger = _Teller(warn), logging.getLogger("core.training")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Teller(logging.StreamHandler[TextIO]):
    def __init__(self, warn: Callable[[str], None]) -> None:
        super().__init__(sys.stderr)
        self.setLevel(logging.WARNING)
        self._warn = warn

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        self._warn(record.getMessage())


@contextmanager
def _log_opened(path: Path) -> Iterator[TextIO]:
    file = path.open("a", encoding="utf-8")
    try:
        yield file
    finally:
        with suppress(OSError):  # what it has not taken
            file.close()


class _Tee(io.TextIOBase):
    """Writes what it is given to several streams, at once."""

    def __init__(self, *streams: TextIO) -> None:
        self._streams = streams

    def write(self, text: str) -> int:
        for stream in self._streams:
            with suppress(OSError):
                stream.write(text)
                stream.flush()
        return len(text)


def _begin(state: RunState) -> RunState:
    now = time.time()
    return replace(
        state,
        state="running",
        message="",
        host=this_host(),
        pid=os.getpid(),
        process=identify_process(os.getpid()) or "",
        process_started_at=None,
        started_at=state.started_at or now,
        heartbeat_at=now,
        ended_at=None,
    )


def _describe_failure(error: BaseException, folder: JobFolder) -> str:
    if isinstance(error, WikicsError):
        return str(error)
    if isinstance(error, OSError) and (told := explain_disk_error(error, Path(error.filename or folder / files.LOG))):
        return str(told)
    said = (isinstance(error, OSError) and error.strerror) or str(error)  # without the path of the file
    first_line = (said.splitlines() or [""])[0][:MAX_REASON_CHARACTERS]
    return f"training ended by {type(error).__name__}: {first_line}; its log tells where"
