"""Which runs are drawn: ticked in a table, or chosen by name, which a keyboard and a screen reader can do as well."""

from collections.abc import Sequence

import streamlit as st

from pages.ui import inputs


def draw_menu(ids: Sequence[str], selected: Sequence[str]) -> None:
    """A menu of all runs below the table, whose check boxes take a mouse; unfolded in place, where Tab leads to it."""
    key = "runs_menu"
    chosen = [run_id for run_id in ids if run_id in selected]
    if set(st.session_state.get(key, [])) != set(chosen) or key not in st.session_state:
        st.session_state[key] = chosen  # not at every run: what is being typed would be lost
    with st.expander("Choose runs by name", icon=":material/checklist:"):
        st.multiselect(
            "Runs in the charts",
            list(ids),
            key=key,
            on_change=lambda: save_choice(st.session_state[key], selected),
            placeholder="Type a part of a name",
        )


def read_ticks(key: str, ids: Sequence[str], selected: Sequence[str]) -> list[str]:
    """What is ticked in a table whose state is under this key.

    Escape unticks all that a table holds: nothing at once out of several is a slip, and the menu can clear as well.
    """
    ticked = [ids[row] for row in st.session_state[key]["selection"]["rows"] if row < len(ids)]
    is_slip = not ticked and len(selected) > 1
    return list(selected) if is_slip else ticked


def show_ticks(key: str, rows: Sequence[int]) -> None:
    """Ticks these rows, where others are ticked: a table takes no notice of what it was told before."""
    if key not in st.session_state or sorted(st.session_state[key]["selection"]["rows"]) != sorted(rows):
        st.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}


def save_choice(chosen: Sequence[str], before: Sequence[str]) -> None:
    """The choice goes into the URL; the one run that was added opens beside the table."""
    added = [run_id for run_id in chosen if run_id not in before]
    opened = added[0] if len(added) == 1 else inputs.read_param("run")
    inputs.write_params(runs=",".join(chosen) or "none", run=opened)
