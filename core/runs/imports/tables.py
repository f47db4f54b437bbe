"""Tables with a step column: our own `metrics.csv`, Lightning's, TensorBoard's and W&B's exports of charts."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from core.runs.imports.foreign import ForeignRun
from core.runs.imports.limits import MAX_COLUMNS, MAX_RUNS, UnreadableError, check_count

STEPS: Final = ("epoch", "step", "_step", "global_step", "iteration", "iter", "trainer/global_step")
TIMES: Final = ("logged_at", "wall time", "wall_time", "_timestamp", "timestamp")
_RANGES: Final = ("__MIN", "__MAX")  # what W&B exports beside each curve
_BETWEEN: Final = " - "  # run and metric in W&B's exports
_SOURCE: Final = "csv"


def find_step(header: Sequence[str]) -> int | None:
    """Where a header's step column is."""
    names = [name.strip().lower() for name in header]
    return next((names.index(step) for step in STEPS if step in names), None)


def read_header(path: Path) -> tuple[list[str], str]:
    """A table's first line and what divides its columns."""
    with path.open("rb") as file:
        line = file.readline(2**16).decode("utf-8-sig", errors="replace")
    divider = max(",;\t", key=line.count)
    header = next(csv.reader(io.StringIO(line), delimiter=divider), [])
    return [name.strip() for name in header], divider


def read_table(path: Path, name: PurePosixPath) -> list[ForeignRun]:
    """The runs of a table: one, or of W&B's export of a chart one each. Raises UnreadableError."""
    header, divider = read_header(path)
    place = find_step(header)
    if place is None:
        raise UnreadableError(f"it has no column of steps, such as {STEPS[0]} or {STEPS[1]}")
    check_count(len(header), "columns", most=MAX_COLUMNS * 3)
    times = next((at for at, column in enumerate(header) if column.lower() in TIMES), None)
    columns = _sort_columns(header, place, times, name)
    check_count(len({run for run, _ in columns.values()}), "runs", most=MAX_RUNS)
    runs = {run: ForeignRun(str(name.with_suffix("") / run), _SOURCE) for run, _ in columns.values()}
    try:
        with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            rows = csv.reader(file, delimiter=divider)
            next(rows)
            for row in rows:
                step = _read_number(row, place)
                if step is None or not 0 <= step < 2**53:
                    continue  # a row of something else
                at = None if times is None else _read_number(row, times)
                for position, (run, metric) in columns.items():
                    if (value := _read_number(row, position)) is not None:
                        runs[run].add(int(step), metric, value, at if at is not None and 0 < at < 1e11 else None)
    except csv.Error as error:
        raise UnreadableError("it is damaged, or no table") from error
    found = [run for run in runs.values() if run.rows]
    if not found:
        raise UnreadableError("it has no row with a step and a number")
    return found


def _sort_columns(
    header: Sequence[str], step: int, times: int | None, name: PurePosixPath
) -> dict[int, tuple[str, str]]:
    """By position the run, empty where there is one alone, and the metric."""
    found = {}
    others = [at for at in range(len(header)) if at not in (step, times) and header[at]]
    is_chart = bool(others) and all(_BETWEEN in header[at] for at in others)
    for at in others:
        if header[at].endswith(_RANGES):
            continue
        run, _, metric = header[at].rpartition(_BETWEEN) if is_chart else ("", "", header[at])
        found[at] = (run.replace("/", "_").strip(" ."), metric)
    if list(found.values()) == [("", "Value")]:  # what TensorBoard exports is named after its tag
        found = dict.fromkeys(found, ("", name.stem))
    return {at: said for at, said in found.items() if said[1].lower() not in STEPS}


def _read_number(row: Sequence[str], position: int) -> float | None:
    try:
        return float(row[position])
    except (ValueError, IndexError):
        return None
