"""What names of elsewhere mean here: metrics, settings, and what a path says of group, split and seed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from core.config.models import MODEL_SPECS
from core.runs.imports.foreign import Plain
from core.runs.metrics import COLUMNS

_PARTS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "val"),
    **dict.fromkeys(("stopping", "stop"), "stopping"),
    "test": "test",
}
_MEASURES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("acc", "accuracy"), "acc"),
    **dict.fromkeys(("loss", "nll"), "loss"),
}
_FILLERS: Final = ("epoch", "metrics", "avg", "mean", "eval", "")
_ALIASES: Final[Mapping[str, str]] = {"learning_rate": "lr", "learning-rate": "lr"}
_OWN: Final = frozenset(COLUMNS) - {"epoch", "step", "logged_at"}
_APART: Final = re.compile(r"[/\\_\-. :|]+")
_SPLIT: Final = re.compile(r"(?<![a-z])(?:split|fold)[\s_=\-]*(\d{1,4})(?!\d)", re.IGNORECASE)
_SEED: Final = re.compile(r"(?<![a-z])(?:seed|run|rep|repeat|repetition|trial)[\s_=\-]*(\d{1,5})(?!\d)", re.IGNORECASE)
_UNWRITABLE: Final = re.compile(r'[,"]')


@dataclass(frozen=True)
class Place:
    """What a run's path says of it."""

    group: str  # the path without split and seed: runs of one config
    split: int | None
    seed: int | None
    model: str  # one of ours that the path names; empty without


def read_path(path: str) -> Place:
    """`gcn_optimized/split_3_run_1` is split 3 and seed 1 of the group `gcn_optimized`, which is a GCN."""
    split, seed = _SPLIT.search(path), _SEED.search(path)
    rest = _SPLIT.sub("", path) if split else path
    rest = _SEED.sub("", rest) if seed else rest
    parts = [part for part in (part.strip(" _-.=") for part in PurePosixPath(rest).parts) if part not in ("", "/")]
    words = [word for part in parts for word in _APART.split(part.lower())]
    model = next((word for word in reversed(words) if word in MODEL_SPECS), "")
    return Place(
        group="/".join(parts),
        split=int(split[1]) if split else None,
        seed=int(seed[1]) if seed else None,
        model=model,
    )


def name_metrics(names: Iterable[str]) -> dict[str, str]:
    """Columns of a `metrics.csv` by the names that another program gave; of two with one meaning the first has it."""
    found: dict[str, str] = {}
    for name in sorted(names):
        shown = "".join(letter if letter.isprintable() else "_" for letter in name.strip())
        plain = _UNWRITABLE.sub("_", shown) or "value"
        column = _translate(plain) or plain
        taken = {*found.values(), "epoch", "step", "logged_at"}
        while column in taken:
            column = plain if plain not in taken else f"{plain} (logged)"
            plain = column
        found[name] = column
    return found


def _translate(name: str) -> str:
    """What a metric is called here; empty where that is not obvious."""
    if name.lower() in _OWN:
        return name.lower()
    if name.lower() in _ALIASES:
        return _ALIASES[name.lower()]
    words = [word for word in _APART.split(name.lower()) if word not in _FILLERS]
    parts = [_PARTS[word] for word in words if word in _PARTS]
    measures = [_MEASURES[word] for word in words if word in _MEASURES]
    return f"{parts[0]}_{measures[0]}" if len(words) == 2 and parts and measures else ""


def name_settings(settings: Mapping[str, Plain]) -> dict[str, Plain]:
    """Settings under the names that they have here."""
    return {_ALIASES.get(name, name): value for name, value in settings.items()}
