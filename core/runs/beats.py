"""How long a trainer elsewhere has been silent: by the storage's clock, or by how its own clock goes on."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from core.runs.state import SILENCE_SECONDS, RunState
from core.storage.base import StoredFile

MAX_KNOWN: Final = 1000


class _Beat(NamedTuple):
    """A sign of life: when its trainer's clock and ours said that it came, and whether one went on from another.

    A clock that is hours off goes on as any other; a file that was touched or copied does not.
    """

    heartbeat_at: float
    seen_at: float
    goes_on: bool


class Beats:
    """Remembers the last sign of life of jobs that are trained elsewhere. May be used from any thread."""

    def __init__(self, uptime: Callable[[], float]) -> None:
        """`uptime` counts seconds that nobody sets."""
        self._uptime = uptime
        self._known: OrderedDict[str, _Beat] = OrderedDict()
        self._changing = threading.Lock()

    def measure_silence(self, file: StoredFile, state: RunState) -> float:
        """Seconds since the trainer that wrote `state` gave its last sign of life; negative for one from the future.

        file: its `state.json`, which bears a time of the storage's clock. That one may be set, and a storage may
        know the time of another machine alone: then the beats themselves tell, once two of them were seen.
        """
        beat = self._note(file.name, state.heartbeat_at)
        if beat is None or not beat.goes_on:
            return file.age_seconds
        return min(file.age_seconds, self._uptime() - beat.seen_at, key=abs)

    def _note(self, name: str, heartbeat_at: float | None) -> _Beat | None:
        if heartbeat_at is None:
            return None
        with self._changing:
            known, now = self._known.get(name), self._uptime()
            if known is None or known.heartbeat_at != heartbeat_at:
                goes_on = known is not None and (known.goes_on or _goes_on(known, heartbeat_at, now))
                self._known[name] = _Beat(heartbeat_at, now, goes_on)
                self._known.move_to_end(name)
                if len(self._known) > MAX_KNOWN:
                    self._known.popitem(last=False)
            return self._known[name]


def _goes_on(known: _Beat, heartbeat_at: float, now: float) -> bool:
    gone_on = heartbeat_at - known.heartbeat_at
    return gone_on > 0 and abs(gone_on - (now - known.seen_at)) <= SILENCE_SECONDS
