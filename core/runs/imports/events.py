"""TensorBoard's event files: records of framed, checksummed messages; scalars by tag, and hparams.

Sources: tensorflow/core/lib/io/record_writer.h (the frames), tensorboard/compat/proto/{event,summary,tensor}.proto and
tensorboard/plugins/hparams/plugin_data.proto (the messages).
"""

import struct
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Final

import google_crc32c
import numpy as np

from core.runs.imports.foreign import ForeignRun, Plain
from core.runs.imports.limits import MAX_SETTINGS, UnreadableError, check_count
from core.runs.imports.wire import (
    Field,
    read_bytes,
    read_double,
    read_fields,
    read_float,
    read_int,
    read_text,
    write_bytes,
    write_double,
    write_float,
    write_int,
)

MARK: Final = "tfevents"  # in the name of every event file
FIRST: Final = "brain.Event:2"  # what the first record of every event file says
_MASK: Final = 0xA282EAD8
_HPARAMS: Final = "_hparams_/session_start_info"
# Of a tensor: where a type's numbers stand as a list, and how as raw bytes.
_DTYPES: Final[Mapping[int, str]] = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}
_LISTS: Final[Mapping[int, str]] = {5: "<f4", 6: "<f8"}


def read_events(path: Path, run: ForeignRun) -> None:
    """Adds the scalars and hparams of one event file to a run. Raises UnreadableError for what is no whole one."""
    is_first = True
    for content in _read_records(path.read_bytes()):
        try:
            _read_event(content, run, is_first=is_first)
        except ValueError as error:  # also of a text that is no UTF-8
            if isinstance(error, UnreadableError):
                raise
            raise UnreadableError("it is damaged: a record of it is no event") from error
        is_first = False
    if is_first:
        raise UnreadableError("it is empty")


def _read_records(content: bytes) -> Iterator[bytes]:
    at, end = 0, len(content)
    while at < end:
        if at + 12 > end:
            raise UnreadableError("it is cut off" if at else "it is no event file of TensorBoard's")
        (size,) = struct.unpack_from("<Q", content, at)
        (checksum,) = struct.unpack_from("<I", content, at + 8)
        if checksum != _checksum(content[at : at + 8]):
            raise UnreadableError("it is damaged" if at else "it is no event file of TensorBoard's")
        if at + size + 16 > end:
            raise UnreadableError("it is cut off")
        record = content[at + 12 : at + 12 + size]
        (checksum,) = struct.unpack_from("<I", content, at + 12 + size)
        if checksum != _checksum(record):
            raise UnreadableError("it is damaged: the checksum of a record is another")
        yield record
        at += size + 16


def _checksum(content: bytes) -> int:
    crc: int = google_crc32c.value(content)
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def _read_event(content: bytes, run: ForeignRun, *, is_first: bool) -> None:
    at, step, summary, version = None, 0, b"", ""
    for number, field in read_fields(content):
        if number == 1:
            at = read_double(field)
        elif number == 2:
            step = read_int(field)
        elif number == 3:
            version = read_text(field)
        elif number == 5:
            summary = read_bytes(field)
    if is_first and not version.startswith("brain.Event:"):
        raise UnreadableError("it is no event file of TensorBoard's")
    for number, field in read_fields(summary):
        if number == 1:
            _read_value(read_bytes(field), run, max(step, 0), at)


def _read_value(content: bytes, run: ForeignRun, step: int, at: float | None) -> None:
    """One value of a summary: a number, a tensor of one number, the hparams, or what is no scalar."""
    tag, number, tensor, metadata = "", None, None, b""
    for key, field in read_fields(content):
        if key == 1:
            tag = read_text(field)
        elif key == 2:
            number = read_float(field)
        elif key == 8:
            tensor = read_bytes(field)
        elif key == 9:
            metadata = read_bytes(field)
    if tag == _HPARAMS:
        run.settings.update(_read_hparams(metadata))
        return
    if number is None and tensor is not None:
        number = _read_tensor(tensor)
    if number is not None and tag:
        run.add(step, tag, number, at if at is not None and isfinite(at) and at > 0 else None)


def _read_tensor(content: bytes) -> float | None:
    """The number of a tensor that holds one; None for any other."""
    fields = dict(read_fields(content))
    raw, kind = fields.get(4), _DTYPES.get(read_int(fields.get(1, 0)), "")
    for number, of_list in _LISTS.items():
        if number in fields:
            raw, kind = fields[number], of_list
    if not kind or raw is None or isinstance(raw, int) or len(raw) != np.dtype(kind).itemsize:
        return None
    return float(np.frombuffer(raw, kind)[0])


def _find(content: bytes, *path: int) -> list[bytes]:
    """The messages at the end of a path of fields."""
    found = [content]
    for number in path:
        found = [read_bytes(field) for message in found for key, field in read_fields(message) if key == number]
    return found


def _read_hparams(metadata: bytes) -> dict[str, Plain]:
    entries = _find(metadata, 1, 2, 3, 1)
    check_count(len(entries), "hparams", most=MAX_SETTINGS)
    found: dict[str, Plain] = {}
    for entry in entries:
        fields = dict(read_fields(entry))
        for number, field in read_fields(read_bytes(fields.get(2, b""))):
            found[read_text(fields.get(1, b""))] = _read_plain(number, field)
    return found


def _read_plain(number: int, field: Field) -> Plain:
    if number == 2:
        value = read_double(field)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if number == 3:
        return read_text(field)
    return bool(read_int(field)) if number == 4 else None


def dump_events(
    rows: Mapping[int, Mapping[str, float]], times: Mapping[int, float], settings: Mapping[str, Plain]
) -> bytes:
    """An event file with these scalars by step and tag, and these hparams. times: Unix seconds by step."""
    first = min(times.values(), default=0.0)
    events = [write_double(1, first) + write_bytes(3, FIRST.encode())]
    if settings:
        events.append(write_double(1, first) + write_bytes(5, write_bytes(1, _dump_hparams(settings))))
    for step, row in rows.items():
        values = (write_bytes(1, write_bytes(1, tag.encode()) + write_float(2, value)) for tag, value in row.items())
        at = times.get(step, first)
        events.append(write_double(1, at) + write_int(2, step) + write_bytes(5, b"".join(values)))
    return b"".join(map(_frame, events))


def _dump_hparams(settings: Mapping[str, Plain]) -> bytes:
    entries = b"".join(
        write_bytes(1, write_bytes(1, name.encode()) + write_bytes(2, _dump_plain(value)))
        for name, value in settings.items()
        if value is not None
    )
    plugin = write_bytes(1, b"hparams") + write_bytes(2, write_bytes(3, entries))
    return write_bytes(1, _HPARAMS.encode()) + write_bytes(9, write_bytes(1, plugin))


def _dump_plain(value: Plain) -> bytes:
    if isinstance(value, bool):
        return write_int(4, value)
    if isinstance(value, int | float):
        return write_double(2, value)
    return write_bytes(3, str(value).encode())


def _frame(record: bytes) -> bytes:
    size = struct.pack("<Q", len(record))
    return b"".join((size, struct.pack("<I", _checksum(size)), record, struct.pack("<I", _checksum(record))))
