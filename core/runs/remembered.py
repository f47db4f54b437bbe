"""What a listing found of ended runs, and how it is written for the next process."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from core.errors import DamagedFileError
from core.runs import files
from core.runs.labels import Label, parse_label
from core.runs.record import RunRecord
from core.runs.record_file import FIELDS, Row, pack_record
from core.storage.base import StoredFile
from core.storage.documents import UNREADABLE, parse_json


class Remembered(NamedTuple):
    """A run that has ended, and the version of its `state.json` that says so."""

    state_file: StoredFile
    record: RunRecord


class Memory(NamedTuple):
    """What is known by run ids: runs that have ended, and what people wrote on them, with its files."""

    runs: Mapping[str, Remembered]
    labels: Mapping[str, tuple[StoredFile, Label]]


class _Kept(msgspec.Struct):
    """A memory as its file has it, each run and label still as it is written."""

    fields: list[str]
    runs: dict[str, msgspec.Raw]
    labels: dict[str, msgspec.Raw]


_KEPT: Final = msgspec.json.Decoder(_Kept)
_RUN: Final = msgspec.json.Decoder(tuple[int, float, str, Row])
_LABEL: Final = msgspec.json.Decoder(tuple[int, float, str, msgspec.Raw])


def dump_memory(known: Memory) -> bytes:
    """As `parse_memory` reads it."""
    return orjson.dumps(
        {
            "fields": FIELDS,
            "runs": {
                run_id: [*_pack(state_file), pack_record(record)] for run_id, (state_file, record) in known.runs.items()
            },
            "labels": {run_id: [*_pack(file), label] for run_id, (file, label) in known.labels.items()},
        }
    )


def _pack(file: StoredFile) -> list[Any]:
    return [file.size_bytes, file.modified_at, file.tag]


def parse_memory(content: bytes) -> Memory:
    """What was kept; nothing where it cannot be read, or is not what this version writes."""
    try:
        kept = _KEPT.decode(content)
        if tuple(kept.fields) != FIELDS:
            return Memory({}, {})
        runs = {run_id: _unpack(run_id, packed) for run_id, packed in kept.runs.items()}
        labels = {run_id: _unpack_label(run_id, packed) for run_id, packed in kept.labels.items()}
    except (*UNREADABLE, DamagedFileError):
        return Memory({}, {})
    return Memory(runs, labels)


def _unpack(run_id: str, packed: msgspec.Raw) -> Remembered:
    size_bytes, modified_at, tag, row = _RUN.decode(packed)
    name = f"{files.RUNS}{run_id}/{files.STATE}"
    return Remembered(StoredFile(name, size_bytes, modified_at, 0.0, tag), RunRecord(*row))


def _unpack_label(run_id: str, packed: msgspec.Raw) -> tuple[StoredFile, Label]:
    size_bytes, modified_at, tag, label = _LABEL.decode(packed)
    name = f"{files.RUNS}{run_id}/{files.LABEL}"
    return StoredFile(name, size_bytes, modified_at, 0.0, tag), parse_label(parse_json(bytes(label), name))
