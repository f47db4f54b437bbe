"""A job's folder as its own process writes it: local, readable without this program."""

import json
import os
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from core.errors import DamagedFileError
from core.runs import files
from core.runs.state import RunState, build_state
from core.storage.documents import dump_json, parse_json
from core.storage.local import disk_errors, write_atomically

MAX_LOG_BYTES: Final = 2**22
LOG_HEAD_BYTES, LOG_KEPT_BYTES = 2**16, 2**20  # of a log that grew beyond: its beginning, and its end


class JobFolder:
    """The write side of one job, a run or a benchmark. Readers go through the stores.

    A job that is preemptible goes on when it is started again after SIGTERM, which is no request of a person's.
    """

    def __init__(self, path: Path, *, preemptible: bool = False) -> None:
        self.path = path
        self.terminated = threading.Event()  # by SIGTERM, before anybody had asked to stop
        self._preemptible = preemptible

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def stop_requested(self) -> bool:
        return (self.path / files.STOP).exists()

    @property
    def preempted(self) -> bool:
        """Whether the job ends since its machine is needed for something else."""
        return self._preemptible and self.terminated.is_set()

    def read_json(self, name: str) -> dict[str, Any]:
        """The content of one of the JSON files. Raises DamagedFileError for one that is not whole."""
        try:
            return parse_json((self.path / name).read_bytes(), str(self.path / name))
        except DamagedFileError as error:
            raise DamagedFileError(f"{error}: restore it, or delete {self.id} and start anew") from error

    def write_json(self, name: str, content: dict[str, Any], *, durable: bool = True) -> None:
        """Replaces one of the JSON files whole, to outlive a power cut. NaN and infinity are refused by ValueError."""
        write_atomically(self.path / name, dump_json(content), durable=durable)

    def read_state(self) -> RunState:
        return build_state(self.read_json(files.STATE))

    def write_state(self, state: RunState, *, durable: bool = True) -> None:
        self.write_json(files.STATE, asdict(state), durable=durable)

    def trim_log(self) -> None:
        """Cuts the middle out of a log that has become too long, and says so there.

        Whoever appends to it goes on at its new end; what is written in this very moment may be lost.
        """
        path = self.path / files.LOG
        if not path.exists() or path.stat().st_size <= MAX_LOG_BYTES:
            return
        with path.open("r+b") as file:
            head = file.read(LOG_HEAD_BYTES).rpartition(b"\n")[0]
            file.seek(-LOG_KEPT_BYTES, os.SEEK_END)
            tail = file.read().partition(b"\n")[2]
            note = f"\n--- here lines are left out: a log grows to {MAX_LOG_BYTES:,} bytes ---\n"
            file.seek(len(head))
            file.write(note.encode() + tail)
            file.truncate()

    def overwrite_state(self, state: RunState) -> None:
        """Writes the state over the old one: all that a full disk allows, since it needs no new block."""
        path = self.path / files.STATE
        with disk_errors(path), path.open("r+b") as file:
            file.write(json.dumps(asdict(state)).encode() + b"\n")
            file.truncate()


class RunFolder(JobFolder):
    """The write side of one run. `owner` is the job that trains it as a part of itself, and is asked to stop."""

    def __init__(self, path: Path, *, owner: JobFolder | None = None) -> None:
        super().__init__(path)
        self._owner = owner

    @property
    def stop_requested(self) -> bool:
        return super().stop_requested or (self._owner is not None and self._owner.stop_requested)

    @property
    def profile_requested(self) -> bool:
        return (self.path / files.PROFILE_REQUEST).exists()
