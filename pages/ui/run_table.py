"""The table of runs: its columns, and which runs a filter keeps."""

import time

from core.runs.record import RunRecord
from pages.ui.text import duration


def matches(record: RunRecord, words: list[str]) -> bool:
    """Whether every word stands in what the table says of a run."""
    text = f"{record.id} {record.state} {record.preset} {record.model} split{record.split} seed{record.seed}".casefold()
    return all(word in text for word in words)


def build_rows(records: list[RunRecord]) -> dict[str, list[object]]:
    """The table's columns."""
    now = time.time()

    def percent(value: float | None) -> float | None:
        return None if value is None else 100 * value

    return {
        "state": [[record.state] for record in records],
        "run": [record.id for record in records],
        "model": [record.model for record in records],
        "split": [record.split for record in records],
        "validation": [percent(record.val_acc) for record in records],
        "test": [percent(record.test_acc) for record in records],
        "epochs": [record.epochs for record in records],
        "time": [record.seconds for record in records],
        "age": [duration(now - record.created_at) for record in records],
    }
