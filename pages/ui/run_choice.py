"""Which runs are drawn: ticked in a table, or chosen by name, which a keyboard and a screen reader can do as well."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.ui import held, inputs

TableState = Any  # what Streamlit holds of a table: {"selection": {"rows": […], …}}


def draw_menu(ids: Sequence[str], selected: Sequence[str]) -> None:
    """A menu of all runs below the table, whose check boxes take a mouse; unfolded in place, where Tab leads to it."""
    chosen = [run_id for run_id in ids if run_id in selected]
    with st.expander("Choose runs by name", icon=":material/checklist:"):
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


def save_choice(chosen: Sequence[str], before: Sequence[str]) -> None:
    """The choice goes into the URL; the one run that was added opens beside the table."""
    added = [run_id for run_id in chosen if run_id not in before]
    opened = added[0] if len(added) == 1 else inputs.read_param("run")
    inputs.write_params(runs=",".join(chosen) or "none", run=opened)
