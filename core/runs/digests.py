"""What tells whether a run's data are as they were: a digest of its rows, config, report and graph."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final

from core.errors import FileNotStoredError
from core.runs import files
from core.runs.record import RunRecord
from core.storage.base import NUM_READERS, SharedStorage, Storage, StoredFile
from core.storage.streams import open_to_read

DATA: Final = (files.CONFIG, files.METRICS, files.REPORT)  # what charts and tables are drawn from
PIECE_BYTES: Final = 2**20
MAX_KNOWN: Final = 4_096  # files whose content need not be read again


class RunDigests:
    """The digests of a storage's runs; a file that is as it was is read once. May be used from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._digest = lru_cache(maxsize=MAX_KNOWN)(self._read)

    def compute_all(self, records: Sequence[RunRecord]) -> dict[str, str]:
        """The digest of each of these runs, by id; files that lie far away are asked for side by side."""
        readers = min(NUM_READERS, len(records)) if isinstance(self._storage, SharedStorage) else 1
        with ThreadPoolExecutor(max(1, readers)) as pool:
            found = pool.map(self._compute, records)
            return {record.id: digest for record, digest in zip(records, found, strict=True)}

    def _compute(self, record: RunRecord) -> str:
        """Equal as long as nothing changes that a report shows; name, tags and notes are no data."""
        listed = {file.name.rpartition("/")[2]: file for file in self._storage.list(f"{files.RUNS}{record.id}/*")}
        parts = [self._try(listed[name]) if name in listed else "" for name in DATA]
        return hashlib.sha256("\n".join([record.graph_digest, *parts]).encode()).hexdigest()

    def _try(self, file: StoredFile) -> str:
        try:
            return self._digest(file)
        except (FileNotStoredError, OSError):  # deleted meanwhile, or not to be read
            return "unread"

    def _read(self, file: StoredFile) -> str:
        digest = hashlib.sha256()
        with open_to_read(self._storage, file.name) as opened:
            while piece := opened.read(PIECE_BYTES):
                digest.update(piece)
        return digest.hexdigest()
