"""What a listing found of ended runs, kept for the next process: in a file of this machine, and beside the runs."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from types import NoneType
from typing import Any, Final, NamedTuple, get_args, get_type_hints

import orjson

from core.errors import DamagedFileError, FileNotStoredError
from core.runs import files
from core.runs.record import RunRecord
from core.storage.base import Storage, StoredFile
from core.storage.documents import parse_json, read_known
from core.storage.local import write_atomically

SHARED: Final = "cache/runs.json"
MANY: Final = 100  # records that are new: what a machine learnt of so many runs the others need not read again
_FIELDS: Final = tuple(field.name for field in fields(RunRecord))
_OPTIONAL: Final = {name for name, hint in get_type_hints(RunRecord).items() if NoneType in get_args(hint)}


class Remembered(NamedTuple):
    """A run that has ended, and the version of its `state.json` that says so."""

    state_file: StoredFile
    record: RunRecord


class RememberedRuns:
    """Records by run ids. What cannot be read or kept is as if it had never been."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        """`folder` is on this machine."""
        self._storage = storage
        self._path = folder / f"runs-{hashlib.sha256(storage.location.encode()).hexdigest()[:16]}.json"

    def load(self) -> Mapping[str, Remembered]:
        """What this machine knows, else what another has left."""
        try:
            return _parse(self._path.read_bytes())
        except OSError:
            pass
        try:
            content = self._storage.read(SHARED)
        except (OSError, FileNotStoredError):
            return {}
        self._keep(content)
        return _parse(content)

    def save(self, found: Mapping[str, Remembered], *, num_new: int) -> None:
        """Keeps these here, and where many are new there."""
        content = orjson.dumps(
            {
                "fields": _FIELDS,
                "runs": {
                    run_id: [*_pack(state_file), [getattr(record, name) for name in _FIELDS]]
                    for run_id, (state_file, record) in found.items()
                },
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


def _parse(content: bytes) -> dict[str, Remembered]:
    try:
        known = parse_json(content, SHARED)
        names, runs = known["fields"], known["runs"]
        return {run_id: found for run_id, packed in runs.items() if (found := _unpack(run_id, names, packed))}
    except (DamagedFileError, LookupError, TypeError, ValueError, AttributeError):
        return {}


def _unpack(run_id: str, names: Any, packed: Any) -> Remembered | None:
    """What one run's entry says; None where it is not what this version writes."""
    size_bytes, modified_at, tag, row = packed
    said = dict(zip(names, row, strict=True))
    known = read_known(RunRecord, said)
    if tuple(names) != _FIELDS or any(name not in known and not _may_lack(name, said) for name in _FIELDS):
        return None
    name = f"{files.RUNS}{run_id}/{files.STATE}"
    file = StoredFile(name, int(size_bytes), float(modified_at), 0.0, str(tag))
    values: dict[str, Any] = {name: known.get(name) for name in _FIELDS}
    return Remembered(file, RunRecord(**values))


def _may_lack(name: str, said: Mapping[str, Any]) -> bool:
    return name in _OPTIONAL and said[name] is None
