"""The table of runs: its columns, which runs a filter keeps, and its check boxes."""

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from core.app.places import Occupancy
from core.runs.record import LOCAL, RunRecord
from pages.ui import held, inputs, run_choice
from pages.ui.loaders import get_explorer
from pages.ui.stages import is_any_active, read_stage
from pages.ui.text import UNKNOWN
from pages.ui.theme import STAGE_COLORS

NARROW_COLUMNS: Final = ("state", "progress", "name", "validation", "test", "run", "age")


def matches(record: RunRecord, words: list[str]) -> bool:
    """Whether every word stands in what the table says of a run."""
    said = (record.name, record.id, record.state, record.preset, record.model, f"split{record.split}")
    text = " ".join([*said, f"seed{record.seed}"]).casefold()
    return all(word in text for word in words)


def build_rows(records: list[RunRecord], place: Occupancy) -> dict[str, list[object]]:
    """The table's columns; names and progress only where a run has any."""
    stages = [read_stage(record, place) for record in records]

    def percent(value: float | None) -> float | None:
        return None if value is None else 100 * value

    columns: dict[str, list[object]] = {"state": [[stage.word] for stage in stages]}
    if is_any_active(records):
        columns["progress"] = [stage.progress for stage in stages]
    if any(record.name for record in records):
        columns["name"] = [record.name for record in records]
    columns |= {  # numbers first: on a phone two or three columns are in view
        "validation": [percent(record.val_acc) for record in records],
        "test": [percent(record.test_acc) for record in records],
        "run": [record.id for record in records],
        "model": [record.model for record in records],
        "split": [record.split for record in records],
        "epochs": [record.epochs for record in records],
        "time": [record.seconds for record in records],
    }
    if any(record.cost is not None for record in records):
        columns["cost"] = [record.cost for record in records]
    if any(record.backend != LOCAL for record in records):
        columns["place"] = [record.machine or record.backend for record in records]
    # Shown as an age, sorts by time.
    return columns | {"age": [datetime.fromtimestamp(record.created_at, UTC) for record in records]}


def draw_table(graph_id: str, ids: list[str], selected: list[str], *, narrow: bool) -> None:
    """The table; its checkboxes are in the URL, and the run checked last opens beside it, where it has less room.

    While a run is active it is drawn again and again, with what its runs are then.
    """
    if st.session_state.pop("runs_changed", False):
        inputs.draw_page_anew()  # other curves are drawn
    explorer = get_explorer()
    found = {record.id: record for record in explorer.runs.list(graph_id)}
    if not found.keys() >= set(ids):
        inputs.draw_page_anew()  # one was deleted meanwhile
    rows = build_rows([found[run_id] for run_id in ids], explorer.places.describe())
    # Rows are selected by position: another list of runs is another table.
    key = "runs_table_" + hashlib.md5(" ".join(ids).encode(), usedforsecurity=False).hexdigest()[:12]
    ticked = run_choice.tick([ids.index(run_id) for run_id in selected if run_id in ids])

    def changed(state: run_choice.TableState) -> None:
        run_choice.save_choice(run_choice.read_ticks(state, ids, selected), selected)
        st.session_state["runs_changed"] = True

    holding = held.hold(key, ticked, changed, same=run_choice.ticks_same, begins={})
    st.dataframe(
        rows,
        key=holding["key"],
        hide_index=True,
        height=min(36 * len(ids) + 40, 320),
        column_order=NARROW_COLUMNS if narrow else None,
        on_select=holding["on_change"],
        selection_default=ticked,
        selection_mode="multi-row",
        column_config=_describe_columns(),
        placeholder=UNKNOWN,
        alt="Runs of this graph, newest first",
    )


def _describe_columns() -> dict[str, Any]:
    percent = st.column_config.NumberColumn(format="%.1f %%")
    return {
        "state": st.column_config.MultiselectColumn(
            options=list(STAGE_COLORS), color=list(STAGE_COLORS.values()), width="small"
        ),
        "validation": percent,
        "test": percent,
        "cost": st.column_config.NumberColumn(f"cost {get_explorer().prices.currency}".rstrip(), format="%.4f"),
        "time": st.column_config.NumberColumn(format="%.0f s"),
        "age": st.column_config.DatetimeColumn(format="distance"),
    }
