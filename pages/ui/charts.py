"""Still pictures of numbers, as Plotly figures: what a graph has, what a run and a benchmark reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.runs.report import ReliabilityBin
from pages.ui.text import escape_plotly, number, shorten
from pages.ui.theme import ACCENT, category_colors

PICKED = "#c8620a"  # what was clicked, on both backgrounds
CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False}
ROW_HEIGHT = 26
TWO_LINES = 30  # the height of a row whose name may take two
LONGEST_TICK = 22  # characters; hovering says the whole name
LONGEST_BESIDE = 14  # of a line of a name in a narrow column, of which plotly gives it half
MOST_BARS = 12  # categories whose probabilities are drawn, the likeliest
CELL_TEXT_PX = 10
DIGIT_PX = 5.2  # of that size
LETTER_PX = 6  # beside an axis
LEAST_ROW_HEIGHT = 8
MATRIX_HEIGHT = 900  # px: with more rows than fit they become lower
ROOM_FOR_COUNTS = 1.35  # of the longest bar, so that the number beside it fits on a phone
ROOM_FOR_NUMBERS = 160  # per cent of a narrow column, so that the number beside a full bar fits


def build_figure(traces: list[Any], *, height: int, **layout: Any) -> go.Figure:
    """Traces on axes that stay where they are, and no more."""
    figure = go.Figure(traces)
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        dragmode=False,
        bargap=layout.pop("bargap", 0.25),
        xaxis={"automargin": True, "fixedrange": True, **layout.pop("xaxis", {})},
        yaxis={"automargin": True, "fixedrange": True, **layout.pop("yaxis", {})},
        **layout,
    )
    return figure


def _name_categories(names: Sequence[str]) -> dict[str, Any]:
    """An axis of categories that names as many as fit without overlap, long names shortened."""
    aliases = {escape_plotly(name): escape_plotly(shorten(name, LONGEST_TICK)) for name in names}
    return {
        "type": "category",
        "tickfont": {"size": 11},
        "labelalias": {name: short for name, short in aliases.items() if name != short},
    }


def _break_name(name: str) -> str:
    """A category's name on one line or two, shortened where it takes more."""
    first, *rest = wrap(name, LONGEST_BESIDE, break_on_hyphens=False) or [""]
    lines = [first, shorten(" ".join(rest), LONGEST_BESIDE)] if rest else [first]
    return "<br>".join(escape_plotly(line) for line in lines)


def _name_ticks(names: Sequence[str]) -> dict[str, Any]:
    """An axis of categories whose long names are shortened."""
    labels = [escape_plotly(name) for name in names]
    return {
        "tickmode": "array",
        "tickvals": labels,
        "ticktext": [escape_plotly(shorten(name, LONGEST_TICK)) for name in names],
    }


def build_category_sizes(names: Sequence[str], sizes: Sequence[int]) -> go.Figure:
    """One bar a category, in its colour, with its number of articles."""
    labels = [escape_plotly(name) for name in names]
    bar = go.Bar(
        x=list(sizes),
        y=labels,
        orientation="h",
        marker_color=category_colors(len(names)),
        text=[f"{size:,}" for size in sizes],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,} articles<extra></extra>",
    )
    return build_figure(
        [bar],
        height=ROW_HEIGHT * len(names) + 30,
        yaxis={"autorange": "reversed", "showgrid": False, **_name_ticks(names)},
        xaxis={"visible": False, "range": [0, max(sizes) * ROOM_FOR_COUNTS]},
    )


def row_height_of(num_rows: int) -> float:
    """Pixels of a matrix's row: fewer where there are many."""
    return max(LEAST_ROW_HEIGHT, min(ROW_HEIGHT, MATRIX_HEIGHT / num_rows))


def room_for_numbers(names: Sequence[str], text: Sequence[Sequence[str]]) -> float:
    """Pixels that a matrix must be wide for its numbers to stand in its cells; infinite where its rows are too low."""
    if row_height_of(len(names)) < CELL_TEXT_PX + 4:
        return float("inf")
    longest = max((len(cell) for row in text for cell in row), default=0)
    beside = LETTER_PX * min(max(map(len, names)), LONGEST_TICK) + 50  # names, the axis's title, margins
    return beside + len(names) * (DIGIT_PX * longest + 4)


def _build_matrix(
    values: Any, names: Sequence[str], hover: str, *, text: Any, said: Any, x_title: str, y_title: str
) -> go.Figure:
    """text: what stands in the cells; said: what hovering says of each."""
    labels = [escape_plotly(name) for name in names]
    heat = go.Heatmap(
        z=values,
        x=labels,
        y=labels,
        text=text,
        customdata=said,
        texttemplate="%{text}",
        textfont={"size": CELL_TEXT_PX},
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate=hover,
    )
    ticks = _name_categories(names)
    return build_figure(
        [heat],
        height=round(row_height_of(len(names)) * len(names)) + 130,
        xaxis={"title": x_title, "tickangle": -60, "showgrid": False, "side": "bottom", "ticks": "", **ticks},
        yaxis={"title": y_title, "autorange": "reversed", "showgrid": False, "ticks": "", **ticks},
    )


def build_link_rates(names: Sequence[str], rates: Any) -> go.Figure:
    """Links from one category to another per 1,000 pairs of their articles, darker where more (root scale)."""
    per_mille = 1000 * np.asarray(rates, dtype=float)
    return _build_matrix(
        np.sqrt(per_mille),
        names,
        "%{y} to %{x}: %{customdata} links per 1,000 pairs<extra></extra>",
        text=[[number(rate) if rate >= 0.05 else "" for rate in row] for row in per_mille.tolist()],
        said=[[number(rate) for rate in row] for row in per_mille.tolist()],
        x_title="to",
        y_title="from",
    )


def build_confusion(names: Sequence[str], confusion: Any, *, picks: Sequence[Sequence[str]] = ()) -> go.Figure:
    """Counts of test articles: rows are true categories, columns predicted ones; shade is the share of the row.

    picks: [C][C] what a click on each cell means; none can be clicked without.
    """
    counts = np.asarray(confusion)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = _build_matrix(
        share,
        names,
        "%{y} predicted as %{x}: %{customdata} articles<extra></extra>",
        text=[[f"{count}" if count else "" for count in row] for row in counts.tolist()],
        said=[[f"{count:,}" for count in row] for row in counts.tolist()],
        x_title="predicted",
        y_title="true",
    )
    if picks:
        _lay_cells(figure, names, picks)
    return figure


def _lay_cells(figure: go.Figure, names: Sequence[str], picks: Sequence[Sequence[str]]) -> None:
    """Lays a mark over each cell that is seen once it is clicked: Plotly takes no clicks on a heat map itself."""
    heat, labels = figure.data[0], [escape_plotly(name) for name in names]
    cells = [(column, row) for row in labels for column in labels]
    said = [said for row in heat.customdata for said in row]
    figure.add_scatter(
        x=[column for column, _ in cells],
        y=[row for _, row in cells],
        customdata=[pick for row in picks for pick in row],
        text=said,
        mode="markers",
        marker={"symbol": "square-open", "size": 20, "opacity": 0, "color": PICKED, "line": {"width": 3}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate="%{y} predicted as %{x}: %{text} articles<extra></extra>",
    )
    heat.hoverinfo, heat.hovertemplate = "skip", None
    figure.update_layout(hovermode="closest", hoverdistance=-1, clickmode="event+select")


def choose_likeliest(probs: Mapping[str, float], *, label: str) -> list[str]:
    """The likeliest categories, as many as a picture bears, the likeliest first; the true one is always among them."""
    likeliest = sorted(probs, key=lambda name: -probs[name])[:MOST_BARS]
    return likeliest if label in likeliest or label not in probs else [*likeliest[:-1], label]


def build_probabilities(probs: Mapping[str, float], names: Sequence[str], *, label: str, pred: str) -> go.Figure:
    """One bar for each named category, in its colour and this order; the true and the predicted one are bold."""
    colors = dict(zip(probs, category_colors(len(probs)), strict=True))
    ticks = _name_ticks(names)
    texts = [_break_name(name) for name in names]
    ticks["ticktext"] = [
        f"<b>{text}</b>" if name in (label, pred) else text for name, text in zip(names, texts, strict=True)
    ]
    bar = go.Bar(
        x=[100 * probs[name] for name in names],
        y=ticks["tickvals"],
        orientation="h",
        marker_color=[colors[name] for name in names],
        text=["< 0.1 %" if 0 < probs[name] < 0.0005 else f"{100 * probs[name]:.1f} %" for name in names],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1f} %<extra></extra>",
    )
    return build_figure(
        [bar],
        height=TWO_LINES * len(names) + 20,
        xaxis={"visible": False, "range": [0, ROOM_FOR_NUMBERS]},
        yaxis={"autorange": "reversed", "showgrid": False, "tickfont": {"size": 10}, **ticks},
    )


def build_reliability(bins: Sequence[ReliabilityBin], *, picks: Sequence[str] = ()) -> go.Figure:
    """Accuracy against confidence, a bar a bin; on the diagonal a model is as right as it is sure.

    picks: what a click on each bin means.
    """
    filled = [
        (100 * item.lower, 100 * item.upper, 100 * item.confidence, 100 * item.accuracy, item.count, pick)
        for item, pick in zip(bins, [*picks, *[""] * len(bins)], strict=False)
        if item.count and item.lower is not None and item.upper is not None
        if item.confidence is not None and item.accuracy is not None
    ]
    diagonal = go.Scatter(
        x=[0, 100], y=[0, 100], mode="lines", line={"dash": "dot", "width": 1, "color": "gray"}, hoverinfo="skip"
    )
    bars = go.Bar(
        x=[(low + high) / 2 for low, high, *_ in filled],
        y=[accuracy for _, _, _, accuracy, _, _ in filled],
        width=[high - low for low, high, *_ in filled],
        customdata=[pick for *_, pick in filled],
        text=[f"{confidence:.1f} % sure, {count:,} articles" for _, _, confidence, _, count, _ in filled],
        textposition="none",
        marker={"color": ACCENT, "line": {"width": 1, "color": "rgba(128,128,128,0.6)"}},
        selected={"marker": {"color": PICKED}},
        unselected={"marker": {"opacity": 0.75}},
        hovertemplate="%{text}: accuracy %{y:.1f} %<extra></extra>",
    )
    return build_figure(
        [bars, diagonal],
        height=300,
        bargap=0.0,
        xaxis={"title": "confidence (%)", "range": [0, 101]},
        yaxis={"title": "accuracy (%)", "range": [0, 101]},
    )


def build_threshold_curve(
    x: Sequence[float], y: Sequence[float], said: Sequence[str], picks: Sequence[str], *, titles: tuple[str, str]
) -> go.Figure:
    """A curve over thresholds in per cent; titles of its axes, said: what hovering says of each point."""
    line = go.Scatter(
        x=[100 * value for value in x],
        y=[100 * value for value in y],
        customdata=list(picks),
        text=list(said),
        mode="lines+markers",
        marker={"size": 6, "color": ACCENT},
        line={"width": 2, "color": ACCENT},
        selected={"marker": {"color": PICKED, "size": 11}},
        unselected={"marker": {"opacity": 0.75}},
        hovertemplate="%{text}<extra></extra>",
    )
    return build_figure(
        [line],
        height=300,
        hovermode="closest",
        xaxis={"title": titles[0], "range": [-1, 102]},
        yaxis={"title": titles[1], "range": [-1, 102]},
    )


@dataclass(frozen=True)
class Mark:
    """One row of the leaderboard: a value and its interval in per cent (None: a published value), and what it is."""

    name: str
    value: float
    interval: tuple[float, float] | None
    detail: str


def build_leaderboard(marks: Sequence[Mark]) -> go.Figure:
    """A dot and its interval a row, the first on top; published values are hollow and grey."""
    labels = [escape_plotly(mark.name) for mark in marks]
    traces = []
    for own, color in ((True, ACCENT), (False, "gray")):
        rows = [(label, mark) for label, mark in zip(labels, marks, strict=True) if (mark.interval is not None) == own]
        bounds = [mark.interval or (mark.value, mark.value) for _, mark in rows]
        spread = {
            "type": "data",
            "symmetric": False,
            "array": [high - mark.value for (_, high), (_, mark) in zip(bounds, rows, strict=True)],
            "arrayminus": [mark.value - low for (low, _), (_, mark) in zip(bounds, rows, strict=True)],
            "thickness": 2,
            "width": 5,
            "visible": own,
        }
        traces.append(
            go.Scatter(
                x=[mark.value for _, mark in rows],
                y=[label for label, _ in rows],
                customdata=[escape_plotly(mark.detail) for _, mark in rows],
                error_x=spread,
                mode="markers",
                marker={"size": 10, "color": color, "symbol": "circle" if own else "diamond-open"},
                hovertemplate="%{y}: %{x:.2f} %<br>%{customdata}<extra></extra>",
            )
        )
    ticks = _name_ticks([mark.name for mark in marks])
    order = {"categoryorder": "array", "categoryarray": labels[::-1]}
    return build_figure(
        traces,
        height=ROW_HEIGHT * len(marks) + 95,
        xaxis={"title": "test accuracy (%)"},
        yaxis={"showgrid": True, "range": [-0.6, len(marks) - 0.4], **ticks, **order},
    )


def build_example_curves() -> go.Figure:
    """What accuracy over epochs tends to look like: a picture for where there is no run yet, of no real one."""
    epochs = np.arange(1, 101)
    shapes = {"train": (99, 12), "validation": (80, 18)}  # per cent that it nears, epochs in which it nears it by e
    lines = [
        go.Scatter(
            x=epochs,
            y=top * (1 - 0.85 * np.exp(-epochs / pace)),
            name=name,
            mode="lines",
            line={"width": 2, "color": color},
            hoverinfo="skip",
        )
        for (name, (top, pace)), color in zip(shapes.items(), ("gray", ACCENT), strict=True)
    ]
    figure = build_figure(
        lines, height=240, xaxis={"title": "epoch"}, yaxis={"title": "accuracy (%)", "range": [0, 100]}
    )
    return figure.update_layout(showlegend=True, legend={"x": 0.98, "y": 0.05, "xanchor": "right", "yanchor": "bottom"})
