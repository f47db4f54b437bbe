"""Runs in groups: those alike in some fields, with mean, deviation and interval of what each group reaches."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import sqrt
from typing import Final

import numpy as np

from core.errors import InvalidInputError
from core.evaluation.comparison import Interval, compute_t_interval
from core.graph.titles import shorten
from core.runs.fields import AGE, COLUMNS, CONFIG_PREFIX, NUMBERS, Value, is_field, list_config_fields, read_field
from core.runs.record import RunRecord

MEASURED: Final = tuple(name for name in NUMBERS if name not in ("split", "seed", "epoch", "max_epochs"))
MAX_KEYS: Final = 8


@dataclass(frozen=True)
class Spread:
    """How some numbers lie. Of a single one there is no deviation."""

    n: int
    mean: float
    median: float
    std: float | None  # of a sample: ddof 1
    se: float | None  # standard error of the mean
    interval: Interval | None  # 95 %, of the mean, by Student's t
    min: float
    max: float


@dataclass(frozen=True)
class RunGroup:
    """Runs that say the same under some names, and their metrics by name; a metric that no run has is left out."""

    key: Mapping[str, Value]
    n: int
    runs: tuple[str, ...]
    metrics: Mapping[str, Spread]


def compute_spread(numbers: Sequence[float]) -> Spread:
    """Mean, deviation and the like of at least one number."""
    values = np.asarray(numbers, np.float64)
    is_several = len(values) > 1
    std = float(values.std(ddof=1)) if is_several else None
    return Spread(
        n=len(values),
        mean=float(values.mean()),
        median=float(np.median(values)),
        std=std,
        se=None if std is None else std / sqrt(len(values)),
        interval=compute_t_interval(values) if is_several else None,
        min=float(values.min()),
        max=float(values.max()),
    )


def check_keys(keys: Sequence[str]) -> list[str]:
    """Names by which runs can be grouped: `variant` is all but split and seed. Raises InvalidInputError."""
    found = [key.strip() for key in keys if key.strip()]
    if not 0 < len(found) <= MAX_KEYS:
        raise InvalidInputError(f"{len(found)} fields to group by: name one to {MAX_KEYS}, such as preset or variant")
    unknown = next((key for key in found if not is_field(key) or key == AGE), None)
    if unknown is not None:
        near = get_close_matches(unknown[:80], (*COLUMNS, *list_config_fields()), n=1)
        way_on = f"did you mean {near[0]}?" if near else f"there are {', '.join((*COLUMNS, *list_config_fields()))}"
        raise InvalidInputError(f"{shorten(unknown)!r} is nothing to group runs by: {way_on}")
    return found


def group_runs(records: Sequence[RunRecord], keys: Sequence[str]) -> list[RunGroup]:
    """The groups, in the order of their first runs. Raises InvalidInputError for what is no field."""
    names = check_keys(keys)
    members: dict[tuple[Value, ...], list[RunRecord]] = {}
    now = time.time()
    for record in records:
        members.setdefault(tuple(read_field(record, name, now) for name in names), []).append(record)
    return [
        RunGroup(
            key={name.removeprefix(CONFIG_PREFIX): value for name, value in zip(names, said, strict=True)},
            n=len(found),
            runs=tuple(record.id for record in found),
            metrics=_measure(found),
        )
        for said, found in members.items()
    ]


def _measure(records: Sequence[RunRecord]) -> dict[str, Spread]:
    columns = {name: [value for record in records if (value := getattr(record, name)) is not None] for name in MEASURED}
    return {name: compute_spread(values) for name, values in columns.items() if values}
