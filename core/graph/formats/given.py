"""What a person gives to be read as a graph: a file, a folder's files, or files that were sent."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from core.errors import ArchiveError
from core.graph.limits import MAX_SENT_BYTES, MAX_SENT_TEXT_BYTES
from core.storage.arrays import MAX_UNPACKED_BYTES

MAX_TEXT_BYTES: Final = 2**30  # of one file that is read as text or pickle, whole in memory
MAX_FILES: Final = 10_000  # of a folder


@dataclass(frozen=True)
class Given:
    """Files by their names, on this disk or in memory; `name` is what messages call the whole."""

    name: str
    files: Mapping[str, Path | bytes]
    is_folder: bool = False
    limit_bytes: int = MAX_UNPACKED_BYTES  # of its arrays, once unpacked
    limit_text_bytes: int = MAX_TEXT_BYTES

    @property
    def stem(self) -> str:
        """The name without the suffix that a file has."""
        return self.name if self.is_folder else Path(self.name).stem

    def open(self, name: str) -> BinaryIO:
        """One of the files, to be read. Raises ArchiveError where this user may not."""
        content = self.files[name]
        try:
            return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
        except OSError as error:
            raise ArchiveError(f"{name} cannot be opened ({error.strerror}): give this user the right to") from error

    def read(self, name: str, *, limit_bytes: int = MAX_TEXT_BYTES) -> bytes:
        """The content of one of the files. Raises ArchiveError for one that is larger than the limit."""
        limit_bytes = min(limit_bytes, self.limit_text_bytes)
        with self.open(name) as file:
            content = file.read(limit_bytes + 1)
        if len(content) > limit_bytes:
            raise ArchiveError(
                f"{name} is larger than {limit_bytes / 2**20:.0f} MB, which is the most that is read of this format: "
                "make an .npz archive of it"
            )
        return content

    def read_head(self, name: str, size_bytes: int = 4096) -> bytes:
        """How one of the files begins."""
        with self.open(name) as file:
            return file.read(size_bytes)


def find_given(path: Path) -> Given:
    """What lies at a path. Raises ArchiveError where nothing does."""
    path = path.absolute()
    try:
        if path.is_dir():
            inside = sorted(entry for entry in path.iterdir() if entry.is_file())[:MAX_FILES]
            return Given(path.name or "folder", {entry.name: entry for entry in inside}, is_folder=True)
        if path.is_file():
            return Given(path.name, {path.name: path})
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read ({error.strerror}): give this user the right to") from error
    if path.exists():
        raise ArchiveError(f"{path} is neither a file nor a folder: give the path of a graph")
    raise ArchiveError(f"{path} does not exist: give the path of a graph: a file or a folder")


def gather_sent(sent: Mapping[str, bytes]) -> Given:
    """Files that were sent, by their names; several are as those of one folder."""
    files = {Path(name).name: content for name, content in sent.items()}
    if not files:
        raise ArchiveError("no file was sent: choose one")
    first = next(iter(files))
    if len(files) == 1:
        return Given(first, files, False, MAX_SENT_BYTES, MAX_SENT_TEXT_BYTES)
    return Given(" and ".join(sorted(files)[:3]), files, True, MAX_SENT_BYTES, MAX_SENT_TEXT_BYTES)
