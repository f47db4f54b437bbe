"""Files of a job that are opened at one moment and read later, whatever replaces them meanwhile."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

Version = tuple[int, int, int]  # inode, size in bytes, time of change (ns)


def read_version(status: os.stat_result) -> Version:
    """What differs whenever a file was replaced or appended to."""
    return status.st_ino, status.st_size, status.st_mtime_ns


class OpenedFile:
    """A file by its name in the job's folder, as it was when it was opened."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name, self._file = name, file
        self.version = read_version(os.fstat(file.fileno()))

    @property
    def size_bytes(self) -> int:
        return self.version[1]

    def is_called(self, *file_names: str) -> bool:
        """Whether it has one of these names, in whatever folder."""
        return self.name.rpartition("/")[2] in file_names

    def read(self, start: int = 0) -> bytes:
        """Its bytes from `start` on, to where it ended when it was opened."""
        self._file.seek(start)
        return self._file.read(self.size_bytes - start)

    def close(self) -> None:
        self._file.close()


class OpenedFiles(list[OpenedFile]):
    """Files in their order; those that are kept are not closed with the others."""

    def keep(self, file: OpenedFile) -> OpenedFile:
        """Hands a file over to whoever closes it."""
        self.remove(file)
        return file


@contextmanager
def open_all(wanted: Sequence[tuple[str, Path]]) -> Iterator[OpenedFiles]:
    """Opens files for the block, the last one first: what it relies on is at least as new. Passes over missing ones."""
    opened = OpenedFiles()
    try:
        for name, path in reversed(wanted):
            with suppress(FileNotFoundError):
                opened.insert(0, OpenedFile(name, path.open("rb")))
        yield opened
    finally:
        for file in opened:
            file.close()
