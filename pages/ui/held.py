"""Widgets that show a value which others change as well: the URL, a button, another widget.

While a run is active the browser asks for news every second, and its request tells what the widgets held when it was
sent. Had a value been changed in the meantime under the same key, the old one would count as a person's choice and undo
it. So a value that was not chosen in a widget itself is shown by another widget, a successor with a key of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import eq
from typing import Any

import streamlit as st


def hold(
    key: str,
    value: Any,
    changed: Callable[[Any], None],
    *,
    same: Callable[[Any, Any], bool] = eq,
    begins: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The arguments of a widget that shows a value: its key, of which the first of its line has `key` itself.

    changed: takes what a person chose. same: whether what a widget holds is the value. begins: the argument that a
    widget of this kind begins with, by its name, where that is not `value`. It is given at every run: a run that is
    broken off has told the browser nothing, and what the session alone was told then is not told again.
    """
    shown = key_of(key)
    if shown in st.session_state and not same(st.session_state[shown], value):
        st.session_state[_counter(key)] = st.session_state.get(_counter(key), 0) + 1
        shown = key_of(key)

    def take() -> None:
        if key_of(key) == shown:  # else it was sent before its successor was seen
            changed(st.session_state[shown])

    return {"key": shown, "on_change": take, **({"value": value} if begins is None else begins)}


def in_any_order(these: Sequence[Any] | None, those: Sequence[Any]) -> bool:
    """Whether two lists are the same but for their order, in which people choose."""
    return sorted(these or []) == sorted(those)


def key_of(key: str) -> str:
    """The key of the widget that is shown now."""
    number = st.session_state.get(_counter(key), 0)
    return f"{key}_{number}" if number else key


def _counter(key: str) -> str:
    return f"{key}_successors"
