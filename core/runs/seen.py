"""Documents that are the same under many names, such as the environments of a team's runs: each is read once."""

import threading
from collections import OrderedDict
from typing import Any, Final

from core.storage.base import Storage, StoredFile
from core.storage.documents import load_json

MOST_KNOWN: Final = 500
MOST_BYTES: Final = 20_000  # of one that is kept


class SeenDocuments:
    """The JSON files of a storage, by the digests that its listings tell. May be used from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._changing = threading.Lock()

    def load(self, file: StoredFile, *, called: str) -> dict[str, Any]:
        """A listed file's content, which nobody may change; see `core.storage.documents.load_json`."""
        key = file.digest and f"{file.size_bytes} {file.digest}"
        with self._changing:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        content = load_json(self._storage, file.name, called=called)
        if key and file.size_bytes <= MOST_BYTES:
            with self._changing:
                self._known[key] = content
                if len(self._known) > MOST_KNOWN:
                    self._known.popitem(last=False)
        return content
