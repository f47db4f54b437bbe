"""A folder of a storage as a zip archive."""

import io
import zipfile

from core.storage.base import Storage


def pack_folder(storage: Storage, folder: str, name: str) -> bytes:
    """The archive of all files below `folder/name`, each under `name/…`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in storage.list(f"{folder}{name}/**"):
            archive.writestr(file.name.removeprefix(folder), storage.read(file.name))
    return buffer.getvalue()
