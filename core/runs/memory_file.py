"""The file in which one process leaves the next what a listing found of ended runs; it imports little."""

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.errors import FileNotStoredError
from core.runs import files
from core.storage.ahead import begin
from core.storage.base import Storage, StoredFile
from core.storage.local import write_atomically

MANY: Final = 100  # records that are new: what a machine learnt of so many runs the others need not read again


class MemoryFile:
    """On this machine, and beside the runs. What is not there, or cannot be kept, is as if it had never been."""

    def __init__(self, storage: Storage, home: Path) -> None:
        """home: the folder of this machine."""
        self._storage = storage
        self.path = home / files.name_memory(storage.location)
        self._listing: Future[Sequence[StoredFile]] | None = None

    def foresee(self) -> None:
        """Asks now what has changed since this machine kept something, for the first who asks then."""
        if self.path.is_file():
            self._listing = begin(self._list_changing)

    def begin_listing(self) -> Future[Sequence[StoredFile]]:
        """The files of all runs that tell of changes."""
        listing, self._listing = self._listing, None
        return listing or begin(self._list_changing)

    def find(self) -> bytes:
        """What this machine has kept, else what another has left, for `parse_memory`; empty where there is nothing.

        Raises UnavailableError for a storage that does not answer: it would not tell of its runs either.
        """
        try:
            return self.path.read_bytes()
        except OSError:
            pass
        try:
            content = self._storage.read(files.SHARED)
        except FileNotStoredError:
            return b""
        self._keep(content)
        return content

    def save(self, content: bytes, *, num_new: int) -> None:
        """Keeps this here, and where many records are new there."""
        self._keep(content)
        if num_new >= MANY:
            with suppress(OSError):
                self._storage.write(files.SHARED, content)

    def _list_changing(self) -> Sequence[StoredFile]:
        return self._storage.list(files.CHANGED)

    def _keep(self, content: bytes) -> None:
        with suppress(OSError):
            write_atomically(self.path, content, parents=True, durable=False)
