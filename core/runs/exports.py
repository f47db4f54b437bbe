"""A run for other programs: its rows as CSV, everything as one JSON document, an event file for TensorBoard."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from core.runs.imports.events import MARK, dump_events
from core.runs.imports.foreign import Plain
from core.runs.metrics import MetricsChunk
from core.storage.documents import dump_json

_MEASURES: Final = ("acc", "loss")
_KEYS: Final = ("epoch", "step", "logged_at")  # of a row, no metric of it
_LONG: Final = {"acc": "accuracy"}


def dump_csv(chunk: MetricsChunk) -> bytes:
    """A line an epoch, under a header; what a run has not measured is empty."""
    lines = [",".join(chunk.columns), *(",".join(map(_say, row)) for row in zip(*chunk.columns.values(), strict=True))]
    return "\n".join([*lines, ""]).encode()


def dump_document(details: Mapping[str, Any], chunk: MetricsChunk) -> bytes:
    """Record, config, environment, report, and the rows by column under `metrics`."""
    return dump_json({**details, "metrics": chunk.columns})


def dump_event_file(config: Mapping[str, Any], chunk: MetricsChunk) -> bytes:
    """Scalars by epoch, under tags that TensorBoard shows together: `accuracy/val`, `accuracy/train`."""
    tags = {name: _tag(name) for name in chunk.columns if name not in _KEYS}
    epochs, times = chunk.columns["epoch"], chunk.columns["logged_at"]
    rows: dict[int, dict[str, float]] = {}
    for at, epoch in enumerate(epochs):
        if epoch is not None:
            said = {tag: chunk.columns[name][at] for name, tag in tags.items()}
            rows[int(epoch)] = {tag: value for tag, value in said.items() if value is not None}
    told = {int(epoch): at for epoch, at in zip(epochs, times, strict=True) if epoch is not None and at is not None}
    settings = {name: value for name, value in config.items() if isinstance(value, bool | int | float | str)}
    return dump_events(rows, told, {name: value for name, value in settings.items() if _is_writable(value)})


def name_event_file(created_at: float) -> str:
    """What TensorBoard knows an event file by."""
    return f"events.out.{MARK}.{created_at:.0f}.wikics"


def _tag(column: str) -> str:
    part, _, measure = column.rpartition("_")
    return f"{_LONG.get(measure, measure)}/{part}" if measure in _MEASURES and part else column


def _is_writable(value: Plain) -> bool:
    return not isinstance(value, float) or isfinite(value)


def _say(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
