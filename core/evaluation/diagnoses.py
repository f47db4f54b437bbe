"""What a run's curves and report say is wrong with it, in words a person can act on. No torch here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.config.race import TITLES
from core.runs.details import Diagnosis
from core.runs.report import Report

# Measured on runs with learning rates from 1e-6 to 10 (docs/log.md). Losses are told in units of chance, log C.
FEWEST_EPOCHS: Final = 20
BLOWN_UP: Final = 2.5  # a stopping loss of so many chances early on: steps that lead far off
GROWN: Final = 2.0  # a training loss that ends so many times above its lowest, and half a chance
OVERFITTED: Final = 1.6  # a stopping loss that ends so many times above its lowest
MEMORISED: Final = 0.6  # while the training loss fell to this share of what it was there
UNLEARNT: Final = 0.7  # a share of the first stopping loss that is left
STILL: Final = 0.03  # by how much of itself it fell in the second half

Columns = Mapping[str, Sequence[float | None]]


@dataclass(frozen=True)
class _Curves:
    """Training and stopping loss by epoch [E], smoothed by a running median, in units of chance."""

    epochs: NDArray[np.float64]
    train: NDArray[np.float64]
    stopping: NDArray[np.float64]
    smooth_train: NDArray[np.float64]
    smooth_stopping: NDArray[np.float64]


def diagnose(columns: Columns, report: Report | None, names: Sequence[str]) -> tuple[Diagnosis, ...]:
    """What is wrong with a run, the gravest first; empty where nothing is, or where it has too few epochs to tell.

    columns: those of `metrics.csv`. names: of the categories [C].
    """
    curves = _read_curves(columns, len(names))
    found: list[Diagnosis] = []
    if curves is not None:
        found += next(([told] for told in _judge(curves) if told), [])
    return (*found, *_find_dead(report, names))


def tell_race(report: Report | None) -> tuple[Diagnosis, ...]:
    """Among which architectures a run chose, and by what margin; empty where its config named the architecture."""
    race = sorted(report.race if report else (), key=lambda racer: (not racer.is_chosen, -(racer.held_acc or 0.0)))
    if not race or not race[0].is_chosen:
        return ()
    told = [f"{TITLES.get(racer.name, racer.name)} {100 * (racer.held_acc or 0.0):.2f} %" for racer in race]
    margin = 100 * ((race[0].held_acc or 0.0) - (race[1].held_acc or 0.0)) if len(race) > 1 else 0.0
    seconds = sum(racer.seconds or 0.0 for racer in race)
    winner = TITLES.get(race[0].name, race[0].name)
    sentence = (
        f"It chose {winner} by {margin:.2f} points on stopping and validation articles: "
        f"{', '.join(told)}, each at its best of {max(racer.epochs or 0 for racer in race)} epochs, in "
        f"{seconds:,.1f} s."
    )
    return (Diagnosis("race", sentence),)


def _read_curves(columns: Columns, num_classes: int) -> _Curves | None:
    """None where there are too few rows with both losses."""
    empty: Sequence[float | None] = ()
    given = [columns.get(name, empty) for name in ("epoch", "train_loss", "stopping_loss")]
    rows = np.array([row for row in zip(*given, strict=False) if None not in row], dtype=float).reshape(-1, 3)
    if len(rows) < FEWEST_EPOCHS or num_classes < 2:
        return None
    chance = float(np.log(num_classes))
    epochs, train, stopping = rows[:, 0], rows[:, 1] / chance, rows[:, 2] / chance
    width = max(3, len(rows) // 20)
    return _Curves(epochs, train, stopping, _smooth(train, width), _smooth(stopping, width))


def _smooth(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """[E - width + 1] running medians."""
    smoothed: NDArray[np.float64] = np.median(np.lib.stride_tricks.sliding_window_view(values, width), axis=1)
    return smoothed


def _judge(curves: _Curves) -> Iterator[Diagnosis | None]:
    """One answer at most of these: what comes first explains what comes after."""
    yield _find_divergence(curves)
    yield _find_high_rate(curves)
    yield _find_plateau(curves)
    yield _find_overfitting(curves)


def _find_divergence(curves: _Curves) -> Diagnosis | None:
    low, end = float(curves.smooth_train.min()), float(curves.smooth_train[-1])
    if np.isfinite(curves.train).all() and end <= max(GROWN * low, low + 0.5):
        return None
    at = int(curves.epochs[int(np.nanargmin(curves.train))])
    return Diagnosis(
        "divergence",
        f"It diverges: the training loss ends {_times(end, low)} its lowest, of epoch {at:,}. "
        "Lower the learning rate (lr).",
    )


def _find_high_rate(curves: _Curves) -> Diagnosis | None:
    third = max(5, len(curves.stopping) // 3)
    at = int(curves.stopping[:third].argmax())
    peak = float(curves.stopping[at])
    if peak <= BLOWN_UP:
        return None
    return Diagnosis(
        "learning rate too high",
        f"The learning rate is too high: at epoch {int(curves.epochs[at]):,} the stopping loss was {peak:,.1f} times "
        "that of guessing. Try a tenth of lr.",
    )


def _find_plateau(curves: _Curves) -> Diagnosis | None:
    stopping = curves.smooth_stopping
    half, end = float(stopping[len(stopping) // 2]), float(stopping[-1])
    if end < UNLEARNT * float(curves.stopping[0]) or half - end > STILL * half or end > OVERFITTED * stopping.min():
        return None
    return Diagnosis(
        "plateau",
        f"It hardly learns: the stopping loss fell by {100 * max(0.0, 1 - end / half):.1f} % in the second half of its "
        f"epochs, and stands at {end:.2f} times that of guessing. Raise the learning rate (lr), or regularise less.",
    )


def _find_overfitting(curves: _Curves) -> Diagnosis | None:
    at = int(curves.smooth_stopping.argmin())
    low, end = float(curves.smooth_stopping[at]), float(curves.smooth_stopping[-1])
    if end < OVERFITTED * low or float(curves.smooth_train[-1]) > MEMORISED * float(curves.smooth_train[at]):
        return None
    return Diagnosis(
        "over-fitting",
        f"It over-fits: since epoch {int(curves.epochs[at]):,} the stopping loss rose to {_times(end, low)} its lowest "
        "while the training loss fell. More dropout or weight_decay, or fewer epochs.",
    )


def _find_dead(report: Report | None, names: Sequence[str]) -> list[Diagnosis]:
    """Categories that no test article is taken for, though some are of it."""
    confusion = np.array(report.confusion if report else (), dtype=np.int64)
    if confusion.shape != (len(names), len(names)):
        return []
    dead = np.flatnonzero((confusion.sum(axis=0) == 0) & (confusion.sum(axis=1) > 0)).tolist()
    if not report or not dead:
        return []
    told = [(names[at], f"{confusion[at].sum():,}") for at in dead]
    if len(told) == 1:
        found = "The model puts no test article into {}, where {} belong".format(*told[0])
    else:
        found = f"The model puts no test article into {len(told)} of {len(names)} categories, where some belong: "
        found += ", ".join(f"{name} ({count})" for name, count in told)
    if report.outcome == "stopped":
        return [Diagnosis("dead category", f"{found}. It was stopped early: resume it first.")]
    return [
        Diagnosis(
            "dead category", f"{found}: see how many training articles are of {'it' if len(told) == 1 else 'them'}."
        )
    ]


def _times(end: float, low: float) -> str:
    return f"{end / low:,.1f} times" if low > 0 and np.isfinite(end) else "far above"
