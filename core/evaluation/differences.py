"""In which fields several things differ, such as the configs of runs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def flatten(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """`{"versions": {"torch": "2"}}` as `versions.torch`, `2`."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def find_differences(several: Sequence[Mapping[str, Any]]) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """The fields that differ, with one value each (None where a field is missing), and those that are alike."""
    flat = [dict(flatten(values)) for values in several]
    names = dict.fromkeys(name for values in flat for name in values)
    columns = {name: [values.get(name) for values in flat] for name in names}
    differs = {name: column for name, column in columns.items() if any(value != column[0] for value in column)}
    return differs, {name: column[0] for name, column in columns.items() if name not in differs}
