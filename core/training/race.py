"""The race: each architecture trains for a while, and the one that held-out articles prefer trains on.

Each trains as a run of its own, in a folder of its own within the run's, so a stop or a kill at any moment
costs no more than in any run. What is judged by are stopping and validation articles together, which are
twice as many as either; a test article is never looked at. The winner does not begin anew: its epochs so far are
the run's first ones, bit for bit those that it would have trained without a race.
"""

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from core.config.race import RACERS, TITLES, enter_racer
from core.config.train import TrainConfig
from core.errors import DamagedFileError
from core.graph.graph import Graph
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.report import Outcome, Racer, find_winner, read_report
from core.storage.documents import read_whole

# What the winner brings into the run's folder. The checkpoints come last, since they rely on the rest.
BROUGHT: Final = (files.METRICS, files.SNAPSHOTS, files.HISTOGRAMS, files.PREVIOUS_CHECKPOINT, files.LAST_CHECKPOINT)

Train = Callable[[RunFolder, TrainConfig, str], Outcome]  # the last: what is trained, for people

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Race:
    """What `race.json` holds: those that have run, and at its end which was chosen."""

    race: tuple[Racer, ...]


def run_race(folder: RunFolder, config: TrainConfig, graph: Graph, train: Train, *, resume: bool) -> tuple[Racer, ...]:
    """How those in the race of `config` did, one of them chosen, whose epochs the run then goes on from.

    Empty where a stop was asked for meanwhile. With `resume` it goes on with the race where that was left.
    """
    if not resume:
        (folder / files.RACE).unlink(missing_ok=True)
        shutil.rmtree(folder / files.RACE_FOLDER, ignore_errors=True)
    race = _read(folder)
    if not find_winner(race):
        race = _run(folder, config, graph, train, race)
    if winner := find_winner(race):
        _bring(folder, winner)
    return race if winner else ()


def choose(race: Sequence[Racer]) -> tuple[Racer, ...]:
    """The same, the one of the highest accuracy chosen; of equally good ones the first."""
    best = max(race, key=lambda racer: racer.held_acc or 0.0)
    return tuple(replace(racer, is_chosen=racer is best) for racer in race)


def count_held(config: TrainConfig, graph: Graph) -> tuple[int, int]:
    """How many stopping and how many validation articles the config's split has."""
    return int(graph.stopping_masks[config.split].sum()), int(graph.val_masks[config.split].sum())


def weigh_held(stopping_acc: float, val_acc: float, counts: tuple[int, int]) -> float:
    """The accuracy on both sets together, of so many articles each."""
    return (stopping_acc * counts[0] + val_acc * counts[1]) / max(sum(counts), 1)


def _run(
    folder: RunFolder, config: TrainConfig, graph: Graph, train: Train, race: tuple[Racer, ...]
) -> tuple[Racer, ...]:
    for number, name in enumerate(list(RACERS)[len(race) :], len(race) + 1):
        title = f"{TITLES[name]} ({number} of {len(RACERS)})"
        place = _place(folder, name)
        place.path.mkdir(parents=True, exist_ok=True)
        if train(place, enter_racer(config, name), title) == "stopped":
            return ()
        report = read_report(place.read_json(files.REPORT))
        held_acc = weigh_held(report.stopping_acc or 0.0, report.val_acc or 0.0, count_held(config, graph))
        race = (*race, Racer(name, report.epochs, held_acc, report.seconds))
        log.info("in the race %s has %.2f %% after %d epochs", TITLES[name], 100 * held_acc, report.epochs or 0)
        _write(folder, race)
    race = choose(race)
    _write(folder, race)
    return race


def _bring(folder: RunFolder, winner: str) -> None:
    """The winner's files become the run's, and the others' go. Where a kill came within it, it is done again."""
    place = _place(folder, winner)
    for name in BROUGHT:
        if (place / name).exists():
            (place / name).replace(folder / name)
    shutil.rmtree(folder / files.RACE_FOLDER, ignore_errors=True)


def _place(folder: RunFolder, name: str) -> RunFolder:
    return RunFolder(folder / files.RACE_FOLDER / name, owner=folder)


def _read(folder: RunFolder) -> tuple[Racer, ...]:
    """Those that have run so far; none where that cannot be read, and the race is run again, to the same end."""
    try:
        race = read_whole(_Race, folder.read_json(files.RACE), files.RACE).race
    except (FileNotFoundError, DamagedFileError):
        return ()
    names = list(RACERS)[: len(race)]
    return race if [racer.name for racer in race] == names and len(race) <= len(RACERS) else ()


def _write(folder: RunFolder, race: Sequence[Racer]) -> None:
    folder.write_json(files.RACE, asdict(_Race(tuple(race))))
