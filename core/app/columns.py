"""Columns of `metrics.csv` as a person reads them: what one is called, in which unit it is, and which a word means."""

import re
from collections.abc import Collection, Mapping
from typing import Final

SHARE: Final = "share"  # the unit of a fraction, which people read as per cent
WALL: Final = "wall_seconds"  # no column: the time since training began, pauses too
_SHARES: Final = re.compile(r"(^|[_/ ])(acc|accuracy|f1|precision|recall|share)$")
_UNITS: Final[Mapping[str, str]] = {
    "_seconds": "s",
    "_bytes": "bytes",
    "_percent": "%",
    "_watts": "W",
    "_wh": "Wh",
    "loss": "nats",
}
_WORDS: Final[Mapping[str, str]] = {
    "val": "validation",
    "train": "training",
    "acc": "accuracy",
    "lr": "learning rate",
    "grad": "gradient",
    "cpu": "CPU",
    "gpu": "GPU",
}
_TITLES: Final[Mapping[str, str]] = {
    WALL: "Time since training began",
    "elapsed_seconds": "Training time",
    "logged_at": "Time",
    "epoch_seconds": "Epoch time",
}
_PARTS: Final = ("val", "stopping", "train")  # which of them is meant where none is named


def unit_of(column: str) -> str:
    """The unit of a column; empty where its name does not say it."""
    if _SHARES.search(column):
        return SHARE
    return next((unit for ending, unit in _UNITS.items() if column.endswith(ending)), "")


def title_of(column: str) -> str:
    """What a column is called: `val_acc` is Validation accuracy."""
    if column in _TITLES:
        return _TITLES[column]
    words = re.sub(r"_(seconds|bytes|percent|watts|wh)$", "", column).replace("_", " ").split() or [column]
    said = " ".join(_WORDS.get(word, word) for word in words)
    return said[0].upper() + said[1:]


def title_of_chart(metric: str, x: str) -> str:
    """What a chart of one column over another is called."""
    return f"{title_of(metric)} by {title_of(x)[0].lower()}{title_of(x)[1:]}"


def find_column(word: str, columns: Collection[str]) -> str | None:
    """The column that is meant: itself, or that of validation articles for `loss` and `accuracy`; None for neither."""
    short = "acc" if word == "accuracy" else word
    return next((name for name in (word, *(f"{part}_{short}" for part in _PARTS)) if name in columns), None)
