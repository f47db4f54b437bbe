"""The files of a folder or an archive in which runs may be: unpacked within limits, under names of our own."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from core.runs.imports.limits import MAX_FILE_BYTES, MAX_FILES, MAX_XZ_BYTES, UnreadableError, check_count

ARCHIVES: Final = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
_PIECE_BYTES: Final = 2**20
# What the standard library raises for bytes that are no archive, are cut off, encrypted, or of an unknown method.
_BROKEN: Final = (
    *(tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error),
    *(EOFError, OSError, ValueError, RuntimeError, NotImplementedError, LookupError),
)


@dataclass(frozen=True)
class Given:
    """A file: its name, which begins with that of the folder or archive, and where its bytes lie on this machine."""

    name: PurePosixPath
    path: Path


def find_archive_suffix(name: str) -> str:
    """The end of an archive's name; empty for what is none."""
    return max((suffix for suffix in ARCHIVES if name.lower().endswith(suffix)), key=len, default="")


def list_folder(folder: Path) -> list[Given]:
    """Every file below a folder; links are not followed. Raises UnreadableError."""
    found: list[Given] = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            check_count(len(found) + 1, "files", most=MAX_FILES)
            path = Path(place, name)
            if not path.is_symlink():
                found.append(Given(PurePosixPath(folder.resolve().name, path.relative_to(folder).as_posix()), path))
    return found


class Unpacker:
    """Unpacks archives into one folder. What a member is called decides nothing of where its bytes go."""

    def __init__(self, folder: Path, *, limit_bytes: int, is_wanted: Callable[[str], bool]) -> None:
        """limit_bytes: of all archives together, unpacked. is_wanted: whether a file of this name is kept."""
        self._folder, self._left_bytes, self._is_wanted = folder, limit_bytes, is_wanted
        self._num_files = 0

    def unpack(self, archive: Path, name: PurePosixPath) -> list[Given]:
        """The wanted files of an archive, which a person calls `name`. Raises UnreadableError."""
        stem = name.name[: len(name.name) - len(find_archive_suffix(name.name))]
        try:
            with archive.open("rb") as file:
                members = self._read_zip(file) if zipfile.is_zipfile(file) else self._read_tar(file)
                return [
                    self._keep(source, name.parent / _place(member, stem))
                    for member, source in members
                    if self._counts(member)
                ]
        except UnreadableError:
            raise
        except _BROKEN as error:
            raise UnreadableError("it is no archive that is read, damaged, or cut off") from error

    def _counts(self, member: str) -> bool:
        self._num_files += 1
        check_count(self._num_files, "files", most=MAX_FILES)
        return self._is_wanted(member)

    def _keep(self, source: IO[bytes], name: PurePosixPath) -> Given:
        path, size_bytes = self._folder / str(self._num_files), 0
        with path.open("wb") as target:
            while piece := source.read(_PIECE_BYTES):
                size_bytes += len(piece)
                if size_bytes > MAX_FILE_BYTES:
                    raise UnreadableError(
                        f"it holds a file of more than {MAX_FILE_BYTES >> 20} MB, the most that is read"
                    )
                target.write(piece)
        return Given(name, path)

    def spend(self, size_bytes: int) -> None:
        """Counts unpacked bytes. Raises UnreadableError beyond the limit."""
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise UnreadableError("it unpacks to more than is read at once: import parts of it")

    def _read_zip(self, file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            check_count(len(infos), "files", most=MAX_FILES)
            for info in infos:
                if not info.is_dir():
                    with archive.open(info) as member, io.BufferedReader(_Spending(member, self)) as source:
                        yield info.filename, source

    def _read_tar(self, file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
        stream = io.BufferedReader(_Spending(_decompress(file), self), _PIECE_BYTES)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if member.isreg() and (source := archive.extractfile(member)) is not None:
                    yield member.name, source


def _place(member: str, stem: str) -> PurePosixPath:
    """A member's name below its archive's. Raises UnreadableError for one that would leave it."""
    name = PurePosixPath(member.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts:
        raise UnreadableError(f"it holds {member[:80]!r}, which would be written outside its folder")
    return name if name.parts[:1] == (stem,) else stem / name


def _decompress(file: IO[bytes]) -> IO[bytes]:
    """What a compressed stream holds, told by its first bytes; memory for unpacking is bounded."""
    file.seek(0)
    begin = file.read(6)
    file.seek(0)
    if begin.startswith(b"\x1f\x8b"):
        return io.BufferedReader(gzip.GzipFile(fileobj=file))
    if begin.startswith(b"BZh"):
        return bz2.BZ2File(file)
    return io.BufferedReader(_Xz(file)) if begin.startswith(b"\xfd7zXZ\x00") else file


class _Xz(io.RawIOBase):
    """An .xz stream, which may ask for gigabytes of memory: lzma's own file has no limit of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, MAX_XZ_BYTES)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = b""
        while not content and not self._decompressor.eof:
            new = self._file.read(_PIECE_BYTES) if self._decompressor.needs_input else b""
            if self._decompressor.needs_input and not new:
                raise EOFError
            content = self._decompressor.decompress(new, len(buffer))
        buffer[: len(content)] = content
        return len(content)


class _Spending(io.RawIOBase):
    """A stream whose bytes are counted as they are read, those of members that nobody wants too."""

    def __init__(self, stream: IO[bytes], unpacker: Unpacker) -> None:
        self._stream, self._unpacker = stream, unpacker

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._stream.read(len(buffer))
        self._unpacker.spend(len(content))
        buffer[: len(content)] = content
        return len(content)
