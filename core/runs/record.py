"""What a list of runs says of each: where it stands, what it is, how well it does."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from core.config.race import RACERS
from core.graph.twin.versions import name_twin
from core.runs import files
from core.runs.fields import read_defaults
from core.runs.labels import Label
from core.runs.metrics import MetricsSummary
from core.runs.state import RunState, StateName
from core.runs.versions import Standing

if TYPE_CHECKING:
    from core.runs.report import Report

Json = Mapping[str, Any]

LOCAL: Final = "local"  # the backend of a run that names none

MAX_FIELDS: Final = 200  # of a config in a list of runs
MAX_SHOWN: Final = 200  # characters of one of them

# Fields in which runs of one variant may differ: where and on what they ran, not what was to be learnt.
NO_VARIANT: Final = ("preset", "graph", "split", "seed", "device", "histogram_every")


@dataclass(frozen=True)
class RunRecord:
    """One run in short. Accuracies are fractions, times Unix seconds; what is not known yet is None."""

    id: str
    backend: str  # what executes it: `local`, `vertex`
    machine: str  # the kind that is rented for it; empty where none is
    device: str  # what it computes on, once it does
    name: str  # that a person gave; empty without
    tags: tuple[str, ...]  # that people gave, as they did notes, star and archive
    notes: str  # Markdown
    starred: bool
    archived: bool  # left out of lists until it is asked for
    version: int | None  # of its graph's models, if it is one
    aliases: tuple[str, ...]  # of that version: `candidate`, `production`, and `previous`, where a rollback leads
    sweep: str  # whose trial it is, by id; empty without
    trial: int | None  # its number there
    visitor: str  # whose it is where guests may train, by a name that tells nothing of them; empty for the app's own
    parent: str  # that it was forked from, by id; empty without
    forked_at: int | None  # the epoch up to which it has its parent's
    state: StateName
    message: str  # one sentence for a person; empty when there is nothing to say
    imported: str  # what wrote it, where that was not this program: `tensorboard`, `wandb`, `csv`
    preset: str
    model: str
    graph: str
    graph_digest: str
    config: dict[str, Any]  # its plain values, of whatever version
    variant: str  # the same for runs whose configs differ in split, seed and device alone
    split: int
    seed: int
    epoch: int  # epochs trained so far, at most a second old while it runs
    epochs: int  # the same, counted in rows once the run has ended
    max_epochs: int
    best_epoch: int | None
    stopping_acc: float | None  # at the best epoch, as is val_acc
    val_acc: float | None
    last_val_acc: float | None  # at the last epoch
    best_val_acc: float | None  # the highest of any epoch
    test_acc: float | None  # of the best epoch, once the run is finalised
    seconds_per_epoch: float | None
    seconds: float | None  # training time, summed over resumes
    cost: float | None  # of that time, where its machine has a price
    energy_wh: float | None  # that a GPU has drawn, summed over resumes
    has_predictions: bool
    generation: int
    created_at: float
    started_at: float | None
    ended_at: float | None
    folder: str
    damage: str  # which of its files are damaged, and the way on; empty where all are whole

    @property
    def fallen(self) -> float | None:
        """How far validation accuracy at the last epoch is below the best of any."""
        best, last = self.best_val_acc, self.last_val_acc
        return None if best is None or last is None else best - last


@dataclass(frozen=True)
class RunFiles:
    """The content of a run's small files; empty (the report None) where missing, damaged or not to be counted."""

    config: Json
    environment: Json
    report: "Report | None"
    metrics: MetricsSummary
    has_predictions: bool
    damage: tuple[str, ...] = ()  # what is wrong with any of its files, each named


def compute_variant(config: Json) -> str:
    """A short digest of a config without split, seed and device; empty for an empty config.

    A field at its default counts as absent, so that a run keeps its variant when later versions add fields.
    """
    fields = {name: value for name, value in config.items() if name not in NO_VARIANT}
    defaults = read_defaults()
    changed = {name: value for name, value in fields.items() if name not in defaults or value != defaults[name]}
    text = json.dumps(changed, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if fields else ""


def build_record(run_id: str, state: RunState, content: RunFiles, *, folder: str) -> RunRecord:
    """A run's record out of its files: the report where it has one, else the metrics."""
    from core.runs.report import Report, find_winner  # which a list of known runs does without

    report, metrics, config = content.report or Report(), content.metrics, content.config
    told = content.environment.get("fork")
    fork: Json = told if isinstance(told, Mapping) else {}
    damage = _describe_damage(state, content.damage)
    epochs = report.epochs or metrics.epochs or state.epoch
    seconds_per_epoch = _first(report.seconds_per_epoch, metrics.seconds_per_epoch)
    return RunRecord(
        id=run_id,
        backend=_text(content.environment, "backend") or LOCAL,
        machine=_text(content.environment, "machine"),
        device=_text(content.environment, "device"),
        **vars(Label()),  # stands beside what a trainer writes: the store knows it
        **vars(Standing()),  # as does this
        sweep=_text(content.environment, "sweep"),
        trial=_whole(content.environment, "trial"),
        visitor=_text(content.environment, "visitor"),
        parent=_text(fork, "run"),
        forked_at=_whole(fork, "epoch"),
        state=state.state,
        message="; ".join(filter(None, [state.message, damage])),
        imported=_text(content.environment, "imported"),
        preset=_text(config, "preset"),
        # Where there was a race, the one that won it.
        model=str(RACERS.get(find_winner(report.race), {}).get("model", _text(config, "model"))),
        graph=name_twin(_text(config, "graph"), _text(content.environment, "graph_digest")),
        graph_digest=_text(content.environment, "graph_digest"),
        config=keep_plain(config),
        variant=compute_variant(config),
        split=_whole(config, "split") or 0,
        seed=_whole(config, "seed") or 0,
        epoch=max(state.epoch, metrics.epochs),
        epochs=epochs,
        max_epochs=_whole(config, "epochs") or 0,
        best_epoch=report.best_epoch or metrics.best_epoch,
        stopping_acc=_first(report.stopping_acc, metrics.stopping_acc),
        val_acc=_first(report.val_acc, metrics.val_acc),
        last_val_acc=_first(report.last_val_acc, metrics.last_val_acc),
        best_val_acc=_first(report.best_val_acc, metrics.best_val_acc),
        test_acc=report.test_acc,
        seconds_per_epoch=seconds_per_epoch,
        seconds=_first(metrics.seconds, None if seconds_per_epoch is None else seconds_per_epoch * epochs),
        cost=None,  # the store knows the prices
        energy_wh=_first(report.energy_wh, metrics.energy_wh),
        has_predictions=content.has_predictions,
        generation=state.metrics_generation,
        created_at=state.created_at,
        started_at=state.started_at,
        ended_at=state.ended_at,
        folder=folder,
        damage=state.message if state.is_unreadable else damage,
    )


def _describe_damage(state: RunState, damage: tuple[str, ...]) -> str:
    """What is wrong with a run's files, and the way on."""
    if not damage:
        return ""
    can_resume = state.state in ("stopped", "failed", "crashed") and not any(files.CONFIG in what for what in damage)
    way_on = "resume the run, which writes it anew, or delete it" if can_resume else "restore it, or delete the run"
    return f"{', and '.join(damage)}: {way_on}"


def keep_plain(config: Json) -> dict[str, Any]:
    """The fields of a config that a list can show: numbers, words, and not more of them than a config has."""
    shown = {name: value for name, value in config.items() if isinstance(value, bool | int | float | str | None)}
    short = {name: value for name, value in shown.items() if len(name) <= MAX_SHOWN and len(str(value)) <= MAX_SHOWN}
    return dict(islice(short.items(), MAX_FIELDS))


def _text(content: Json, key: str) -> str:
    value = content.get(key)
    return value if isinstance(value, str) else ""


def _whole(content: Json, key: str) -> int | None:
    value = content.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
