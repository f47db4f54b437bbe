"""What a place that keeps bytes under names can do."""

from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

NUM_READERS: Final = 16  # threads that read many files of a storage far away


@dataclass(frozen=True)
class StoredFile:
    """One stored file as a listing found it. Two listings of an unchanged file are equal."""

    name: str
    size_bytes: int
    modified_at: float  # Unix seconds, by the storage's clock
    age_seconds: float = field(compare=False)  # since then, by the same clock at the moment of listing
    tag: str = ""  # tells this content from any other that the name had, where the storage knows such a thing
    digest: str = field(default="", compare=False)  # of the content, where the storage knows one of 128 bits or more
    content: bytes | None = field(default=None, compare=False, repr=False)  # where the listing brought it


class Storage(Protocol):
    """Bytes under names such as `runs/20261123-142501-gcn-k3f/config.json`.

    Names are relative, separated by `/`, and never leave the storage; `core.storage.names` says which are names, and
    what is none is InvalidInputError. A name that holds nothing is FileNotStoredError to `read` and nothing at all to
    `list` and `delete`.
    """

    @property
    def location(self) -> str:
        """Where the names begin, as a person would write it: a folder's path, a bucket's address."""

    def read(self, name: str, *, start: int = 0) -> bytes:
        """The bytes from `start` (a byte offset; empty past the end). Raises FileNotStoredError, UnavailableError."""

    def write(self, name: str, content: bytes | memoryview) -> None:
        """Replaces the file whole, so that a reader sees the old bytes or the new. Raises StorageFullError."""

    def create(self, name: str, content: bytes) -> bool:
        """Writes a new file. False, and nothing is written, where the name is taken: of many at once one wins."""

    def list(self, pattern: str) -> list[StoredFile]:
        """Every file whose name matches, sorted by name.

        One that is there and cannot be looked at is among them; to read it raises UnavailableError.
        `*` stands for anything within one part of a name, a last part `**` for one part or more: `runs/*/state.json`,
        `runs/ID/**`. A bucket answers either with one listing.
        """

    def delete(self, prefix: str) -> None:
        """Deletes the file of this name and all files below it as a folder."""


@runtime_checkable
class SharedStorage(Storage, Protocol):
    """A storage without locks that processes of many machines write to: of two writers of a file one loses.

    `found` is the file as this writer last knew it, None where it knew of none. None is answered, and nothing is
    written, where it has changed since.
    """

    def swap(
        self, name: str, content: bytes | memoryview, found: StoredFile | None, *, listed: bool = False
    ) -> StoredFile | None:
        """Replaces the file whole, or makes it. listed: listings bring the content too, if it is short enough."""

    def extend(self, name: str, content: bytes | memoryview, found: StoredFile) -> StoredFile | None:
        """Adds to the end of the file, and sends no more than that."""
