"""How often a mirror sends files that are replaced whole again and again: so that all it sends stays bounded."""

from collections.abc import Callable
from typing import Final

MAX_SENT: Final = 3.0  # times the bytes of a folder, in all
SHARE: Final = 8  # of the time gone by: so much may have to be trained again after a kill
LONGEST_SECONDS: Final = 600.0  # or ten minutes, whatever it costs


class Pace:
    """Counts what is sent, and tells whether a checkpoint is due. `now` counts seconds that nobody sets."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._began_at = now()
        self._last_at: float | None = None
        self.sent_bytes = 0

    def note(self, size_bytes: int, *, paced: bool) -> None:
        """What was sent."""
        self.sent_bytes += size_bytes
        if paced:
            self._last_at = self._now()

    def is_due(self, size_bytes: int, folder_bytes: int) -> bool:
        """Whether files of this size are to be sent again now, where the whole folder has so many bytes.

        They are sent once more at the end, for which room is left.
        """
        if self._last_at is None:
            return True
        now = self._now()
        since_seconds = now - self._last_at
        if since_seconds >= LONGEST_SECONDS:
            return True
        fits = self.sent_bytes + 2 * size_bytes <= MAX_SENT * folder_bytes
        return fits and since_seconds * SHARE >= now - self._began_at
