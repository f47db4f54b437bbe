"""The sign of life of a running job: its state, written every second from a thread."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Final, Self

from core.errors import StorageFullError
from core.runs import files
from core.runs.folder import JobFolder
from core.runs.state import HEARTBEAT_SECONDS, PREEMPTED, STOPPED_EARLY, RunState, StateName

LOOK_SECONDS: Final = 0.2  # how often the request to stop is looked for
MAX_WARNING_CHARACTERS: Final = 1_000  # of all warnings together; the log has them all
RETRY_SECONDS: Final = (0.1, 0.5, 2.0)  # between tries to write how a job ended


class Pulse:
    """Writes `state.json` while its block runs. An epoch can be long, so a thread does it.

    Until `begin` a request to stop ends the process: nothing is trained yet, and loading torch takes seconds.
    """

    def __init__(
        self,
        folder: JobFolder,
        state: RunState,
        *,
        now: Callable[[], float] = time.time,
        uptime: Callable[[], float] = time.monotonic,
        leave: Callable[[], object] | None = None,
    ) -> None:
        """now: Unix seconds, to be written down. uptime: seconds that nobody sets, by which the beats come.

        leave: ends the process, as os._exit does, once the state says that the job was stopped before training began.
        """
        self._folder = folder
        self._state = state
        self._now, self._uptime, self._leave = now, uptime, leave or partial(os._exit, 0)
        self._beaten_at = uptime()
        self._begun = False
        self._warning = ""
        self._writing = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._write(heartbeat_at=self._now())
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        with suppress(OSError):
            self._folder.trim_log()

    def begin(self) -> None:
        """Says that training begins: from now on it is training that obeys a request to stop."""
        with self._writing:
            self._begun = True

    def warn(self, sentence: str) -> None:
        """Takes up what a person should know of the job to its end, even when it ends well: one more sentence."""
        with self._writing:
            warning = f"{self._warning}; {sentence}" if self._warning else sentence
            self._warning = warning if len(warning) <= MAX_WARNING_CHARACTERS else self._warning
            self._state = replace(self._state, message=self._state.message or self._warning)

    def note(self, epoch: int, message: str = "", fraction: float = 0.0) -> None:
        """Notes the number of epochs trained, and of a job of many runs what it trains and its share done.

        The next beat writes it. Where there is no message, warnings are said.
        """
        with self._writing:
            first = self._state.resuming
            message = message or self._warning
            self._state = replace(self._state, epoch=epoch, message=message, fraction=fraction, resuming=False)
        if first:  # from here on the rows are those of the new generation
            with suppress(OSError):
                self._write()

    def wait_for_next_turn(self) -> None:
        """Writes that the job waits again, after one of its turns; no beat comes after it."""
        self._write_last(state="pending", message="", resuming=False, pid=None, heartbeat_at=self._now(), ended_at=None)

    def end(self, state: StateName, message: str = "") -> None:
        """Writes the last state of the job; no beat comes after it."""
        if state == "stopped" and self._folder.preempted:
            message = f"{PREEMPTED}; {self._warning}" if self._warning else PREEMPTED
        now, message = self._now(), message or self._warning
        resuming = self._state.resuming and state == "failed"  # perhaps before any row was cut
        self._write_last(state=state, message=message, resuming=resuming, heartbeat_at=now, ended_at=now)

    def _write_last(self, **changes: object) -> None:
        """What no beat follows is tried again: a disk that is full for a moment must not hide how a job ended."""
        self._ended.set()
        for wait_seconds in RETRY_SECONDS:
            try:
                return self._write(**changes)
            except OSError:
                time.sleep(wait_seconds)
        return self._write(**changes)

    def _beat(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            stopping = self._state.state == "running" and self._folder.stop_requested
            with suppress(OSError):  # the next beat tries again
                if stopping and self._end_early():
                    self._leave()  # the main thread cannot be interrupted while it imports; its locks go with it
                if stopping or self._uptime() - self._beaten_at >= HEARTBEAT_SECONDS:
                    self._beaten_at = self._uptime()
                    self._write(**({"state": "stopping"} if stopping else {}), heartbeat_at=self._now())
                    self._folder.trim_log()

    def _end_early(self) -> bool:
        with self._writing:
            if self._begun or self._ended.is_set():
                return False
            now = self._now()
            message = PREEMPTED if self._folder.preempted else STOPPED_EARLY
            self._state = replace(self._state, state="stopped", message=message, heartbeat_at=now, ended_at=now)
            self._store()
            return True

    def _write(self, **changes: object) -> None:
        with self._writing:
            if self._ended.is_set() and "ended_at" not in changes:
                return
            before, self._state = self._state, replace(self._state, **changes)  # type: ignore[arg-type]
            self._store(durable=self._state.state != before.state)  # a beat is worth nothing after a power cut

    def _store(self, *, durable: bool = True) -> None:
        if not (self._folder / files.STATE).exists():
            return  # the folder was deleted: do not make it anew
        try:
            self._folder.write_state(self._state, durable=durable)
        except StorageFullError:
            self._folder.overwrite_state(self._state)
