"""What a listing found of ended runs, kept for the next process: in a file of this machine, and beside the runs."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from core.errors import DamagedFileError, FileNotStoredError, InvalidInputError
from core.runs import files
from core.runs.labels import Label, parse_label
from core.runs.record import RunRecord
from core.runs.record_file import FIELDS, pack_record, unpack_record
from core.storage.base import Storage, StoredFile
from core.storage.documents import parse_json
from core.storage.local import write_atomically

SHARED: Final = "cache/runs.json"
MANY: Final = 100  # records that are new: what a machine learnt of so many runs the others need not read again


class Remembered(NamedTuple):
    """A run that has ended, and the version of its `state.json` that says so."""

    state_file: StoredFile
    record: RunRecord


class Memory(NamedTuple):
    """What is known by run ids: runs that have ended, and what people wrote on them, with its files."""

    runs: Mapping[str, Remembered]
    labels: Mapping[str, tuple[StoredFile, Label]]


class RememberedRuns:
    """Keeps a memory. What cannot be read or kept is as if it had never been."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        """`folder` is on this machine."""
        self._storage = storage
        self._path = folder / f"runs-{hashlib.sha256(storage.location.encode()).hexdigest()[:16]}.json"

    def find(self) -> bytes:
        """What this machine has kept, else what another has left, for `parse_memory`; empty where there is nothing."""
        try:
            return self._path.read_bytes()
        except OSError:
            pass
        try:
            content = self._storage.read(SHARED)
        except (OSError, FileNotStoredError):
            return b""
        self._keep(content)
        return content

    def save(self, known: Memory, *, num_new: int) -> None:
        """Keeps this here, and where many are new there."""
        content = orjson.dumps(
            {
                "fields": FIELDS,
                "runs": {
                    run_id: [*_pack(state_file), pack_record(record)]
                    for run_id, (state_file, record) in known.runs.items()
                },
                "labels": {run_id: [*_pack(file), label] for run_id, (file, label) in known.labels.items()},
            }
        )
        self._keep(content)
        if num_new >= MANY:
            with suppress(OSError):
                self._storage.write(SHARED, content)

    def _keep(self, content: bytes) -> None:
        with suppress(OSError):
            write_atomically(self._path, content, parents=True, durable=False)


def _pack(file: StoredFile) -> list[Any]:
    return [file.size_bytes, file.modified_at, file.tag]


def parse_memory(content: bytes) -> Memory:
    """What was kept; nothing where it cannot be read."""
    try:
        known = parse_json(content, SHARED)
        if tuple(known["fields"]) != FIELDS:
            return Memory({}, {})
        runs = {run_id: found for run_id, packed in known["runs"].items() if (found := _unpack(run_id, packed))}
        labels = {run_id: _unpack_label(run_id, *packed) for run_id, packed in known["labels"].items()}
    except (DamagedFileError, InvalidInputError, LookupError, TypeError, ValueError, AttributeError):
        return Memory({}, {})
    return Memory(runs, labels)


def _unpack_label(run_id: str, *packed: Any) -> tuple[StoredFile, Label]:
    *file, label = packed
    return _unpack_file(f"{files.RUNS}{run_id}/{files.LABEL}", *file), parse_label(label)


def _unpack_file(name: str, size_bytes: Any, modified_at: Any, tag: Any) -> StoredFile:
    return StoredFile(name, int(size_bytes), float(modified_at), 0.0, str(tag))


def _unpack(run_id: str, packed: Any) -> Remembered | None:
    """What one run's entry says; None where it is not what this version writes."""
    *file, row = packed
    record = unpack_record(row)
    return None if record is None else Remembered(_unpack_file(f"{files.RUNS}{run_id}/{files.STATE}", *file), record)
