"""The last and the best validation accuracy of runs whose report does not say it yet."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from core.errors import RunNotFoundError
from core.runs.metrics import find_last_and_best
from core.runs.record import RunRecord
from core.runs.store import RunStore

MAX_KNOWN: Final = 10_000  # runs of before, whose rows were read


class Values:
    """Both values of the runs of a store: of its report, else of its rows, read once."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._find = lru_cache(maxsize=MAX_KNOWN)(self._read)

    def fill(self, record: RunRecord) -> RunRecord:
        """The run with both, where it has trained anything."""
        if record.val_acc is None or record.best_val_acc is not None:
            return record
        last, best = self._find(record.id, record.generation, record.epochs)
        return replace(record, last_val_acc=last, best_val_acc=best)

    def _read(self, run_id: str, _generation: int, _epochs: int) -> tuple[float | None, float | None]:
        try:
            return find_last_and_best(self._store.read_metrics(run_id).columns["val_acc"])
        except RunNotFoundError:  # deleted meanwhile
            return None, None
