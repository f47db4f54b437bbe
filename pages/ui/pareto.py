"""What accuracy takes: runs by their time, cost or energy, and the line of those that no other run beats."""

from collections.abc import Sequence
from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from core.evaluation.pareto import find_front
from core.runs.fields import VALUE_KINDS
from core.runs.record import RunRecord
from pages.ui import charts, inputs, stages
from pages.ui.loaders import get_explorer
from pages.ui.run_table import KINDS, SPENT, Look, read_values
from pages.ui.text import escape_markdown, escape_plotly, number, percent
from pages.ui.theme import ACCENT

FEWEST: Final = 2
MARKER: Final = {"size": 7, "opacity": 0.7, "color": charts.PICKED}


def draw_pareto(records: Sequence[RunRecord], look: Look) -> None:
    """The chart, folded away; nothing where fewer than two runs have both numbers.

    It is made once it is unfolded, by a run of this part alone: Streamlit's charts are 5 MB of code, which the browser
    would else load and run before the curves.
    """
    timed = [record for record in records if record.seconds is not None and record.val_acc is not None]
    if len(timed) >= FEWEST:
        st.fragment(_draw_folded)(timed, look)


def _draw_folded(timed: Sequence[RunRecord], look: Look) -> None:
    folded = st.expander(
        "Accuracy against time, cost and energy",
        expanded=bool(inputs.read_param("spent")),
        icon=":material/scatter_plot:",
        key="runs_pareto",
        on_change="rerun",
    )
    if not folded.open:
        return
    with folded:
        currency = get_explorer().prices.currency
        titles = {"time": "Training time (s)", "cost": f"Cost {currency}".rstrip(), "energy": "Energy (Wh)"}
        offered = [name for name in titles if sum(getattr(r, SPENT[name]) is not None for r in timed) >= FEWEST]
        spent = inputs.choose(
            st.segmented_control,
            "Against",
            offered,
            param="spent",
            default="time",
            key="runs_spent",
            required=True,
            format_func=titles.get,
        )
        shown = [record for record in read_values(timed, look) if getattr(record, SPENT[spent]) is not None]
        taken = [float(getattr(record, SPENT[spent])) for record in shown]
        reached = [getattr(record, VALUE_KINDS[look.kind]) or 0.0 for record in shown]
        front = find_front(taken, reached)
        st.plotly_chart(
            build_pareto(shown, taken, reached, front, title=titles[spent]),
            key=f"runs_pareto_{spent}",
            config=charts.CONFIG,
            alt=f"Validation accuracy of runs against {titles[spent].lower()}",
        )
        best = [f"{escape_markdown(stages.name_run(shown[at]))} ({percent(reached[at])})" for at in front]
        which = f", of the {KINDS[look.kind].lower()}" if look.kind != "kept" else ""
        st.caption(f"No other run beats these{which}, the least first: {', '.join(best)}.")


def build_pareto(
    records: Sequence[RunRecord], taken: Sequence[float], reached: Sequence[float], front: Sequence[int], *, title: str
) -> go.Figure:
    """A point a run, and a line through those on the front."""
    names = [escape_plotly(stages.name_run(record)) for record in records]
    told = [
        f"{name}<br>{percent(y)}, {title.lower()}: {number(x)}"
        for name, x, y in zip(names, taken, reached, strict=True)
    ]
    hover: dict[str, Any] = {"hovertemplate": "%{text}<extra></extra>"}
    figure = go.Figure(
        [
            go.Scatter(x=taken, y=reached, text=told, mode="markers", name="Runs", marker=MARKER, **hover),
            go.Scatter(
                x=[taken[at] for at in front],
                y=[reached[at] for at in front],
                text=[told[at] for at in front],
                mode="lines+markers",
                line={"shape": "hv", "color": ACCENT},
                marker={"size": 9},
                name="Best for what they take",
                **hover,
            ),
        ]
    )
    figure.update_xaxes(title=title, type="log" if min(taken) > 0 and max(taken) > 20 * min(taken) else "linear")
    figure.update_yaxes(title="Validation accuracy", tickformat=".1%")
    figure.update_layout(
        height=340, legend={"orientation": "h", "y": 1.12}, margin={"t": 30, "b": 10, "l": 10, "r": 10}
    )
    return figure
