"""Which runs a graph's list has, and which of them is the best."""

from collections.abc import Sequence

from core.graph.ids import WIKICS_ID
from core.graph.twin.versions import TWIN_ID
from core.runs.record import RunRecord
from core.runs.versions import PRODUCTION


def rank_best(records: Sequence[RunRecord]) -> Sequence[RunRecord]:
    """Those that can predict: the one in production, then the best by validation accuracy, newest of equals.

    Finished ones stand before others.
    """

    def rank(record: RunRecord) -> tuple[bool, bool, float, float]:
        return PRODUCTION in record.aliases, record.state == "finished", record.val_acc or 0.0, record.created_at

    return sorted((record for record in records if record.has_predictions), key=rank, reverse=True)


def count_equals(best: RunRecord, records: Sequence[RunRecord]) -> int:
    """How many that can predict are as good as the best of them, itself counted."""
    found = [record for record in records if record.has_predictions and record.state == best.state]
    return sum(record.val_acc == best.val_acc for record in found)


def is_of(record: RunRecord, graph_id: str) -> bool:
    """Whether a run stands in the list of a graph: its own, one of no known graph, and beside those on WikiCS's twin
    what was trained elsewhere on WikiCS."""
    return record.graph in (graph_id, "") or bool(record.imported and record.graph == WIKICS_ID and graph_id == TWIN_ID)
