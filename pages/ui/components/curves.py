"""Live curves of one or more runs: they draw themselves from the HTTP interface and never rerun the script."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

import streamlit as st

from core.runs.state import StateName
from pages.ui.components.assets import load_component, plotly_url
from pages.ui.text import PARTS, explain_parts
from pages.ui.theme import run_colors

XName = Literal["epoch", "step", "elapsed_seconds", "logged_at"]


@dataclass(frozen=True)
class CurveRun:
    """A run as its curves know it. `state` is the one that the script drew: its end is told only if it was active.

    `name` is the id when empty, `color` is hex and chosen by position when None.
    """

    id: str
    state: StateName
    name: str = ""
    color: str | None = None


@dataclass(frozen=True)
class CurveChart:
    """One chart. `columns` maps a part (train, stopping, val) to a column of `metrics.csv`.

    `unit` is "share" for fractions, shown as per cent, else the unit's name; only the latter know a log scale.
    """

    id: str
    title: str
    unit: str
    columns: Mapping[str, str]


LOSS: Final = CurveChart(
    "loss", "Loss", "nats", {"train": "train_loss", "stopping": "stopping_loss", "val": "val_loss"}
)
ACCURACY: Final = CurveChart(
    "accuracy", "Accuracy", "share", {"train": "train_acc", "stopping": "stopping_acc", "val": "val_acc"}
)

# Of one run each part has its colour ("neutral" and "accent" follow the theme); of several the run has the colour
# and the part the dashes. `compared` is what several runs show at first.
_PARTS: Final = (
    {
        "id": "train",
        "label": "Train",
        "help": PARTS["train"].capitalize(),
        "color": "neutral",
        "dash": "dot",
        "compared": False,
    },
    {
        "id": "stopping",
        "label": "Stopping",
        "help": PARTS["stopping"].capitalize(),
        "color": "accent",
        "dash": "dash",
        "compared": False,
    },
    {
        "id": "val",
        "label": "Validation",
        "help": PARTS["validation"].capitalize(),
        "color": "#c8620a",
        "dash": "solid",
        "compared": True,
    },
)


def curves(
    runs: Sequence[CurveRun],
    *,
    key: str,
    charts: Sequence[CurveChart] = (LOSS, ACCURACY),
    x: XName = "epoch",
    smoothing: float = 0.0,
    log: bool = False,
    height: int = 280,
    reveal: bool = False,
    on_ended: Callable[[], None] | None = None,
) -> list[str]:
    """Draws the curves and returns the ids of runs that have just ended, else an empty list.

    smoothing: weight of the moving average, 0 (off) to below 1. height: of each chart, px. reveal: scrolls to the
    curves when they are drawn for the first time. on_ended: with it the script runs once more when a run that was
    drawn as active ends; no other news reruns it. The component keeps zoom and hidden lines as long as `key` stays.
    """
    colors = run_colors(len(runs))
    data = {
        "runs": [
            {**asdict(run), "name": run.name or run.id, "color": run.color or color}
            for run, color in zip(runs, colors, strict=True)
        ],
        "charts": [{**asdict(chart), "columns": dict(chart.columns)} for chart in charts],
        "parts": list(_PARTS),
        "x": x,
        "smoothing": min(max(float(smoothing), 0.0), 0.999),
        "log": log,
        "height": height,
        "plotly": plotly_url(),
        "reveal": reveal,
        "reports": on_ended is not None,
        "run_at": time.time(),  # differs at every run of the script, which asks anew: a run may have been resumed
    }
    result = load_component("curves")(key=key, data=data, on_ended_change=on_ended or (lambda: None))
    st.caption(explain_parts("train", "stopping", "validation"))
    return list(result.get("ended") or [])
