"""The app's own log: so many lines a minute, lest whoever makes requests fail fills a disk."""

import logging
import time
from collections.abc import Callable
from typing import Final

MOST: Final = 60  # a minute
MINUTE: Final = 60.0  # seconds


class Bounded(logging.Filter):
    """Lets the first `most` records of a minute pass; the last of them says that more are left out, the next how many.

    now: seconds that nobody sets.
    """

    def __init__(self, *, most: int = MOST, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most, self._now = most, now
        self._began_at, self._count = now(), 0

    def filter(self, record: logging.LogRecord) -> bool:
        left_out = 0
        if self._now() - self._began_at >= MINUTE:
            left_out = max(0, self._count - self._most)
            self._began_at, self._count = self._now(), 0
        self._count += 1
        if self._count > self._most:
            return False
        if left_out:
            _add(record, f"{left_out:,} before it were left out")
        elif self._count == self._most:
            _add(record, "more in this minute is left out")
        return True


def _add(record: logging.LogRecord, note: str) -> None:
    record.msg, record.args = f"{record.getMessage()} ({note})", ()
