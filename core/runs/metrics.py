"""`metrics.csv`: a fixed header, one flushed row an epoch, append only; and its reader's cursor."""

import csv
import math
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.storage.local import disk_errors, write_atomically

# epoch counts from 1, step the optimiser's steps. Losses are mean cross entropy (nats), accuracies fractions.
# elapsed_seconds is training time, summed over resumes; logged_at is Unix time. cpu_percent is 100 for one busy core,
# energy_wh what a GPU has drawn since the run began, summed over resumes like training time.
COLUMNS: Final = (
    "epoch",
    "step",
    "train_loss",
    "train_acc",
    "stopping_loss",
    "stopping_acc",
    "val_loss",
    "val_acc",
    "lr",
    "epoch_seconds",
    "elapsed_seconds",
    "logged_at",
    "cpu_percent",
    "memory_bytes",
    "gpu_percent",
    "gpu_memory_bytes",
    "gpu_watts",
    "energy_wh",
)


MAX_EXTRA_COLUMNS: Final = 200  # beside ours, of a file of another making
MAX_COLUMN_NAME: Final = 120  # characters
MAX_BYTES: Final = 2**29  # of the whole file: two million epochs
MAX_EPOCH: Final = 2**53  # above, not every whole number is one of a float


@dataclass(frozen=True)
class Cursor:
    """How far a reader has come: rows read so far, in this generation of the file."""

    generation: int = 0
    row: int = 0


@dataclass(frozen=True)
class MetricsChunk:
    """The rows after a cursor. With `reset` the reader drops what it has before it adds these."""

    generation: int
    row: int  # rows read once these are added
    reset: bool
    columns: dict[str, list[float | None]]
    not_finite: dict[str, list[tuple[int, str]]]  # by column the rows (of all, from 0) that hold nan, inf or -inf


@dataclass(frozen=True)
class MetricsSummary:
    """What the rows say of a run without a report. The best epoch is chosen on stopping articles."""

    epochs: int = 0
    best_epoch: int | None = None
    stopping_acc: float | None = None  # at the best epoch, as is val_acc
    val_acc: float | None = None
    seconds: float | None = None  # of training, summed over resumes
    seconds_per_epoch: float | None = None
    last_val_acc: float | None = None  # of the last epoch
    best_val_acc: float | None = None  # the highest of any epoch
    energy_wh: float | None = None
    is_damaged: bool = False  # a row names no epoch


class MetricsWriter:
    """Appends one row an epoch to a run's `metrics.csv`."""

    def __init__(self, path: Path, *, keep_epochs: int = 0) -> None:
        """Opens the file, keeping only rows of epochs 1 to `keep_epochs`, as they stand; 0 begins it anew."""
        lines = _whole_lines(path.read_bytes()) if keep_epochs and path.exists() else []
        kept = [line for line in lines[1:] if 0 < (_number(line.partition(",")[0]) or 0) <= keep_epochs]
        write_atomically(path, "".join(f"{line}\n" for line in [",".join(COLUMNS), *kept]).encode())
        self._path = path
        with disk_errors(path):
            self._file = path.open("a", newline="")

    def append(self, row: Mapping[str, float]) -> None:
        """Writes and flushes one row. A column that is missing stays empty."""
        with disk_errors(self._path):
            csv.DictWriter(self._file, COLUMNS, lineterminator="\n").writerow(row)
            self._file.flush()

    def sync(self) -> None:
        """Forces the rows to the disk, before a checkpoint that relies on them is renamed into place."""
        with disk_errors(self._path):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Closes the file. What a full disk has refused is refused here once more, and was said before."""
        with suppress(OSError):
            self._file.close()


def find_last_and_best(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    """The last and the highest of some shares; what is no share, or missing, is passed over."""
    shares = [value for value in values if value is not None and 0 <= value <= 1]
    return (shares[-1], max(shares)) if shares else (None, None)


def cut_rows(content: bytes, epochs: int) -> bytes:
    """A `metrics.csv` up to an epoch, its lines as they stand."""
    lines = _whole_lines(content)
    kept = [line for line in lines[1:] if 0 < (_number(line.partition(",")[0]) or 0) <= epochs]
    return "".join(f"{line}\n" for line in [*lines[:1], *kept]).encode()


def read_rows(content: bytes) -> list[dict[str, float | None]]:
    """The whole rows of a `metrics.csv`; a last line that is still being written is left out.

    What is empty, not a number or infinite is None, so that it can be written as JSON.
    """
    header, *lines = _whole_lines(content) or [""]
    columns = parse_columns(header, lines)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def parse_columns(header: str, lines: Sequence[str], names: Sequence[str] = COLUMNS) -> dict[str, list[float | None]]:
    """The numbers of some rows by column, one a row; columns of another version are matched by name."""
    positions = {name.strip(): position for position, name in enumerate(header.split(","))}
    rows = [line.split(",") for line in lines]
    return {name: _read_column(rows, positions.get(name)) for name in names}


def list_columns(header: str) -> list[str]:
    """Ours, and after them whatever else a header names that can be shown."""
    named = [name.strip() for name in header.split(",")]
    shown = [name for name in named if 0 < len(name) <= MAX_COLUMN_NAME and name.isprintable()]
    return list(dict.fromkeys([*COLUMNS, *shown]))[: len(COLUMNS) + MAX_EXTRA_COLUMNS]


def find_not_finite(
    header: str, lines: Sequence[str], columns: Mapping[str, Sequence[float | None]], *, first_row: int
) -> dict[str, list[tuple[int, str]]]:
    """Where parsed columns lack a number that the file does name: one that is infinite, or none at all.

    first_row: which row of the whole file the first line is.
    """
    positions = {name.strip(): position for position, name in enumerate(header.split(","))}
    found: dict[str, list[tuple[int, str]]] = {}
    for name, values in columns.items():
        if name not in positions or None not in values:
            continue
        for at, value in enumerate(values):
            word = _word(lines[at], positions[name]) if value is None else ""
            if word:
                found.setdefault(name, []).append((first_row + at, word))
    return found


def _word(line: str, position: int) -> str:
    """The name of a number that is not finite; empty where nothing, or something else, stands there."""
    cells = line.split(",")
    try:
        number = float(cells[position])
    except (ValueError, IndexError):
        return ""
    return "" if math.isfinite(number) else str(number)  # nan, inf, -inf


def _whole_lines(content: bytes) -> list[str]:
    return content[: content.rfind(b"\n") + 1].decode(errors="replace").split("\n")[:-1]


def _read_column(rows: Sequence[Sequence[str]], position: int | None) -> list[float | None]:
    if position is None:
        return [None] * len(rows)
    try:  # nearly always every row has a finite number there
        numbers: list[float | None] = [float(row[position]) for row in rows]
    except (ValueError, IndexError):
        return [_number(row[position]) if position < len(row) else None for row in rows]
    return [number if number is not None and math.isfinite(number) else None for number in numbers]


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
