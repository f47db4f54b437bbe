"""A local folder as a storage."""

import errno
import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import FileNotStoredError, StorageFullError, UnavailableError
from core.storage.base import StoredFile
from core.storage.names import (
    ALL_BELOW,
    HOME,
    PARTIAL_SUFFIX,
    check_name,
    check_prefix,
    compile_part,
    name_in_home,
    split_pattern,
)

_FAILURES = (errno.EIO, errno.EFBIG, errno.ENXIO, errno.ENODEV, errno.ESTALE, errno.EMLINK, errno.ENFILE, errno.EMFILE)
_NOTHING_THERE = (errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG)
# Something is there, and cannot be looked at: this user may not, links lead in a circle, the disk does not answer.
_UNREADABLE = (errno.EACCES, errno.EPERM, errno.ELOOP, errno.EIO, errno.ESTALE)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV)
_UNKNOWN = os.stat_result((stat.S_IFREG, 0, 0, 0, 0, 0, 0, 0, 0, 0))


def explain_disk_error(error: OSError, path: Path) -> UnavailableError | None:
    """The operating system's refusal to write `path` in a sentence; None for what is none."""
    name = name_in_home(path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFullError(
            f"the disk of {HOME} is full while writing {name}: free some space "
            "(old runs: wikics runs list, wikics runs delete) or point WIKICS_HOME elsewhere"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UnavailableError(
            f"{name} cannot be written in {HOME}: give this user the right to, or point {HOME} elsewhere"
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return UnavailableError(
            f"{name} cannot be written in {HOME}, since there is a file where one of its folders should be: "
            "move that file away, or point WIKICS_HOME elsewhere"
        )
    if error.errno in (errno.EISDIR, errno.ENOTEMPTY):
        return UnavailableError(
            f"{name} cannot be written in {HOME}, since there is a folder in its place: move that away, or delete it"
        )
    if error.errno in _FAILURES:
        return UnavailableError(
            f"the disk of {HOME} failed while writing {name} ({os.strerror(error.errno)}): check that "
            "disk, or point WIKICS_HOME elsewhere"
        )
    return None


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns the operating system's refusals to write `path` into sentences."""
    try:
        yield
    except OSError as error:
        if told := explain_disk_error(error, path):
            raise told from error
        raise


@contextmanager
def replaced(path: Path, *, parents: bool = False, durable: bool = True) -> Iterator[Path]:
    """Where to write what is renamed to `path` at the end of the block, so that no reader ever sees half a file.

    parents: makes the folder where it is missing. Without it a folder that was deleted meanwhile stays deleted.
    durable: what was written outlives a power cut from the end of the block on.
    """
    partial = name_partial(path)
    with disk_errors(path), folder_made(path.parent) if parents else nullcontext():
        try:
            yield partial
            if durable:
                _sync(partial)
            partial.replace(path)
            if durable:
                _sync(path.parent)
        finally:
            with suppress(OSError):  # a disk that takes nothing more; who reads passes over it
                partial.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes | memoryview, *, parents: bool = False, durable: bool = True) -> None:
    """Replaces a file whole; see `replaced`."""
    with replaced(path, parents=parents, durable=durable) as partial:
        partial.write_bytes(content)


def name_partial(path: Path) -> Path:
    """A name that nobody else writes to and no reader looks at, beside `path`."""
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}{PARTIAL_SUFFIX}")


@contextmanager
def folder_made(folder: Path) -> Iterator[None]:
    """Makes a folder where it is missing, to outlive a power cut; it is not left behind empty where the block fails."""
    missing = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if missing:
            _sync(folder.parent)
        yield
    except BaseException:
        if missing:
            with suppress(OSError):  # somebody else has put something into it
                folder.rmdir()
        raise


def _link(source: Path, path: Path) -> bool:
    """Gives a whole file the name `path`, for good. False where something has it: of many at once one gets it."""
    try:
        path.hardlink_to(source)
        content = b""
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        try:
            path.open("xb").close()  # who reads before the rest is there sees a part
        except FileExistsError:
            return False
        content = source.read_bytes()
    try:
        if content:
            path.write_bytes(content)
            _sync(path)
        _sync(path.parent)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return True


def _sync(path: Path) -> None:
    """Has the disk keep a file's bytes, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that knows no such thing of folders
            raise
    finally:
        os.close(descriptor)


class LocalStorage:
    """Files below one folder; see `core.storage.base.Storage`. `now` is the clock of its disk (Unix seconds)."""

    def __init__(self, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._now = now

    @property
    def location(self) -> str:
        return str(self.folder)

    def path(self, name: str) -> Path:
        """Where `name` lies on this disk. Raises InvalidInputError for a name that would leave the folder."""
        return self.folder / check_name(name)

    def read(self, name: str, *, start: int = 0) -> bytes:
        with self.open(name, buffering=0) as file:
            file.seek(start)
            return file.read()

    def open(self, name: str, *, buffering: int = -1) -> BinaryIO:
        """The file itself, to read what is too large for memory. Raises FileNotStoredError."""
        try:
            return open(f"{self.folder}/{check_name(name)}", "rb", buffering)  # noqa: PTH123  # a tick opens hundreds
        except OSError as error:
            if error.errno in _NOTHING_THERE:
                raise FileNotStoredError(f"nothing is stored as {name!r}") from error
            raise UnavailableError(
                f"{name} cannot be read ({error.strerror}): give this user the right to, or delete it"
            ) from error

    def write(self, name: str, content: bytes | memoryview) -> None:
        write_atomically(self.path(name), content, parents=True)

    def create(self, name: str, content: bytes) -> bool:
        path = self.path(name)
        partial = name_partial(path)
        with disk_errors(path), folder_made(path.parent):
            try:
                partial.write_bytes(content)
                _sync(partial)
                return _link(partial, path)
            finally:
                with suppress(OSError):
                    partial.unlink(missing_ok=True)

    def list(self, pattern: str) -> list[StoredFile]:
        found: list[tuple[str, os.stat_result]] = []
        _find(str(self.folder), "", split_pattern(pattern), found)
        now = self._now()
        return [
            StoredFile(name, status.st_size, status.st_mtime, now - status.st_mtime) for name, status in sorted(found)
        ]

    def delete(self, prefix: str) -> None:
        path = self.folder / check_prefix(prefix)
        with disk_errors(path), _missing_is_nothing():
            if stat.S_ISDIR(path.lstat().st_mode):
                shutil.rmtree(path, onerror=_raise_unless_changed)
            else:
                path.unlink(missing_ok=True)


def _raise_unless_changed(_call: object, _path: object, error: Any) -> None:
    """Passes over what was deleted meanwhile, or written anew into a folder that is deleted under its writer."""
    if error[1].errno not in (*_NOTHING_THERE, errno.ENOTEMPTY):
        raise error[1]


@contextmanager
def _missing_is_nothing() -> Iterator[None]:
    """Passes over what is not there, or was deleted meanwhile."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NOTHING_THERE:
            raise


def _find(folder: str, name: str, parts: Sequence[str], found: list[tuple[str, os.stat_result]]) -> None:
    """Adds the files below `folder`, itself named `name`, that match the rest of a pattern.

    A part without `*` costs no look at its neighbours: `runs/*/state.json` is one directory and one status a run.
    Links to folders are followed where they are named, never where `*` finds them.
    """
    part, rest = parts[0], parts[1:]
    if "*" not in part:
        if rest:
            _find(f"{folder}/{part}", f"{name}{part}/", rest, found)
        elif (status := _read_status(f"{folder}/{part}")) is not None:
            found.append((name + part, status))
        return
    matches = compile_part(part)
    with _missing_is_nothing(), os.scandir(folder) as entries:
        for entry in entries:
            if not matches(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if rest or part == ALL_BELOW:
                    try:
                        _find(entry.path, f"{name}{entry.name}/", rest or parts, found)
                    except OSError as error:
                        if error.errno not in _UNREADABLE:  # else it does not hide those beside it
                            raise
            elif not rest and (status := _read_status(entry.path)) is not None:
                found.append((name + entry.name, status))


def _read_status(path: str) -> os.stat_result | None:
    """What the disk says of a whole file; None for anything else. Of what cannot be looked at, _UNKNOWN."""
    if path.endswith(PARTIAL_SUFFIX):
        return None
    try:
        status = os.stat(path)  # noqa: PTH116  # half the cost of Path.stat, a thousand times a listing
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return None
        if error.errno in _UNREADABLE:
            return _UNKNOWN  # whoever reads it is told
        raise
    return status if stat.S_ISREG(status.st_mode) else None
