"""The names that people give to runs: `label.json` in a run's folder, beside what its trainer writes."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from core.errors import DamagedFileError, FileNotStoredError, InvalidInputError
from core.runs import files
from core.storage.base import NUM_READERS, SharedStorage, Storage, StoredFile
from core.storage.documents import dump_json, load_json

MAX_CHARACTERS: Final = 60


def check_name(name: str) -> str:
    """A name without space around it. Raises InvalidInputError for one that no list could show in a line."""
    name = " ".join(name.split())
    shown = ascii(name[:MAX_CHARACTERS])
    if len(name) > MAX_CHARACTERS:
        raise InvalidInputError(
            f"{shown} cannot name a run: it has {len(name)} characters, expected at most {MAX_CHARACTERS}"
        )
    if not name.isprintable():
        raise InvalidInputError(f"{shown} cannot name a run: it holds characters that are not seen; leave them out")
    return name


class RunLabels:
    """The names of a storage's runs, by id; a run without one is not in it. May be used from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._known: dict[str, tuple[StoredFile, str]] = {}
        self._reading = threading.Lock()

    def read_all(self, run_id: str = "*", *, listed: Sequence[StoredFile] | None = None) -> dict[str, str]:
        """The names of all runs, or of one; `listed` are their files. Nothing is read of a file that is as it was."""
        if listed is None:
            listed = self._storage.list(f"{files.RUNS}{run_id}/{files.LABEL}")
        stored = {file.name.split("/")[1]: file for file in listed}
        with self._reading:
            if run_id == "*":
                for gone in self._known.keys() - stored.keys():
                    del self._known[gone]
            new = {found: file for found, file in stored.items() if self._find(found, file) is None}
            if isinstance(self._storage, SharedStorage):
                with ThreadPoolExecutor(max(1, min(NUM_READERS, len(new)))) as pool:
                    list(pool.map(self._read, new.keys(), new.values()))
            else:
                for found, file in new.items():
                    self._read(found, file)
            return {found: name for found, file in stored.items() if (name := self._find(found, file))}

    @property
    def known(self) -> Mapping[str, tuple[StoredFile, str]]:
        """The names as they were read, with their files."""
        with self._reading:
            return dict(self._known)

    def recall(self, known: Mapping[str, tuple[StoredFile, str]]) -> None:
        """Takes for true what an earlier process has read, while the files are these."""
        with self._reading:
            self._known = {**known, **self._known}

    def write(self, run_id: str, name: str) -> None:
        """Names a run; an empty name takes its own away."""
        with self._reading:
            self._known.pop(run_id, None)
        if name:
            self._storage.write(f"{files.RUNS}{run_id}/{files.LABEL}", dump_json({"name": name}))
        else:
            self._storage.delete(f"{files.RUNS}{run_id}/{files.LABEL}")

    def _find(self, run_id: str, file: StoredFile) -> str | None:
        """The name that was read of this file; None where it was not."""
        known = self._known.get(run_id)
        return known[1] if known and known[0] == file else None

    def _read(self, run_id: str, file: StoredFile) -> None:
        try:
            name = load_json(self._storage, file.name).get("name")
            self._known[run_id] = file, check_name(name) if isinstance(name, str) else ""
        except FileNotStoredError:  # deleted meanwhile
            self._known.pop(run_id, None)
        except (DamagedFileError, InvalidInputError):  # no name, which whoever renames the run writes anew
            self._known[run_id] = file, ""
