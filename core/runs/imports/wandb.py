"""W&B's offline runs: the log of records in `run-ID.wandb`, or what lies beside it as JSON, YAML and CSV.

Sources: wandb/proto/wandb_internal.proto (the messages), LevelDB's doc/log_format.md (the log around them).
"""

import struct
from collections.abc import Iterator, Mapping
from math import nan
from pathlib import Path
from typing import Any, Final

import orjson
import yaml

from core.runs.imports.foreign import ForeignRun, read_settings
from core.runs.imports.limits import UnreadableError
from core.runs.imports.wire import Field, read_bytes, read_double, read_fields, read_int, read_text

SUFFIX: Final = ".wandb"
CONFIG: Final = "config.yaml"
SUMMARY: Final = "wandb-summary.json"
_BEGIN: Final = b":W&B"
_HEADER_BYTES: Final = 7  # before the first block, of which it is part
_BLOCK_BYTES: Final = 32_768
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_TIME, _STEP = "_timestamp", "_step"


def read_log(path: Path, run: ForeignRun) -> None:
    """Adds history and config of an offline run. Raises UnreadableError for what is no whole log of one."""
    content = path.read_bytes()
    if not content.startswith(_BEGIN):
        raise UnreadableError("it is empty" if not content else "it is no log of a W&B run")
    try:
        for record in _read_records(content):
            for number, field in read_fields(record):
                if number == 2:
                    _read_history(read_bytes(field), run)
                elif number == 5:
                    run.settings.update(read_settings(dict(_read_items(read_bytes(field)))))
                elif number == 17:
                    _read_run(read_bytes(field), run)
    except UnreadableError:
        raise
    except ValueError as error:
        raise UnreadableError("it is damaged, or cut off") from error


def _read_records(content: bytes) -> Iterator[bytes]:
    at, whole = _HEADER_BYTES, b""
    while at < len(content):
        room = _BLOCK_BYTES - at % _BLOCK_BYTES
        if room < 7:
            at += room
            continue
        size, kind = struct.unpack_from("<4xHB", content[at : at + 7].ljust(7, b"\0"))
        if at + 7 + size > len(content) or size > room - 7:
            raise UnreadableError("it is cut off")
        if kind == 0 and size == 0:
            at += room
            continue
        piece = content[at + 7 : at + 7 + size]
        at += 7 + size
        if kind not in (_FULL, _FIRST, _MIDDLE, _LAST):
            raise UnreadableError("it is damaged")
        whole = piece if kind in (_FULL, _FIRST) else whole + piece
        if kind in (_FULL, _LAST):
            yield whole


def _read_history(content: bytes, run: ForeignRun) -> None:
    row = dict(_read_items(content))
    step = row.get(_STEP)
    for number, field in read_fields(content):
        if number == 2:
            step = next((read_int(value) for key, value in read_fields(read_bytes(field)) if key == 1), 0)
    if not isinstance(step, int | float):
        step = max(run.rows, default=-1) + 1
    add_row(run, int(step), row)


def add_row(run: ForeignRun, step: int, row: Mapping[str, Any]) -> None:
    """Adds the numbers of one row of a history; what W&B notes for itself begins with `_`."""
    at = row.get(_TIME)
    for name, value in row.items():
        if name and not name.startswith(("_", "system/")) and (number := _as_number(value)) is not None:
            run.add(max(step, 0), name, number, float(at) if isinstance(at, int | float) and at > 0 else None)


def _as_number(value: Any) -> float | None:
    if value in ("NaN", "Infinity", "-Infinity"):
        return float(value)
    return float(value) if isinstance(value, int | float) else None


def _read_items(content: bytes) -> Iterator[tuple[str, Any]]:
    """Keys and values of a history, a config or a summary."""
    for number, field in read_fields(content):
        if number != 1:
            continue
        key, nested, value = "", [], None
        for part, said in read_fields(read_bytes(field)):
            if part == 1:
                key = read_text(said)
            elif part == 2:
                nested.append(read_text(said))
            else:
                value = _read_item(part, said)
        yield key or ".".join(nested), value


def _read_item(part: int, said: Field) -> Any:
    if part in (8, 16):
        text = read_text(said)
        return nan if text == "NaN" else orjson.loads(text)
    if part == 4:
        return bool(read_int(said))
    if part == 5:  # zigzag: the sign is the last bit
        number = read_int(said) & (2**64 - 1)
        return number >> 1 ^ -(number & 1)
    if part == 6:
        return read_double(said)
    return read_text(said) if part == 7 else None


def _read_run(content: bytes, run: ForeignRun) -> None:
    for number, field in read_fields(content):
        if number == 4:
            run.settings.update(read_settings(dict(_read_items(read_bytes(field)))))
        elif number == 8:
            run.title = read_text(field)


def read_config(path: Path, run: ForeignRun) -> None:
    """Adds the settings of a `config.yaml`; one that cannot be read says nothing."""
    try:
        found = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    if isinstance(found, dict):
        run.settings.update(read_settings(found))


def read_summary(path: Path, run: ForeignRun) -> None:
    """Adds the last values of a run whose history is not there, as its one row. Raises UnreadableError."""
    try:
        found = orjson.loads(path.read_bytes())
    except ValueError as error:
        raise UnreadableError("it is damaged") from error
    if not isinstance(found, dict):
        raise UnreadableError("it is damaged")
    step = found.get(_STEP)
    add_row(run, int(step) if isinstance(step, int | float) else 0, found)
