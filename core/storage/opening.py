"""From the address of a storage to the storage."""

import os
import re
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from core.errors import InvalidInputError
from core.importing import importing_much
from core.storage.address import is_bucket, split_bucket
from core.storage.base import Storage
from core.storage.local import LocalStorage

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?=//)|(file):", re.IGNORECASE)


class StoredFolder(NamedTuple):
    """A folder of a storage: `runs/20261123-142501-gcn-k3f`."""

    storage: Storage
    name: str


def open_storage(address: str) -> Storage:
    """The storage at a folder's path, its file: URL, or gs://bucket/prefix. Raises InvalidInputError for any other."""
    if is_bucket(address):
        bucket, prefix = split_bucket(address)
        return _open_bucket(bucket, "/".join(prefix))
    return LocalStorage(_find_folder(address))


def split_address(address: str) -> StoredFolder:
    """A job's folder and the storage that it lies in, two parts above: `HOME/runs/ID` is `runs/ID` of `HOME`.

    Raises InvalidInputError.
    """
    if is_bucket(address):
        bucket, parts = split_bucket(address)
        if len(parts) < 2:
            raise InvalidInputError(f"{address!r} is no address of a job: expected gs://BUCKET/PREFIX/runs/ID")
        return StoredFolder(_open_bucket(bucket, "/".join(parts[:-2])), "/".join(parts[-2:]))
    folder = _find_folder(address)
    if len(folder.parts) < 3:  # the root, and the two parts
        raise InvalidInputError(f"{address!r} is no address of a job: expected HOME/runs/ID")
    return StoredFolder(LocalStorage(folder.parents[1]), "/".join(folder.parts[-2:]))


def _open_bucket(bucket: str, prefix: str) -> Storage:
    with importing_much():
        from core.storage.gcs import GcsStorage  # a fifth of a second, which nobody waits for without a bucket

    return GcsStorage(bucket, prefix)


def _find_folder(address: str) -> Path:
    """The absolute path that an address means."""
    scheme = _SCHEME.match(address)
    if scheme is None and address:
        return Path(os.path.abspath(Path(address).expanduser()))  # noqa: PTH100  # resolve() would follow links
    url = urlsplit(address)
    if url.scheme != "file" or url.netloc not in ("", "localhost") or not url.path.startswith("/"):
        raise InvalidInputError(
            f"{address!r} is no storage that this version knows: give a folder's path, its file:///… address, or gs://BUCKET/PREFIX"
        )
    return Path(os.path.abspath(unquote(url.path)))  # noqa: PTH100
