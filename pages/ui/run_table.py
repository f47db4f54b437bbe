"""The table of runs: its columns, and which runs a filter keeps."""

from datetime import UTC, datetime

from core.app.places import Occupancy
from core.runs.record import LOCAL, RunRecord
from pages.ui.stages import is_any_active, read_stage


def matches(record: RunRecord, words: list[str]) -> bool:
    """Whether every word stands in what the table says of a run."""
    said = (record.name, record.id, record.state, record.preset, record.model, f"split{record.split}")
    text = " ".join([*said, f"seed{record.seed}"]).casefold()
    return all(word in text for word in words)


def build_rows(records: list[RunRecord], place: Occupancy) -> dict[str, list[object]]:
    """The table's columns; names and progress only where a run has any."""
    stages = [read_stage(record, place) for record in records]

    def percent(value: float | None) -> float | None:
        return None if value is None else 100 * value

    columns: dict[str, list[object]] = {"state": [[stage.word] for stage in stages]}
    if is_any_active(records):
        columns["progress"] = [stage.progress for stage in stages]
    if any(record.name for record in records):
        columns["name"] = [record.name for record in records]
    columns |= {  # numbers first: on a phone two or three columns are in view
        "validation": [percent(record.val_acc) for record in records],
        "test": [percent(record.test_acc) for record in records],
        "run": [record.id for record in records],
        "model": [record.model for record in records],
        "split": [record.split for record in records],
        "epochs": [record.epochs for record in records],
        "time": [record.seconds for record in records],
    }
    if any(record.cost is not None for record in records):
        columns["cost"] = [record.cost for record in records]
    if any(record.backend != LOCAL for record in records):
        columns["place"] = [record.machine or record.backend for record in records]
    # Shown as an age, sorts by time.
    return columns | {"age": [datetime.fromtimestamp(record.created_at, UTC) for record in records]}
