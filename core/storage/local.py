"""A local folder as a storage."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from core.errors import FileNotStoredError, InvalidInputError, StorageFullError, UnavailableError
from core.storage.base import StoredFile

PARTIAL_SUFFIX = ".partial"


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns the operating system's refusals to write `path` into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError(
                f"the disk of {path.parent} is full while writing {path.name}: free some space "
                "(old runs: wikics runs list, wikics runs delete) or point WIKICS_HOME elsewhere"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise UnavailableError(
                f"{path.parent} cannot be written to: give this user the right to, or point WIKICS_HOME elsewhere"
            ) from error
        raise


def write_atomically(path: Path, content: bytes, *, parents: bool = False) -> None:
    """Writes beside `path`, then renames, so that no reader ever sees half a file.

    parents: makes the folder where it is missing. Without it a folder that was deleted meanwhile stays deleted.
    """
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PARTIAL_SUFFIX}")
    with disk_errors(path):
        if parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(content)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


class LocalStorage:
    """Files below one folder; see `core.storage.base.Storage`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def location(self) -> str:
        return str(self.folder)

    def path(self, name: str) -> Path:
        """Where `name` lies on this disk. Raises InvalidInputError for a name that would leave the folder."""
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or "\0" in name:
            raise InvalidInputError(f"{name!r} is no name in a storage: use relative parts joined by '/'")
        return self.folder / pure

    def read(self, name: str, *, start: int = 0) -> bytes:
        try:
            with self.path(name).open("rb") as file:
                file.seek(start)
                return file.read()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise FileNotStoredError(f"nothing is stored as {name!r}") from error

    def write(self, name: str, content: bytes) -> None:
        write_atomically(self.path(name), content, parents=True)

    def create(self, name: str, content: bytes) -> bool:
        path = self.path(name)
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                file = path.open("xb")
            except FileExistsError:
                return False
            with file:
                try:
                    file.write(content)
                    file.flush()
                except OSError:
                    path.unlink(missing_ok=True)
                    raise
        return True

    def list(self, prefix: str = "") -> list[StoredFile]:
        folder = prefix.rpartition("/")[0]
        found = _files_below(self.path(folder), f"{folder}/" if folder else "")
        return sorted((file for file in found if file.name.startswith(prefix)), key=lambda file: file.name)

    def delete(self, prefix: str) -> None:
        path = self.path(prefix.rstrip("/"))
        if path == self.folder:
            raise InvalidInputError("name what to delete: an empty name would delete everything")
        with disk_errors(path):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(NotADirectoryError):
                    path.unlink(missing_ok=True)


def _files_below(folder: Path | str, name: str) -> Iterator[StoredFile]:
    """Every file below `folder`, whose own name in the storage is `name`."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:  # deleted meanwhile
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(entry.path, f"{name}{entry.name}/")
            elif not entry.name.endswith(PARTIAL_SUFFIX):
                with suppress(FileNotFoundError):
                    status = entry.stat()
                    yield StoredFile(name + entry.name, status.st_size, status.st_mtime)
