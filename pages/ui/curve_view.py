"""How a page's curves are looked at, in its URL: every parameter is checked here before the browser's code reads it."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from core.runs.fields import is_field
from core.runs.record import RunRecord
from pages.ui import inputs
from pages.ui.components.curves import CurveRun, CurveTools
from pages.ui.run_fields import list_groupings

MAX_DRAWN: Final = 300  # runs at a time
LONGEST_NUMBER: Final = 32  # characters
LONGEST_LIST: Final = 20_000  # of charts, zooms and hidden lines
MOST_WEIGHT: Final = 0.999
AXES: Final = ("epoch", "step", "wall_seconds", "elapsed_seconds", "logged_at")
KINDS: Final = ("ema", "time", "gaussian", "mean")
CENTERS: Final = ("mean", "median")
SPREADS: Final = ("std", "se", "ci", "range", "none")

Check = Callable[[str], bool]


def _is_number(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NUMBER and math.isfinite(_parse(text))


def _parse(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _is_axis(text: str) -> bool:
    return text in AXES or bool(re.fullmatch(r"metric\..{1,120}", text))


def _is_list(text: str) -> bool:
    return 0 < len(text) <= LONGEST_LIST and text.isprintable()


def _one_of(*options: str) -> Check:
    return lambda text: text in options


# By parameter: whether a text means anything, and what it can be.
_PARAMS: Final[Mapping[str, tuple[Check, str]]] = {
    "x": (_is_axis, "epoch, step, a time, or metric. with the name of a column"),
    "kind": (_one_of(*KINDS), f"one of {', '.join(KINDS)}"),
    "smooth": (lambda text: _is_number(text) and 0 <= float(text) <= MOST_WEIGHT, f"a weight from 0 to {MOST_WEIGHT}"),
    "log": (_one_of("0", "1", "symlog"), "0, 1 or symlog"),
    "clip": (_one_of("0", "1"), "0 or 1"),
    "more": (_one_of("0", "1"), "0 or 1"),
    "hidden": (_is_list, "names of lines"),
    "zoom": (_is_list, "ranges of charts"),
    "charts": (_is_list, "names of charts"),
    "big": (_is_list, "the name of a chart"),
    "group": (is_field, "a field of the runs"),
    "center": (_one_of(*CENTERS), f"one of {', '.join(CENTERS)}"),
    "spread": (_one_of(*SPREADS), f"one of {', '.join(SPREADS)}"),
    "at": (_is_number, "a number"),
    "delta": (_one_of("0", "1"), "0 or 1"),
}


def read_tools(records: Sequence[RunRecord], baseline: CurveRun | None = None) -> CurveTools:
    """The view that the URL says, and what these runs may be grouped by and compared with."""
    view: dict[str, str] = {}
    groupings = list_groupings(records)
    for name, (check, expected) in _PARAMS.items():
        text = inputs.read_param(name)
        if text and check(text):
            view[name] = text
        elif text:
            inputs.refuse(name, expected)
    if view.get("delta") == "1" and baseline is None:
        del view["delta"]
        inputs.refuse("delta", "1 once a baseline is chosen under Table")
    return CurveTools(view, groupings, on_view=take_view, baseline=baseline)


def read_charts() -> list[tuple[str, str]]:
    """The metric and the axis of each chart that stands first: those that the URL names, else loss and accuracy."""
    along = inputs.read_param("x") or AXES[0]
    text = inputs.read_param("charts")
    keys = [unquote(name).split("@") for name in text.split(",") if name] if text else [["loss"], ["accuracy"]]
    return [(unquote(metric), unquote(own[0]) if own else along) for metric, *own in keys]


def take_view(changes: Mapping[str, Any]) -> None:
    """What a person has set in the curves goes into the URL."""
    known = {name: value for name, value in changes.items() if name in _PARAMS}
    fit = {name: value for name, value in known.items() if value is None or _PARAMS[name][0](str(value))}
    inputs.write_params(**fit)
