"""The prediction log: which model said what of which articles, and nothing of who asked."""

import logging
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

from core.storage.base import Storage

FOLDER: Final = "predictions/"
EVERY_SECONDS: Final = 60.0
MAX_LINES: Final = 1_000  # of a file: with so many it is written at once
MAX_WAITING: Final = 10_000  # lines in memory; while a storage does not answer more are left out
MAX_ARTICLES: Final = 50  # that a line names
KEPT_SECONDS: Final = 30 * 24 * 3600.0
_STAMP: Final = "%Y%m%d-%H%M%S"


class Said(NamedTuple):
    """What a run said of one article: the index of a category, and how sure it is."""

    article: int
    pred: int
    confidence: float


class Source(NamedTuple):
    """Of what a prediction was made: a run, and digests of its logits, its graph and its temperature."""

    run: str
    model: str
    data: str
    calibration: str


class PredictionLog:
    """Notes a share of all answers, and writes them beside the requests: a new file each time, none is changed.

    A request waits for a line to be put into memory, and never for the storage. May be used from any thread.
    """

    def __init__(
        self,
        storage: Storage,
        share: float,
        *,
        now: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """share: of the answers that are noted, 0 for none. now: Unix seconds."""
        self._storage, self._share, self._now, self._chance = storage, share, now, chance
        self._lines: deque[bytes] = deque()
        self._left_out = 0
        self._full = threading.Event()
        self._writing = threading.Lock()
        self._writer: threading.Thread | None = None

    @property
    def is_on(self) -> bool:
        """Whether anything is noted."""
        return self._share > 0

    def note(self, source: Source, said: Sequence[Said], count: int) -> None:
        """Notes one answer about so many articles, if its turn comes. said: of the first of them."""
        if not said or self._chance() >= self._share:
            return
        if len(self._lines) >= MAX_WAITING:
            self._left_out += 1
            return
        line: dict[str, Any] = {"id": uuid.uuid4().hex, "at": round(self._now(), 3), **source._asdict()}
        line |= {"count": count, "articles": [each._asdict() for each in said[:MAX_ARTICLES]]}
        if self._left_out:
            line["left_out"], self._left_out = self._left_out, 0
        self._lines.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        if self._writer is None:
            self._start()
        if len(self._lines) >= MAX_LINES:
            self._full.set()

    def write(self) -> None:
        """Writes what was noted so far. What a storage refuses is left out, and said in the app's log."""
        with self._writing:
            while self._lines:
                lines = [self._lines.popleft() for _ in range(min(MAX_LINES, len(self._lines)))]
                stamp = datetime.fromtimestamp(self._now(), UTC).strftime(_STAMP)
                try:
                    self._storage.create(f"{FOLDER}{stamp}-{uuid.uuid4().hex[:6]}.jsonl", b"".join(lines))
                    self._delete_old()
                except OSError as error:
                    self._left_out += len(lines)
                    logging.getLogger("wikics").warning("predictions could not be logged: %s", error)
                    return

    def _delete_old(self) -> None:
        oldest = datetime.fromtimestamp(self._now() - KEPT_SECONDS, UTC).strftime(_STAMP)
        for file in self._storage.list(f"{FOLDER}*.jsonl"):
            if file.name.removeprefix(FOLDER) < oldest:
                with suppress(OSError):
                    self._storage.delete(file.name)

    def _start(self) -> None:
        with self._writing:
            if self._writer is None:
                self._writer = threading.Thread(target=self._run, name="prediction log", daemon=True)
                self._writer.start()

    def _run(self) -> None:
        while True:
            self._full.wait(EVERY_SECONDS)
            self._full.clear()
            self.write()
