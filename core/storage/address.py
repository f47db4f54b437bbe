"""From the address of a storage, as a person or a job's command line writes it, to the storage."""

import os
import re
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from core.errors import InvalidInputError
from core.storage.base import Storage
from core.storage.local import LocalStorage

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?=//)|(file):", re.IGNORECASE)


class StoredFolder(NamedTuple):
    """A folder of a storage: `runs/20261123-142501-gcn-k3f`."""

    storage: Storage
    name: str


def open_storage(address: str) -> Storage:
    """The storage at a folder's path or file: URL. Raises InvalidInputError for another kind of address."""
    return LocalStorage(_find_folder(address))


def split_address(address: str) -> StoredFolder:
    """A job's folder and the storage that it lies in, two parts above: `HOME/runs/ID` is `runs/ID` of `HOME`.

    Raises InvalidInputError.
    """
    folder = _find_folder(address)
    if len(folder.parts) < 3:  # the root, and the two parts
        raise InvalidInputError(f"{address!r} is no address of a job: expected HOME/runs/ID")
    return StoredFolder(LocalStorage(folder.parents[1]), "/".join(folder.parts[-2:]))


def _find_folder(address: str) -> Path:
    """The absolute path that an address means."""
    scheme = _SCHEME.match(address)
    if scheme is None and address:
        return Path(os.path.abspath(Path(address).expanduser()))  # noqa: PTH100  # resolve() would follow links
    url = urlsplit(address)
    if url.scheme != "file" or url.netloc not in ("", "localhost") or not url.path.startswith("/"):
        raise InvalidInputError(
            f"{address!r} is no storage that this version knows: give a folder's path, or its file:///… address"
        )
    return Path(os.path.abspath(unquote(url.path)))  # noqa: PTH100
