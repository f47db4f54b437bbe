"""`report.json`: how good a run's best epoch is and what it took, and its tolerant reader."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, get_args, get_type_hints

Outcome = Literal["finished", "stopped"]
T = TypeVar("T")

# What a report of another version does not say has the field's default, as a rule None: not known. So every field
# has one, and a field that is new breaks no old run.


@dataclass(frozen=True)
class CategoryScores:
    """How well one category is found among the test articles; 0 where nothing was predicted or there is nothing."""

    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    support: int | None = None  # test articles of this category


@dataclass(frozen=True)
class ReliabilityBin:
    """Articles whose confidence lies in (lower, upper]: how many, mean confidence, accuracy (0 where empty)."""

    lower: float | None = None
    upper: float | None = None
    count: int | None = None
    confidence: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True)
class RunScores:
    """How good the logits of the best epoch are: of test articles where nothing else is said, as fractions."""

    test_acc: float | None = None
    val_acc: float | None = None
    stopping_acc: float | None = None
    train_acc: float | None = None
    macro_f1: float | None = None
    per_category: tuple[CategoryScores, ...] = ()  # [C]
    confusion: tuple[tuple[int, ...], ...] = ()  # [C][C] counts: rows are true categories, columns predicted ones
    temperature: float = 1.0  # fitted on validation articles; 1 leaves logits as they are
    ece: float | None = None  # expected calibration error at this temperature
    ece_before: float | None = None  # at temperature 1
    reliability: tuple[ReliabilityBin, ...] = ()
    reliability_before: tuple[ReliabilityBin, ...] = ()


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run beside its predictions."""

    outcome: Outcome | None = None
    split: int = 0
    best_epoch: int | None = None
    epochs: int | None = None  # trained
    seconds_per_epoch: float | None = None  # median, step and evaluation together
    seconds: float | None = None  # of training, summed over resumes
    num_parameters: int | None = None
    device: str = ""
    peak_memory_mb: float | None = None  # 10^6 bytes


@dataclass(frozen=True)
class Report(RunFacts, RunScores):
    """All of it. A dataclass has the fields of its last base first: scores, then facts, as they stand in the file."""


def read_report(content: Mapping[str, Any]) -> Report:
    """The report in a `report.json` of any version: unknown keys are ignored, what cannot be read has its default."""
    return _read(Report, content)


def _read(kind: type[T], content: Mapping[str, Any]) -> T:
    """A dataclass all of whose fields have defaults, out of a JSON object."""
    known = {name: value for name, read in _FIELDS[kind].items() if (value := read(content.get(name))) is not None}
    return kind(**known)


def _read_rows(kind: type[T], value: Any) -> tuple[T, ...] | None:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return None
    return tuple(_read(kind, row) for row in value)


def _read_counts(value: Any) -> tuple[tuple[int, ...], ...] | None:
    """A square table of whole numbers."""
    if not isinstance(value, list) or not all(isinstance(row, list) and len(row) == len(value) for row in value):
        return None
    return tuple(map(tuple, value)) if all(_read_whole(count) is not None for row in value for count in row) else None


def _read_number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None


def _read_whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _read_outcome(value: Any) -> Outcome | None:
    return value if value in get_args(Outcome) else None


# Of JSON's value the field's, None where it is of another kind.
_READERS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    float | None: _read_number,
    float: _read_number,
    int | None: _read_whole,
    int: _read_whole,
    str: _read_text,
    Outcome | None: _read_outcome,
    tuple[tuple[int, ...], ...]: _read_counts,
    tuple[CategoryScores, ...]: lambda value: _read_rows(CategoryScores, value),
    tuple[ReliabilityBin, ...]: lambda value: _read_rows(ReliabilityBin, value),
}


_FIELDS: Final[Mapping[type, Mapping[str, Callable[[Any], Any]]]] = {
    kind: {name: _READERS[hint] for name, hint in get_type_hints(kind).items()}
    for kind in (Report, CategoryScores, ReliabilityBin)
}
