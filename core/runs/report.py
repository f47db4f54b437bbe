"""`report.json`: how good a run's best epoch is and what it took, and its tolerant reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.storage.documents import read_known

Outcome = Literal["finished", "stopped"]

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
class Racer:
    """How one architecture did in the race for the one that is trained; see `core.config.race`."""

    name: str = ""
    epochs: int | None = None
    held_acc: float | None = None  # of stopping and validation articles together, at its best epoch
    seconds: float | None = None
    is_chosen: bool = False


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run beside its predictions."""

    outcome: Outcome | None = None
    split: int = 0
    best_epoch: int | None = None
    epochs: int | None = None  # trained
    seconds_per_epoch: float | None = None  # median, step and evaluation together
    seconds: float | None = None  # of training, summed over resumes, a race's included
    num_parameters: int | None = None
    device: str = ""
    peak_memory_mb: float | None = None  # 10^6 bytes
    race: tuple[Racer, ...] = ()  # empty where the config named the architecture
    last_val_acc: float | None = None  # of the last epoch
    best_val_acc: float | None = None  # the highest of any epoch
    energy_wh: float | None = None  # that a GPU has drawn, summed over resumes


@dataclass(frozen=True)
class Report(RunFacts, RunScores):
    """All of it. A dataclass has the fields of its last base first: scores, then facts, as they stand in the file."""


def find_winner(race: Sequence[Racer]) -> str:
    """The name of the architecture that was chosen; empty where none was."""
    return next((racer.name for racer in race if racer.is_chosen), "")


def read_report(content: Mapping[str, Any]) -> Report:
    """The report in a `report.json` of any version: unknown keys are ignored, what cannot be read has its default."""
    known = read_known(Report, content)
    confusion = known.get("confusion", ())
    if any(len(row) != len(confusion) for row in confusion):
        del known["confusion"]
    return Report(**known)
