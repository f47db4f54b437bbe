"""A reader's memory of one growing `metrics.csv`: what is new is read, whatever stands before it is not."""

import math
from array import array
from collections.abc import Callable
from typing import Final, NamedTuple

from core.runs.metrics import (
    MAX_EPOCH,
    Cursor,
    MetricsChunk,
    MetricsSummary,
    find_last_and_best,
    find_not_finite,
    list_columns,
    parse_columns,
)

ReadFrom = Callable[[int], bytes]  # the file's bytes from an offset on; none past its end, or where there is no file

ROWS_APART: Final = 64  # of the rows whose places are known: a reader that lags gets at most so many for nothing
_SUMMARISED: Final = ("epoch", "stopping_acc", "stopping_loss", "val_acc", "elapsed_seconds", "energy_wh")


class _Piece(NamedTuple):
    """Some of the file's bytes, from the beginning of a row on; row -1 is the header."""

    row: int
    content: bytes


class _Best(NamedTuple):
    """The best epoch so far: highest stopping accuracy, ties by lower loss."""

    rank: tuple[float, float]
    epoch: int
    stopping_acc: float
    val_acc: float | None


class MetricsTail:
    """The rows of one generation of a run's `metrics.csv`, as far as they have been read. For one thread at a time.

    Only the last row known is read again: where its bytes no longer stand as they stood, rows were cut and others
    written, and all are read anew.
    """

    def __init__(self, generation: int = 0) -> None:
        self.generation = generation
        self._forget()

    def _forget(self) -> None:
        self.num_rows = 0
        self._places = array("Q")  # byte offset of every 64th row
        self._header = ""
        self._last = b""  # the last line that is known whole; the header while there are no rows
        self._end = 0  # byte offset behind it
        self._best: _Best | None = None
        self._epochs = 0
        self._seconds: float | None = None
        self._last_val: float | None = None
        self._best_val: float | None = None
        self._energy_wh: float | None = None
        self.is_damaged = False

    @property
    def summary(self) -> MetricsSummary:
        """What the rows say of the run: the best epoch, its accuracies, and the speed."""
        best, epochs, seconds = self._best, self._epochs, self._seconds
        return MetricsSummary(
            epochs=epochs,
            best_epoch=best.epoch if best else None,
            stopping_acc=best.stopping_acc if best else None,
            val_acc=best.val_acc if best else None,
            seconds=seconds,
            seconds_per_epoch=seconds / epochs if seconds is not None and epochs else None,
            last_val_acc=self._last_val,
            best_val_acc=self._best_val,
            energy_wh=self._energy_wh,
            is_damaged=self.is_damaged,
        )

    @property
    def is_empty(self) -> bool:
        """Whether not even a header has been read."""
        return self._end == 0

    @property
    def no_rows(self) -> MetricsChunk:
        """What there is for a reader that has every row that is known."""
        return MetricsChunk(self.generation, self.num_rows, False, parse_columns("", []), {})

    def has_all(self, cursor: Cursor) -> bool:
        """Whether a reader there has every row that is known."""
        return (cursor.generation, cursor.row) == (self.generation, self.num_rows)

    def update(self, read_from: ReadFrom) -> None:
        """Takes up what was written since."""
        self._read(read_from, self.num_rows)

    def read_chunk(self, read_from: ReadFrom, cursor: Cursor) -> MetricsChunk:
        """Takes up what was written since; the rows that a reader at `cursor` does not have.

        A cursor of another generation, or beyond the last row, has seen rows that no longer stand: all come again.
        """
        is_ours = cursor.generation == self.generation
        piece = self._read(read_from, cursor.row if is_ours else 0)
        reset = not is_ours or cursor.row > self.num_rows
        first_row = 0 if reset else cursor.row
        if first_row < piece.row:
            piece = _Piece(-1, read_from(0))
        lines = piece.content.split(b"\n")[first_row - piece.row : self.num_rows - piece.row]
        rows = _decode(lines)
        columns = parse_columns(self._header, rows, list_columns(self._header))
        not_finite = find_not_finite(self._header, rows, columns, first_row=first_row)
        return MetricsChunk(self.generation, self.num_rows, reset, columns, not_finite)

    def _read(self, read_from: ReadFrom, row: int) -> _Piece:
        """The bytes from `row` (counted from 0) on, or from some rows before it; what is new in them is taken up."""
        last_start = self._end - len(self._last)
        piece_row, start = self.num_rows - 1, last_start
        if row < self.num_rows:
            piece_row = row // ROWS_APART * ROWS_APART
            start = self._places[row // ROWS_APART]
        content = read_from(start)
        if not content.startswith(self._last, last_start - start):
            self._forget()
            piece_row, start, content = -1, 0, read_from(0) if start else content
        self._take_up(content[self._end - start : content.rfind(b"\n") + 1])
        return _Piece(piece_row, content)

    def _take_up(self, new: bytes) -> None:
        """Notes whole lines that follow the last known one."""
        if not new:
            return
        lines = new.split(b"\n")[:-1]
        self._last = lines[-1] + b"\n"
        if self._end == 0:
            self._header = _decode(lines[:1])[0]
            self._end = len(lines.pop(0)) + 1
            self.is_damaged = "epoch" not in map(str.strip, self._header.split(","))
        for line in lines:
            if self.num_rows % ROWS_APART == 0:
                self._places.append(self._end)
            self.num_rows += 1
            self._end += len(line) + 1
        self._summarise(_decode(lines))

    def _summarise(self, lines: list[str]) -> None:
        columns = parse_columns(self._header, lines, _SUMMARISED)
        last, best = find_last_and_best(columns["val_acc"])
        self._last_val = self._last_val if last is None else last
        self._best_val = max((value for value in (self._best_val, best) if value is not None), default=None)
        for epoch, acc, loss, val_acc, seconds, energy_wh in zip(*columns.values(), strict=True):
            if epoch is None or not 0 < epoch < MAX_EPOCH:
                self.is_damaged = True
                continue
            self._epochs, self._seconds = int(epoch), seconds
            self._energy_wh = self._energy_wh if energy_wh is None else energy_wh
            if acc is not None and 0 <= acc <= 1:
                rank = (acc, -math.inf if loss is None else -loss)
                if self._best is None or rank > self._best.rank:
                    self._best = _Best(rank, int(epoch), acc, val_acc)


def _decode(lines: list[bytes]) -> list[str]:
    return [line.decode(errors="replace") for line in lines]
