"""Large files read and written piece by piece: no whole copy is in memory where the storage is a local folder."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from core.storage.base import Storage
from core.storage.local import LocalStorage, replaced


def open_to_read(storage: Storage, name: str, *, buffering: int = -1) -> BinaryIO:
    """A stored file, to be closed after use; it can be sought in. Raises FileNotStoredError."""
    return (
        storage.open(name, buffering=buffering) if isinstance(storage, LocalStorage) else io.BytesIO(storage.read(name))
    )


@contextmanager
def open_to_write(storage: Storage, name: str) -> Iterator[BinaryIO]:
    """A file that is stored whole at the end of the block, and not at all when the block raises.

    Raises StorageFullError.
    """
    if isinstance(storage, LocalStorage):
        with replaced(storage.path(name), parents=True) as partial, partial.open("wb") as file:
            yield file
    else:
        buffer = io.BytesIO()
        yield buffer
        with buffer.getbuffer() as view:  # a failure that is kept would keep it, and the buffer could not be freed
            storage.write(name, view)
