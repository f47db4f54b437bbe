"""What is told of a sweep: where it stands and its best, and how far it is in the words that every door says."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from core.config.sweep.spec import Range
from core.runs.sweeps import OPEN, Sweep, Trial

WAITING: Final = "waiting"  # a trial whose run has not begun


@dataclass(frozen=True)
class SweepBest:
    """The best trial that trained to its end: its number, run and value, and the run's whole config."""

    trial: int
    run: str
    value: float
    config: dict[str, Any]


@dataclass(frozen=True)
class SweepParameter:
    """What a sweep draws of a field: numbers between two bounds (None where there is none), or some values."""

    name: str
    distribution: str
    low: float | None
    high: float | None
    values: tuple[Any, ...]
    is_log: bool
    when: str
    narrowed: Range | None


@dataclass(frozen=True)
class SweepRecord(Sweep):
    """A sweep and where it stands."""

    state: str
    message: str
    counts: dict[str, int]  # of trials, by their state
    best: SweepBest | None
    points: int = field(default=0, kw_only=True)  # of a grid, conditions and constraints aside; else 0
    waiting: list[int] = field(default_factory=list, kw_only=True)  # the trials whose runs wait in the queue


@dataclass(frozen=True)
class SweepDetails(SweepRecord):
    """The same with every trial, what is drawn, what its file says that means nothing here, and the file."""

    trials: list[Trial]
    parameters: list[SweepParameter]
    notes: list[str]
    text: str


def count_ended(record: SweepRecord) -> int:
    """How many trials have ended, one way or another."""
    return sum(number for state, number in record.counts.items() if state not in OPEN)


def count_most(record: SweepRecord) -> int:
    """The most trials that a sweep can have; 0 where nothing but a person or a target ends it."""
    return min(filter(None, (record.most_trials, record.points)), default=0)


def tell_state(record: SweepRecord) -> str:
    """Where a sweep stands, in one word; one of which nothing trains yet is not running."""
    waits = record.state == "running" and len(record.waiting) == record.counts.get("running", 0) > 0
    return {"pending": "starting"}.get(record.state, WAITING if waits else record.state)


def tell_trial(record: SweepRecord, number: int, state: str) -> str:
    """Where one of its trials stands, in one word."""
    return WAITING if number in record.waiting else state


def tell_progress(record: SweepRecord) -> str:
    """`1 of 4 trials done: 1 finished, 1 running, 1 waiting`."""
    most = count_most(record)
    of_all = f"of {most:,} {'trial' if most == 1 else 'trials'}"
    ended = count_ended(record)
    done = f"{ended:,} {of_all if most else 'trial' if ended == 1 else 'trials'} done"
    counts = Counter(record.counts)
    counts["running"] -= len(record.waiting)
    counts[WAITING] += len(record.waiting)
    told = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()) if number > 0)
    return f"{done}: {told}" if told else f"{done}, and none begun"
