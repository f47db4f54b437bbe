"""Lists of runs, and no more than they need: `wikics runs list` waits for no other use case to be imported."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from core.app.ranking import is_of
from core.app.run_storage import open_memory
from core.app.values import Values
from core.runs.memory_file import MemoryFile
from core.runs.prices import Prices, load_prices
from core.runs.query import parse_query
from core.runs.record import RunRecord
from core.runs.store import RunStore
from core.settings import Settings
from core.storage.base import Storage

if TYPE_CHECKING:
    from core.evaluation.groups import RunGroup


class RunLists:
    """The runs of a store: of a graph, of which something is true, in groups. May be used from any thread."""

    def __init__(self, store: RunStore, *, find_hidden: Callable[[], Collection[str]] = frozenset) -> None:
        """find_hidden: the ids of those that are in no list."""
        self._store, self._find_hidden = store, find_hidden
        self._values = Values(store)

    @property
    def currency(self) -> str:
        """What costs are in; empty where prices do not say."""
        return self._store.prices.currency

    def list(self, graph_id: str | None = None, *, archived: bool = False, where: str = "") -> list[RunRecord]:
        """All runs, or those of one graph, newest first. One whose config is damaged is in every list.

        archived: with those that a person has put away. where: of which this is true; see `core.runs.query`. Raises
        QueryError.
        """
        query = parse_query(where)
        archived = archived or "archived" in query.fields
        hidden = self._find_hidden()
        found = [record for record in self._store.list_seen() if record.id not in hidden]
        here = [record for record in found if graph_id is None or is_of(record, graph_id)]
        return query.select([record for record in here if archived or not record.archived])

    def fill_values(self, records: Sequence[RunRecord]) -> Sequence[RunRecord]:
        """The runs with their last and best validation accuracy, for which rows are read where a report is too old."""
        return [self._values.fill(record) for record in records]

    def group(self, records: Sequence[RunRecord], keys: Sequence[str]) -> "Sequence[RunGroup]":
        """Runs that say the same under these names, and how well each group does. Raises InvalidInputError."""
        from core.evaluation.groups import group_runs  # numpy, a tenth of a second

        return group_runs(records, keys)


def open_run_store(
    settings: Settings, storage: Storage, *, prices: Prices | None = None, memory: MemoryFile | None = None
) -> RunStore:
    """The runs of a storage; `prices` and `memory` instead of those that the settings name. Raises ConfigError."""
    return RunStore(
        storage,
        prices=load_prices(settings.prices) if prices is None else prices,
        memory=memory or open_memory(settings, storage),
    )
