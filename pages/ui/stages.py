"""Where a run stands, in the words that every page uses: all of them come from one record and one queue."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.app.places import Occupancy
from core.app.ranking import count_equals
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from core.runs.versions import PRODUCTION, WORDS
from pages.ui.text import cut_middle, duration, percent

EVERY_SECONDS = 1.0  # how often what is shown of an active run is drawn again
EVERY_SECONDS_AT_REST = 5.0  # how often is looked whether another door made, deleted or renamed a run

IN_BOX: Final = 16  # characters of a name in the box of runs, of which a phone shows few more


@dataclass(frozen=True)
class Stage:
    """One run's stage: a word (a state, `waiting`, `starting`) and how far it is; empty once it has ended."""

    word: str
    progress: str = ""

    def __str__(self) -> str:
        return f"{self.word}, {self.progress}" if self.progress else self.word


def read_stage(record: RunRecord, place: Occupancy) -> Stage:
    """The stage of a run at its place. A run has its turn before its first epoch is done: it is starting."""
    if record.state == "pending" and record.id in place.queue:
        return Stage("waiting", f"place {place.queue[record.id]} of {place.waiting} in the queue")
    if record.state == "pending" or (record.state == "running" and record.epoch == 0):
        return Stage("starting")
    if record.state not in ACTIVE:
        return Stage(record.state)
    progress = f"epoch {record.epoch:,} of {record.max_epochs:,}"
    if record.state == "running" and record.seconds_per_epoch is not None:
        left = (record.max_epochs - record.epoch) * record.seconds_per_epoch
        progress += f", at most {duration(left)} left" if left >= 1 else ", almost done"
    return Stage(record.state, progress)


def describe_occupancy(place: Occupancy) -> str:
    """How busy a place is."""
    if not place.running and not place.waiting:
        return "nothing waiting"
    return f"{place.running} running, {place.waiting} waiting"


def name_run(record: RunRecord) -> str:
    """A run's name with its id second; the id alone where nobody gave a name."""
    return f"{record.name} · {record.id}" if record.name else record.id


def call(record: RunRecord) -> str:
    """A run's name, else its preset."""
    return record.name or record.preset or record.model


def call_apart(records: Sequence[RunRecord]) -> dict[str, str]:
    """What each is called, by its id; where several are called alike with the end of the id, which tells them apart."""
    called = {record.id: cut_middle(call(record), IN_BOX) for record in records}
    counts = Counter(called.values())
    return {id_: name if counts[name] == 1 else f"{name} {id_.rpartition('-')[2]}" for id_, name in called.items()}


def describe_run(record: RunRecord, place: Occupancy, *, called: str = "", best: RunRecord | None = None) -> str:
    """One run in a menu, whose narrow box cuts the end: what it is called; how good or how far it is; its id.

    called: its name, else its preset, where it is not given; a name that was cut there stands whole at the end. best:
    the run that is shown where none is named, which is marked if it has finished.
    """
    stage = read_stage(record, place)
    if record.state in ACTIVE or record.test_acc is None:
        said = str(stage)
    elif record.state == "finished":
        said = f"test {percent(record.test_acc)}"
    else:
        said = f"{stage.word}, test {percent(record.test_acc)}"
    is_best = best is not None and best.id == record.id and record.state == "finished"
    if PRODUCTION in record.aliases:
        said = f"{WORDS[PRODUCTION]}, {said}"
    elif is_best:
        said = f"best, {said}"
    called = called or record.name or record.preset
    whole = name_run(record) if record.name and not called.startswith(record.name) else record.id
    return f"{called}, {said} · {whole}"


def say_equals(best: RunRecord, records: Sequence[RunRecord]) -> str:
    """Behind a comma, that others have reached what the best of these has; one in production was chosen otherwise."""
    equals = 0 if PRODUCTION in best.aliases else count_equals(best, records)
    return f", the newest of {equals} that are equally good" if equals > 1 else ""


def is_any_active(records: Sequence[RunRecord]) -> bool:
    """Whether anything of these runs moves."""
    return any(record.state in ACTIVE for record in records)
