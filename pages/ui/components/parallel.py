"""Parallel coordinates of a sweep: one line a trial, one axis a setting; what is brushed filters the page."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from pages.ui.components.assets import load_component


@dataclass(frozen=True)
class Axis:
    """One axis: numbers between two bounds, or names, which are counted from 0 and whose bounds are the first and last.

    log: whether it is drawn by logarithm at first. share: whether its numbers are fractions, told as per cent.
    """

    name: str
    low: float
    high: float
    log: bool = False
    values: tuple[str, ...] = ()
    share: bool = False


@dataclass(frozen=True)
class Line:
    """One trial: its number, and its value on each axis, None where it has none."""

    trial: int
    values: tuple[float | None, ...]


def parallel(
    axes: Sequence[Axis],
    lines: Sequence[Line],
    *,
    brush: str,
    maximize: bool,
    key: str = "parallel",
    on_event: Callable[[], None] = lambda: None,
) -> None:
    """Draws them, the metric on the last axis. brush: as in the URL, `lr:0.001~0.02,dropout:0.2~0.5`.

    `on_event` runs after another brush ("brush") and after a click on a line ("chosen", a trial's number), found
    under st.session_state[key].
    """
    load_component("parallel")(
        key=key,
        data={
            "axes": [asdict(axis) for axis in axes],
            "lines": [asdict(line) for line in lines],
            "brush": brush,
            "maximize": maximize,
        },
        on_brush_change=on_event,
        on_chosen_change=on_event,
    )
