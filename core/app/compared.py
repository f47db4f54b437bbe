"""What a comparison of runs answers, and how a person says it."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.config.fields import uses_field
from core.config.models import MODEL_SPECS
from core.evaluation.changes import PredictionChanges
from core.evaluation.comparison import Interval
from core.evaluation.differences import find_differences
from core.evaluation.paired import FEWEST_SPLITS, Basis
from core.graph.graph import Graph
from core.inference.articles import ArticleHit, build_hit
from core.inference.predict import RunPredictions
from core.runs.details import RunDetails
from core.runs.environment import publish
from core.runs.record import RunRecord
from core.runs.state import ACTIVE, ENDED, REPORTED

# Of a record and its report, in the order in which they are shown.
METRICS: Final = (
    *("test_acc", "val_acc", "stopping_acc", "train_acc", "macro_f1", "ece", "best_epoch", "epochs"),
    *("seconds_per_epoch", "seconds", "cost", "energy_wh", "num_parameters", "peak_memory_mb"),
)
# Of which more is better (1) or worse (-1); of others neither.
DIRECTIONS: Final = dict.fromkeys((*METRICS[:5], "last_val_acc", "best_val_acc"), 1) | dict.fromkeys(
    ("ece", "seconds_per_epoch", "seconds", "cost", "energy_wh", "peak_memory_mb"), -1
)

# Fractions, which are told in per cent.
SHARES: Final = ("test_acc", "val_acc", "stopping_acc", "train_acc", "macro_f1", "ece")
TITLES: Final[Mapping[str, str]] = {
    "test_acc": "Test accuracy",
    "val_acc": "Validation accuracy",
    "stopping_acc": "Stopping accuracy",
    "train_acc": "Training accuracy",
    "macro_f1": "Macro-F1",
    "ece": "Calibration error",
    "best_epoch": "Kept epoch",
    "epochs": "Epochs",
    "seconds_per_epoch": "Seconds an epoch",
    "seconds": "Training time (s)",
    "cost": "Cost",
    "energy_wh": "Energy (Wh)",
    "num_parameters": "Parameters",
    "peak_memory_mb": "Peak memory (MB)",
}


@dataclass(frozen=True)
class ChangedArticle(ArticleHit):
    """A test article of which the first run predicts one category, and the second another."""

    first: str
    second: str


@dataclass(frozen=True)
class ChangedArticles:
    """The test articles whose prediction changed from the first run to the second, and McNemar's exact test of it."""

    fixed: list[ChangedArticle]  # wrong by the first, right by the second
    broken: list[ChangedArticle]  # right by the first, wrong by the second
    swapped: list[ChangedArticle]  # wrong by both, as another category
    num_articles: int
    mcnemar_p: float


@dataclass(frozen=True)
class RunDifference:
    """How much better the second run is than the first: the fields of `core.evaluation.paired.PairedDifference`."""

    mean: float
    interval: Interval
    told_apart: bool
    basis: Basis
    num_splits: int
    t_p: float | None
    wilcoxon_p: float | None
    effect_size: float | None


@dataclass(frozen=True)
class RunComparison:
    """Several runs side by side; `articles`, `difference` and `sentence` are of the first two.

    config, environment and data hold the fields that differ, metrics all that any of the runs has, with one value a
    run; same: the fields of each part that are alike. What is not known is None.
    """

    runs: list[str]
    config: dict[str, list[Any]]
    environment: dict[str, list[Any]]
    data: dict[str, list[Any]]
    metrics: dict[str, list[float | None]]
    same: dict[str, dict[str, Any]]
    articles: ChangedArticles | None
    difference: RunDifference | None
    sentence: str
    advice: str  # what it does not tell, and the way to it; empty where nothing is left to say
    cut_short: str  # which of all runs did not train to their end; empty where all did, or still train


def name_apart(records: Sequence[RunRecord]) -> dict[str, str]:
    """A name by id: the one that a person gave where no other run of these has it, else the id."""
    counts = Counter(record.name for record in records)
    return {record.id: record.name if record.name and counts[record.name] == 1 else record.id for record in records}


def compare_configs(configs: Sequence[Mapping[str, Any]]) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """As `find_differences`. A field that differs only because one model does not use it is as the others have it."""
    used = [_list_used(config) for config in configs]
    differs, same = find_differences(used)
    moot = {}
    for name, values in differs.items():
        own = [
            value
            for value, mine, config in zip(values, used, configs, strict=True)
            if name in mine or name not in config
        ]
        if len(own) < len(values) and all(value == own[0] for value in own):
            moot[name] = own[0]
    return {name: values for name, values in differs.items() if name not in moot}, same | moot


def _list_used(config: Mapping[str, Any]) -> dict[str, Any]:
    """What of a config its model uses, without the graph, which is among the data."""
    model = config.get("model")
    found = {name: value for name, value in config.items() if name != "graph"}
    if not (isinstance(model, str) and model in MODEL_SPECS) or config.get("race_epochs"):  # a race tries several
        return found
    return {name: value for name, value in found.items() if uses_field(model, name)}


def describe_environment(environment: Mapping[str, Any]) -> dict[str, Any]:
    """An environment as a visitor may see it; of uncommitted lines of code how many, and a digest."""
    shown = publish(environment)
    git = environment.get("git")
    diff = git.get("diff") if isinstance(git, Mapping) else None
    if isinstance(diff, str) and diff and isinstance(shown.get("git"), dict):
        digest = hashlib.sha256(diff.encode(errors="replace")).hexdigest()[:8]
        shown["git"] |= {"diff": f"{len(diff.splitlines()):,} lines, {digest}"}
    return shown


def collect_metrics(several: Sequence[RunDetails]) -> dict[str, list[float | None]]:
    """One value a run, of each metric that any of them has."""
    columns = {
        name: [
            getattr(run.report, name, None) if getattr(run, name, None) is None else getattr(run, name)
            for run in several
        ]
        for name in METRICS
    }
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}


def name_articles(
    graph: Graph, changes: PredictionChanges, first: RunPredictions, second: RunPredictions
) -> ChangedArticles:
    """The changes as articles with their titles, the surest of the second run first."""

    def name(indices: Sequence[int]) -> list[ChangedArticle]:
        surest = sorted(indices, key=lambda index: -float(second.confidence[index]))
        return [
            ChangedArticle(
                **vars(build_hit(graph, index)),
                first=graph.class_names[first.pred[index]],
                second=graph.class_names[second.pred[index]],
            )
            for index in surest
        ]

    kinds = {kind: name(getattr(changes, kind).tolist()) for kind in ("fixed", "broken", "swapped")}
    return ChangedArticles(**kinds, num_articles=changes.num_articles, mcnemar_p=changes.mcnemar_p)


def describe_difference(found: RunDifference, first: str, second: str) -> str:
    """The difference as a person says it, in points (per cent of the test articles)."""
    low, high = (100 * bound for bound in found.interval)
    points = 100 * found.mean
    basis = {
        "splits and articles": f"{found.num_splits} common splits and their test articles",
        "splits": f"{found.num_splits} common splits alone, without their articles",
        "articles": "the test articles of these two runs alone",
    }[found.basis]
    spread = f"(95 % interval {low:+.2f} to {high:+.2f}, over {basis})"
    if not found.told_apart:
        return f"{second} and {first} cannot be told apart: {points:+.2f} points {spread}."
    return f"{second} is {'better' if points > 0 else 'worse'} than {first} by {abs(points):.2f} points {spread}."


def advise(found: RunDifference, *, same: bool) -> str:
    """What a difference of two runs alone leaves open. same: whether their configs are but for split, seed, device."""
    if found.basis != "articles":
        return ""
    if same:
        return "Their settings are the same but for split, seed and device."
    return (
        f"Whether the settings differ in general takes {FEWEST_SPLITS} splits on which both have finished (so far "
        f"{found.num_splits}): benchmark both."
    )


def is_cut_short(run: RunRecord) -> bool:
    """Whether a run has ended before its training had."""
    return run.state in ENDED and run.state != "finished"


def describe_cut_short(runs: Sequence[RunRecord], names: Mapping[str, str]) -> str:
    """Which of these runs did not train to their end, and after how many epochs; empty where all did."""
    told = {"stopped": "was stopped", "crashed": "crashed", "failed": "failed"}
    return " ".join(
        f"{names[run.id]} {told[run.state]} {_describe_reach(run)}: its numbers are of a training that was cut short."
        for run in runs
        if is_cut_short(run) and run.epochs
    )


def _describe_reach(run: RunRecord) -> str:
    at_most = f" of at most {run.max_epochs:,}" if run.max_epochs else ""  # which an imported run does not tell
    return f"after {run.epochs:,}{at_most} epoch{'' if (run.max_epochs or run.epochs) == 1 else 's'}"


def explain_nothing(first: RunRecord, second: RunRecord, names: tuple[str, str]) -> str:
    """Why no difference of accuracies is told."""
    named = list(zip((first, second), names, strict=True))
    if on_their_way := [name for run, name in named if run.state in ACTIVE]:
        have = "has" if len(on_their_way) == 1 else "have"
        return f"Nothing can be told apart yet: {' and '.join(on_their_way)} {have} not ended."
    lacking = [name for run, name in named if not run.has_predictions or run.state not in REPORTED]
    if not lacking:
        return f"{names[1]} and {names[0]} cannot be told apart: the predictions of one cannot be read."
    have = "has" if len(lacking) == 1 else "have"
    return (
        f"Nothing can be told apart yet: {' and '.join(lacking)} {have} no predictions, and too few splits in common."
    )
