"""Pictures of histograms over epochs, as Plotly figures: over each other, or one behind the other."""

from collections.abc import Sequence
from typing import Any, Final

import plotly.graph_objects as go

from core.runs.histograms import Histogram
from pages.ui.charts import PICKED, build_figure
from pages.ui.theme import ACCENT

MOST_DRAWN: Final = 40  # epochs
HEIGHT: Final = 400  # px
REACH: Final = 4.0  # how many rows the highest ridge covers
PALEST: Final = 0.2  # opacity of the oldest line
MOST_TICKS: Final = 8

Kept = Sequence[tuple[int, Histogram]]


def list_bins(found: Histogram) -> list[tuple[float, float, int]]:
    """Lower edge, upper edge and count of each bin."""
    width = (found.high - found.low) / len(found.counts)
    edges = [found.low + width * place for place in range(len(found.counts))] + [found.high]
    return list(zip(edges, edges[1:], found.counts, strict=False))


def compute_density(found: Histogram) -> tuple[list[float], list[float]]:
    """Where its bins' middles are, and what share of all finite values lies there, by the unit of the axis."""
    total = sum(found.counts) or 1
    bins = list_bins(found)
    return [(low + high) / 2 for low, high, _ in bins], [count / total / (high - low) for low, high, count in bins]


def thin(kept: Kept, at: int) -> Kept:
    """As many epochs as can be told apart, evenly, the chosen one and the last among them."""
    step = -(-len(kept) // MOST_DRAWN)
    return [one for place, one in enumerate(reversed(kept)) if place % step == 0 or one[0] == at][::-1]


def build_overlay(kept: Kept, at: int) -> go.Figure:
    """A line an epoch, the older the paler, the chosen one above all."""
    lines = [_draw_line(epoch, found, _find_opacity(place, len(kept))) for place, (epoch, found) in enumerate(kept)]
    lines += [_draw_line(epoch, found, 1.0, color=PICKED, width=3) for epoch, found in kept if epoch == at]
    return build_figure(
        lines, height=HEIGHT, xaxis={"title": "value"}, yaxis={"title": "density", "rangemode": "tozero"}
    )


def _draw_line(epoch: int, found: Histogram, opacity: float, *, color: str = ACCENT, width: float = 1.5) -> Any:
    places, density = compute_density(found)
    return go.Scatter(
        x=places,
        y=density,
        mode="lines",
        opacity=opacity,
        line={"color": color, "width": width},
        customdata=found.counts,
        hovertemplate=f"epoch {epoch:,}: %{{customdata:,}} values around %{{x:.4g}}<extra></extra>",
    )


def _find_opacity(place: int, count: int) -> float:
    return round(PALEST + (1 - PALEST) * (place + 1) / count, 3)


def build_offset(kept: Kept, at: int) -> go.Figure:
    """A ridge an epoch, the oldest at the back, each as high as its density against the highest of all."""
    spread = [(epoch, found, *compute_density(found)) for epoch, found in kept]
    most = max((max(density) for *_, density in spread), default=0.0) or 1.0
    ridges = []
    for place, (epoch, found, places, density) in enumerate(spread):
        base, color = len(kept) - 1 - place, PICKED if epoch == at else ACCENT
        ridges.append(
            go.Scatter(
                x=[found.low, *places, found.high],
                y=[base, *(base + REACH * value / most for value in density), base],
                mode="lines",
                fill="toself",
                fillcolor=f"rgba({', '.join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5))}, 0.25)",
                opacity=1.0 if epoch == at else _find_opacity(place, len(kept)),
                line={"color": color, "width": 2.5 if epoch == at else 1},
                customdata=[0, *found.counts, 0],
                hoveron="points",
                hovertemplate=f"epoch {epoch:,}: %{{customdata:,}} values around %{{x:.4g}}<extra></extra>",
            )
        )
    step = -(-len(kept) // MOST_TICKS)
    named = [(len(kept) - 1 - place, epoch) for place, (epoch, _) in enumerate(kept) if place % step == 0]
    ticks = {
        "tickmode": "array",
        "tickvals": [base for base, _ in named],
        "ticktext": [f"{epoch:,}" for _, epoch in named],
    }
    return build_figure(ridges, height=HEIGHT, xaxis={"title": "value"}, yaxis={"title": "epoch", **ticks})
