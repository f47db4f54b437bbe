"""What a place that keeps bytes under names can do."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class StoredFile:
    """One stored file: its name, size in bytes and time of last change (Unix seconds)."""

    name: str
    size_bytes: int
    modified_at: float


class Storage(Protocol):
    """Bytes under names such as `runs/20261123-142501-gcn-k3f/config.json`.

    Names are relative, separated by `/`, and never leave the storage. A name that holds nothing is
    `FileNotStoredError` to `read` and nothing at all to `list` and `delete`.
    """

    @property
    def location(self) -> str:
        """Where the names begin, as a person would write it: a folder's path, a bucket's address."""

    def read(self, name: str, *, start: int = 0) -> bytes:
        """The bytes from `start` (a byte offset; empty past the end). Raises FileNotStoredError."""

    def write(self, name: str, content: bytes) -> None:
        """Replaces the file whole, so that a reader sees the old bytes or the new. Raises StorageFullError."""

    def create(self, name: str, content: bytes) -> bool:
        """Writes a new file. False, and nothing is written, where the name is taken: of many at once one wins."""

    def list(self, prefix: str = "") -> list[StoredFile]:
        """Every file whose name begins with `prefix`, sorted by name."""

    def delete(self, prefix: str) -> None:
        """Deletes the file of this name and all files below it as a folder."""
