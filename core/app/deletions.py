"""Deletions that can be undone: what is deleted is out of sight at once, and gone some seconds later."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from core.errors import WikicsError

UNDO_SECONDS: Final = 10.0


class Deletions:
    """Runs that are about to be deleted, by id. May be used from any thread.

    Where the process ends before their time, they are still there.
    """

    def __init__(self, delete: Callable[[str], object], *, seconds: float = UNDO_SECONDS) -> None:
        """delete: what deletes one, at last; what it refuses then comes back into sight."""
        self._delete = delete
        self._seconds = seconds
        self._due: dict[str, float] = {}  # Unix seconds
        self._changing = threading.Lock()

    def schedule(self, ids: Sequence[str]) -> None:
        """Puts runs out of sight, and deletes them once the time to undo that is over."""
        due = time.time() + self._seconds
        with self._changing:
            self._due |= dict.fromkeys(ids, due)
        timer = threading.Timer(self._seconds, self._finish, args=(tuple(ids), due))
        timer.daemon = True
        timer.start()

    def undo(self, ids: Sequence[str]) -> None:
        """Brings runs back that are not gone yet."""
        with self._changing:
            for run_id in ids:
                self._due.pop(run_id, None)

    def list_pending(self) -> dict[str, float]:
        """The runs that can still be brought back, each with when it will be gone (Unix seconds)."""
        with self._changing:
            return dict(self._due)

    def _finish(self, ids: Sequence[str], due: float) -> None:
        for run_id in ids:
            with self._changing:
                if self._due.get(run_id) != due:  # undone, and perhaps deleted once more
                    continue
            try:
                self._delete(run_id)
            except (WikicsError, OSError):
                pass  # it is seen again, and deleting it again says why
            finally:
                with self._changing:
                    self._due.pop(run_id, None)
