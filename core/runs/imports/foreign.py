"""A run as another program wrote it: its numbers by step and name, before they are named as ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.runs.imports.limits import MAX_COLUMNS, MAX_NAME_CHARACTERS, MAX_ROWS, check_count

Plain = bool | int | float | str | None


@dataclass(frozen=True)
class Skipped:
    """What was not taken in, and why, as a sentence for a person."""

    path: str
    reason: str


@dataclass
class ForeignRun:
    """Numbers of one run, filled while its files are read. Bounds are checked as it grows."""

    path: str  # where it was found, below what was named
    source: str  # what wrote it: `tensorboard`, `wandb`, `csv`
    rows: dict[int, dict[str, float]] = field(default_factory=dict)  # by step
    times: dict[int, float] = field(default_factory=dict)  # Unix seconds, by step
    settings: dict[str, Plain] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # of its metrics
    title: str = ""  # that it had there
    digest: str = ""  # of its files

    def add(self, step: int, name: str, value: float, at: float | None = None) -> None:
        """Notes a metric's value; a later one of the same step counts. Raises UnreadableError beyond the limits."""
        row = self.rows.get(step)
        if row is None:
            check_count(len(self.rows) + 1, "steps", most=MAX_ROWS)
            row = self.rows[step] = {}
        if name not in self.names:
            check_count(len(self.names) + 1, "metrics", most=MAX_COLUMNS)
            check_count(len(name), "characters in the name of a metric", most=MAX_NAME_CHARACTERS)
            self.names.add(name)
        row[name] = value
        if at is not None:
            self.times[step] = at


def read_settings(values: Mapping[str, Any]) -> dict[str, Plain]:
    """Settings of any program that are plain and short; W&B's `{"value": …}` around each are taken off."""
    found: dict[str, Plain] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and "value" in value:
            value = value["value"]
        is_short = isinstance(name, str) and len(name) <= MAX_NAME_CHARACTERS >= len(str(value)[:1_000])
        if is_short and not name.startswith("_") and isinstance(value, bool | int | float | str | None):
            found[name] = value
    return found
