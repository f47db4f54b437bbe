"""Live curves of one or more runs: they draw themselves from the HTTP interface and never rerun the script."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import streamlit as st

from core.runs.state import StateName
from pages.ui.components.assets import load_component, plotly_url
from pages.ui.text import PARTS, explain_parts
from pages.ui.theme import run_colors

NUM_COLORS: Final = 20


@dataclass(frozen=True)
class CurveRun:
    """A run as its curves know it. `state` is the one that the script drew: its end is told only if it was active.

    `name` is the id when empty, `color` is hex and chosen by position when None. `fields` is what it may be grouped by.
    """

    id: str
    state: StateName
    name: str = ""
    color: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CurveTools:
    """How the curves are looked at, and may be: `view` are parameters of the URL, `static/curves/view_state.js` reads
    them. `groupings` names fields of the runs; `on_view` takes what has changed, None for a parameter that is gone.
    `baseline` is the run that lines may be drawn as differences to, be it drawn or not.
    """

    view: Mapping[str, str]
    groupings: Mapping[str, str]
    on_view: Callable[[dict[str, Any]], None]
    baseline: CurveRun | None = None


@dataclass(frozen=True)
class CurveChart:
    """One chart that stands first. `columns` maps a part (train, stopping, val) to a column of `metrics.csv`.

    `unit` is "share" for fractions, shown as per cent, else the unit's name; only the latter know a log scale. `x` is
    an axis of its own, named as in the URL. A column under `WHOLE` is drawn whatever parts are switched off.
    """

    id: str
    title: str
    unit: str
    columns: Mapping[str, str]
    x: str = ""


NATS: Final = "Loss: mean cross entropy in nats, the unit of natural logarithms; less is better, 0 is sure and right."
WHOLE: Final = "value"
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
    tools: CurveTools | None = None,
    height: int = 280,
    reveal: str = "",
    on_ended: Callable[[], None] | None = None,
) -> list[str]:
    """Draws the curves and returns the ids of runs that have just ended, else an empty list.

    There is a chart for every metric that any of the runs has logged; `charts` stand first. tools: without them there
    is no toolbar. height: of each chart, px. reveal: the key of what stands above, which comes to the top when a run is
    new here. on_ended: with it the script runs once more when a run that was drawn as active ends; no other news reruns
    it. The component keeps zoom and hidden lines as long as `key` stays.
    """
    data = {
        "runs": _describe(runs),
        "charts": [_describe_chart(chart) for chart in charts],
        "parts": list(_PARTS),
        "view": None if tools is None else dict(tools.view),
        "groupings": [{"value": name, "label": label} for name, label in (tools.groupings if tools else {}).items()],
        "baseline": _describe([tools.baseline])[0] if tools and tools.baseline else None,
        "palette": run_colors(NUM_COLORS),
        "height": height,
        "plotly": plotly_url(),
        "reveal": reveal,
        "reports": on_ended is not None,
        "run_at": time.time(),  # differs at every run of the script, which asks anew: a run may have been resumed
    }

    def take_view() -> None:
        if tools is not None and (changes := st.session_state[key].get("view")):
            tools.on_view(dict(changes))

    draw = load_component("curves", plots=True)
    result = draw(key=key, data=data, on_ended_change=on_ended or (lambda: None), on_view_change=take_view)
    if explained := _explain(charts):
        st.caption(explained)
    return list(result.get("ended") or [])


def _explain(charts: Sequence[CurveChart]) -> str:
    """The words that stand in these charts."""
    parts = explain_parts("train", "stopping", "validation") if any(WHOLE not in one.columns for one in charts) else ""
    return f"{parts} {NATS if any(one.unit == 'nats' for one in charts) else ''}".strip()


def _describe_chart(chart: CurveChart) -> dict[str, Any]:
    own = {name: value for name, value in asdict(chart).items() if name != "x" or value}
    return own | {"columns": dict(chart.columns)}


def _describe(runs: Sequence[CurveRun]) -> list[dict[str, Any]]:
    colors = run_colors(len(runs))
    return [
        {**asdict(run), "name": run.name or run.id, "color": run.color or color, "fields": dict(run.fields)}
        for run, color in zip(runs, colors, strict=True)
    ]
