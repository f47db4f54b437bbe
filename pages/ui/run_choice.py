"""Which runs are drawn: ticked in a table, or chosen by name, which a keyboard and a screen reader can do as well.
And which one is open beside them.
"""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from core.runs.record import RunRecord
from pages.ui import held, inputs, stages
from pages.ui.text import escape_markdown

ALL: Final = "all"  # in the URL: every run that the filter leaves
MANY: Final = 50  # more are told as all, where they are, and are not listed in the menu
BESIDE: Final = "beside"  # 0 in the URL: the run that is shown by default stands not beside the table

TableState = Any  # what Streamlit holds of a table: {"selection": {"rows": […], …}}


def draw_menu(ids: Sequence[str], selected: Sequence[str]) -> None:
    """A menu of all runs below the table, whose check boxes take a mouse; unfolded in place, where Tab leads to it."""
    among = set(selected)
    chosen = [run_id for run_id in ids if run_id in among]
    with st.expander("Choose runs by name", icon=":material/checklist:"):
        if len(chosen) > MANY:
            st.caption(f"{len(chosen):,} runs are ticked, more than can be listed here.")
            st.button("Untick all", key="runs_untick", on_click=inputs.write_params, kwargs={"runs": "none"})
            return
        st.multiselect(
            "Runs in the charts",
            list(ids),
            **held.hold(
                "runs_menu",
                chosen,
                lambda names: save_choice(names, selected),
                same=held.in_any_order,
                begins={"default": chosen},
            ),
            placeholder="Type a part of a name",
        )


def read_ticks(state: TableState, ids: Sequence[str], selected: Sequence[str]) -> list[str]:
    """What is ticked in a table.

    Escape unticks all that a table holds: nothing at once out of several is a slip, and the menu can clear as well.
    """
    ticked = [ids[row] for row in state["selection"]["rows"] if row < len(ids)]
    is_slip = not ticked and len(selected) > 1
    return list(selected) if is_slip else ticked


def tick(rows: Sequence[int]) -> TableState:
    """The state of a table in which these rows are ticked."""
    return {"selection": {"rows": list(rows), "columns": [], "cells": []}}


def ticks_same(state: TableState, other: TableState) -> bool:
    """Whether the same rows are ticked."""
    return held.in_any_order(state["selection"]["rows"], other["selection"]["rows"])


def save_choice(chosen: Sequence[str], before: Sequence[str], *, every: Sequence[str] = ()) -> None:
    """The choice goes into the URL; the one run that was added opens beside the table. every: all that there are."""
    known = set(before)
    added = [run_id for run_id in chosen if run_id not in known]
    opened = added[0] if len(added) == 1 else inputs.read_param("run")
    is_all = len(chosen) > MANY and set(chosen) == set(every)
    inputs.write_params(runs=ALL if is_all else ",".join(chosen) or "none", run=opened)


def find_opened() -> RunRecord | None:
    """The run beside the table: the one that the row shows, by default too, unless that was closed."""
    shown: RunRecord | None = st.session_state["open_run"]
    is_closed = inputs.read_choice(BESIDE, (0, 1), default=1) == 0
    return None if is_closed and not inputs.read_param("run") else shown


def close() -> None:
    """Nothing is beside the table until a run is chosen again."""
    inputs.write_params(run=None, **{BESIDE: 0})


def offer_default() -> None:
    """The way back to the run that the row shows, where it was closed."""
    shown: RunRecord | None = st.session_state["open_run"]
    if shown and not find_opened():
        st.button(
            f"Open {escape_markdown(stages.name_run(shown))}",
            icon=":material/right_panel_open:",
            type="tertiary",
            key="runs_open",
            on_click=inputs.write_params,
            kwargs={"run": shown.id, BESIDE: None},
        )
