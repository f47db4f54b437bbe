"""The queue of this machine's runs, by file locks alone: the system frees a lock when its process dies."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from filelock import FileLock

from core.runs.locks import HeldLock, try_lock
from core.storage.local import disk_errors

# How long a ticket stands for a waiter that has been started but does not hold it yet.
START_SECONDS: Final = 10.0
_APART_SECONDS: Final = 1e-5  # between a place and the next
_LATEST: Final = 1e11  # a time beyond it is that of a damaged file


class RunQueue:
    """`max_runs` slots and one ticket a waiting run, in whose name stands its place: since when it waits (Unix time).

    Clocks are set, so two times are never compared to tell how old a ticket is, nor alone to tell who came first: its
    file bears the machine's seconds since its start, and one that waits already is never overtaken by a newcomer.
    """

    def __init__(
        self,
        folder: Path,
        *,
        max_runs: int,
        now: Callable[[], float] = time.time,
        uptime: Callable[[], float] = time.monotonic,
    ) -> None:
        """now: Unix seconds. uptime: seconds that every process of this machine counts alike, and nobody sets."""
        self.folder = folder
        self.max_runs = max_runs
        self._now, self._uptime = now, uptime

    def announce(self, run_id: str, since: float) -> None:
        """Gives the run its place before its waiter is up, so that runs start in the order of their creation.

        A run that has a place keeps it. Raises StorageFullError, UnavailableError.
        """
        ticket = self._ticket(run_id, since)
        with disk_errors(ticket):
            self.folder.mkdir(parents=True, exist_ok=True)
            ticket.touch()
            os.utime(ticket, (self._uptime(),) * 2)

    def is_announced(self, run_id: str) -> bool:
        """Whether the run's waiter has just been started and may not be up yet, whoever started it."""
        return any(self._is_fresh(ticket) for ticket in self._find(run_id))

    def withdraw(self, run_id: str) -> None:
        """Gives up the run's place."""
        for ticket in self._find(run_id):
            with suppress(OSError):  # nobody holds it: it counts for nothing in a moment
                ticket.unlink(missing_ok=True)

    def hold_ticket(self, run_id: str, since: float) -> HeldLock:
        """The run's place in the queue."""
        ticket = self._ticket(run_id, since)
        with disk_errors(ticket):
            self.folder.mkdir(parents=True, exist_ok=True)
            return FileLock(ticket, thread_local=False).acquire(poll_interval=0.05)

    def is_first(self, run_id: str, since: float) -> bool:
        """Whether no older run waits. Tickets that a killed waiter left are removed."""
        own = self._ticket(run_id, since).name
        older = sorted(path for path in self.folder.glob("*.ticket") if path.name < own)
        return not any(self._is_live(path) for path in older)

    def take_slot(self) -> HeldLock | None:
        """One of the slots; None when all are taken."""
        slots = (self.folder / f"{number}.slot" for number in range(self.max_runs))
        return next((lock for path in slots if (lock := try_lock(path, timeout_seconds=0))), None)

    def list_names(self) -> list[str]:
        """Whose tickets there are, the first in the queue first."""
        return [name for ticket in sorted(self.folder.glob("*.ticket")) if (name := _name_of(ticket))]

    def _find(self, run_id: str) -> list[Path]:
        return [ticket for ticket in sorted(self.folder.glob("*.ticket")) if _name_of(ticket) == run_id]

    def _ticket(self, run_id: str, since: float) -> Path:
        """The run's ticket, or the one it would get.

        What bears a time that has not come was given before the clock was set back, and was here before.
        """
        if found := self._find(run_id):
            return found[0]
        now = self._now()
        places = [place for ticket in self.folder.glob("*.ticket") if (place := _place_of(ticket)) > now]
        place = max([since if 0 <= since < _LATEST else 0.0, *(place + _APART_SECONDS for place in places)])
        return self.folder / f"{place:020.6f}-{run_id}.ticket"

    def _is_fresh(self, ticket: Path) -> bool:
        """Whether it was announced a moment ago and nobody has held it since, who would have set its time."""
        try:
            return 0 <= self._uptime() - ticket.stat().st_mtime < START_SECONDS
        except FileNotFoundError:
            return False

    def _is_live(self, ticket: Path) -> bool:
        if self._is_fresh(ticket):
            return True
        if not ticket.exists():
            return False
        lock = try_lock(ticket, timeout_seconds=0)
        if lock is None:
            return True
        with lock:
            ticket.unlink(missing_ok=True)
        return False


def _name_of(ticket: Path) -> str:
    return ticket.name.partition("-")[2].removesuffix(".ticket")


def _place_of(ticket: Path) -> float:
    try:
        return float(ticket.name.partition("-")[0])
    except ValueError:
        return 0.0
