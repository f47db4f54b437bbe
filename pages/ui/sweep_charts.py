"""Pictures of a sweep, as Plotly figures: the best so far, importance, and the effect of one or two settings."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.evaluation.importance import Contour, Importance, Slice
from pages.ui.charts import CONFIG as CONFIG
from pages.ui.charts import LONGEST_TICK, ROW_HEIGHT
from pages.ui.sweep_trials import Board
from pages.ui.text import escape_plotly, is_share, shorten
from pages.ui.theme import ACCENT

HEIGHT = 260
MOST_TICKS = 10  # below the trials
PALE = "rgba(120,130,150,0.75)"


def build_best_so_far(board: Board) -> go.Figure:
    """Each trial's value by when it ended, those stopped early hollow, and the best so far as a line."""
    shown = sorted(board.done, key=lambda trial: (trial.ended_at or 0.0, trial.number))
    best, steps = None, []
    form = _form(board)
    for trial in shown:
        value = trial.value or 0.0
        if trial.state == "finished" and (best is None or _is_better(board, value, best)):
            best = value
        steps.append(best)
    places = list(range(1, len(shown) + 1))
    points = go.Scatter(
        x=places,
        y=[trial.value for trial in shown],
        mode="markers",
        cliponaxis=False,
        marker={
            "size": 8,
            "color": PALE,
            "symbol": ["circle" if trial.state == "finished" else "circle-open" for trial in shown],
        },
        customdata=[f"trial {trial.number}, {trial.state}" for trial in shown],
        hovertemplate=f"%{{customdata}}: %{{y:{form}}}<extra></extra>",
    )
    line = go.Scatter(
        x=places, y=steps, mode="lines", line={"shape": "hv", "width": 2.5, "color": ACCENT}, hoverinfo="skip"
    )
    figure = _figure([points, line], x="trials done", y=board.details.metric)
    step = max(1, -(-len(shown) // MOST_TICKS))
    figure.update_xaxes(tick0=1, dtick=step, range=[0.5, len(shown) + 0.5])  # there is no half trial
    figure.update_yaxes(**_metric_axis(board))
    return figure


def build_importance(found: Sequence[Importance]) -> go.Figure:
    """One bar a setting with its interval, the most important at the top."""
    names = [escape_plotly(shorten(one.name, LONGEST_TICK)) for one in found]
    bar = go.Bar(
        x=[100 * one.share for one in found],
        y=names,
        orientation="h",
        marker_color=ACCENT,
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [100 * (one.high - one.share) for one in found],
            "arrayminus": [100 * (one.share - one.low) for one in found],
            "thickness": 1.5,
            "color": "gray",
        },
        hovertemplate="%{y}: %{x:.1f} %<extra></extra>",
    )
    figure = _figure([bar], x="importance, %", y="", height=ROW_HEIGHT * len(found) + 60)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(rangemode="tozero")
    return figure


def build_slice(board: Board, effect: Slice) -> go.Figure:
    """The trials over one setting, and the forest's mean."""
    points, form = _points(board, effect.name), _form(board)
    figure = _figure(
        [
            go.Scatter(
                x=[x for x, _, _ in points],
                y=[y for _, y, _ in points],
                mode="markers",
                marker={"size": 8, "color": PALE},
                customdata=[told for _, _, told in points],
                hovertemplate=f"%{{customdata}}: %{{y:{form}}}<extra></extra>",
            ),
            go.Scatter(
                x=_axis_values(effect.values),
                y=list(effect.predicted),
                mode="markers" if _is_named(board, effect.name) else "lines",
                line={"width": 2.5, "color": ACCENT},
                marker={"size": 12, "symbol": "diamond", "color": ACCENT},
                hovertemplate=f"forest: %{{y:{form}}}<extra></extra>",
            ),
        ],
        x=effect.name,
        y=board.details.metric,
    )
    figure.update_xaxes(**_axis(board, effect.name))
    figure.update_yaxes(**_metric_axis(board))
    return figure


def build_contour(board: Board, contour: Contour) -> go.Figure:
    """The forest's mean over two settings as a ground, the trials on it."""
    first, second = contour.first.name, contour.second.name
    form = _form(board)
    ground = go.Heatmap(
        x=_axis_values(contour.first.values),
        y=_axis_values(contour.second.values),
        z=[list(row) for row in contour.predicted],
        colorbar={
            "thickness": 12,
            "tickformat": _ticks(board),
            "title": {"text": board.details.metric, "side": "right"},
        },
        hovertemplate=f"%{{x}}, %{{y}}: %{{z:{form}}}<extra></extra>",
    )
    points = go.Scatter(
        x=[x for x, _, _ in _points(board, first)],
        y=_axis_values([trial.params.get(second) for trial in board.finished]),
        mode="markers",
        marker={"size": 8, "color": "white", "line": {"width": 1.5, "color": "black"}},
        customdata=[told for _, _, told in _points(board, first)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure = _figure([ground, points], x=first, y=second, height=HEIGHT + 60)
    figure.update_xaxes(**_axis(board, first))
    figure.update_yaxes(**_axis(board, second))
    return figure


def _form(board: Board) -> str:
    """How the metric's values are told: an accuracy as per cent."""
    return ".1%" if is_share(board.details.metric) else ".4f"


def _ticks(board: Board) -> str | None:
    """The same beside an axis, where Plotly counts the decimals."""
    return "~%" if is_share(board.details.metric) else None


def _metric_axis(board: Board) -> dict[str, Any]:
    """An axis of the metric, which ends where an accuracy does."""
    bounds = {"autorangeoptions": {"clipmin": 0, "clipmax": 1}} if is_share(board.details.metric) else {}
    return {"tickformat": _ticks(board), **bounds}


def _points(board: Board, name: str) -> list[tuple[Any, float, str]]:
    values = _axis_values([trial.params.get(name) for trial in board.finished])
    return [
        (value, trial.value or 0.0, f"trial {trial.number}, {escape_plotly(name)} {value}")
        for value, trial in zip(values, board.finished, strict=True)
    ]


def _axis_values(values: Sequence[Any]) -> list[Any]:
    return [escape_plotly(str(value)) if isinstance(value, str | bool) else value for value in values]


def _axis(board: Board, name: str) -> dict[str, Any]:
    parameter = next(one for one in board.varied if one.name == name)
    if _is_named(board, name):
        return {"type": "category", "categoryorder": "array", "categoryarray": _axis_values(parameter.values)}
    return {"type": "log" if parameter.is_log else "linear"}


def _is_named(board: Board, name: str) -> bool:
    """Whether the values of a setting are names, without an order of their own."""
    values = next(one.values for one in board.varied if one.name == name)
    return any(isinstance(value, str | bool) for value in values)


def _is_better(board: Board, value: float, other: float) -> bool:
    return value > other if board.details.goal == "maximize" else value < other


def _figure(traces: list[Any], *, x: str, y: str, height: int = HEIGHT) -> go.Figure:
    figure = go.Figure(traces)
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        dragmode=False,
        bargap=0.3,
        xaxis={"automargin": True, "fixedrange": True, "title": escape_plotly(x)},
        yaxis={"automargin": True, "fixedrange": True, "title": escape_plotly(y)},
    )
    return figure
