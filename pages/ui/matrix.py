"""A matrix between categories: a picture that drops its numbers where they do not fit, and the same as a table."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.ui import charts

# The width that counts is the picture's own, which follows the window.
_STYLE = """<style>
.st-key-{key} {{ container-type: inline-size; }}
@container (max-width: {width}px) {{ .st-key-{key} .heatmap-label {{ display: none; }} }}
</style>"""
_ALWAYS_PX = 100_000


def draw_matrix(
    figure: go.Figure, names: Sequence[str], *, key: str, alt: str, on_click: Callable[[], None] | None = None
) -> None:
    """Draws a matrix of `charts`; names: [C]. Hovering says the numbers that do not fit.

    on_click: runs after a click on a cell, found under st.session_state[key].
    """
    needed = charts.room_for_numbers(names, figure.data[0].text)
    st.html(_STYLE.format(key=key, width=_ALWAYS_PX if math.isinf(needed) else math.ceil(needed) - 1))
    clicks: dict[str, Any] = {"on_select": on_click, "selection_mode": "points"} if on_click else {}
    st.plotly_chart(figure, key=key, config=charts.CONFIG, alt=alt, **clicks)


def draw_table(names: Sequence[str], values: Sequence[Sequence[float]], *, corner: str, key: str, unit: str) -> None:
    """The same numbers as a table: a row and a column a category, `corner` saying what the rows are."""
    rows = [{corner: name} | dict(zip(names, row, strict=True)) for name, row in zip(names, values, strict=True)]
    number = st.column_config.NumberColumn(format=unit)
    st.dataframe(rows, hide_index=True, key=key, column_config=dict.fromkeys(names, number))
