"""The table of runs: its columns, the run that others are compared with, and its check boxes."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from core.app.places import Occupancy
from core.runs.fields import read_field
from core.runs.record import LOCAL, RunRecord
from pages.ui import held, inputs, run_choice
from pages.ui.loaders import get_explorer
from pages.ui.run_fields import name_field
from pages.ui.stages import is_any_active, read_stage
from pages.ui.text import UNKNOWN
from pages.ui.theme import RIGHT, STAGE_COLORS, WRONG

NARROW_COLUMNS: Final = (
    "name",
    "star",
    "state",
    "progress",
    "validation",
    "Δ validation",
    "test",
    "Δ test",
    "run",
    "age",
)
SHARES: Final = {"validation": "val_acc", "test": "test_acc"}  # columns in per cent, more is better
HEIGHT: Final = 320
ROW_HEIGHT: Final = 36


@dataclass(frozen=True)
class Look:
    """What a person wants to see: more columns, and the run whose distance the others are shown by."""

    columns: Sequence[str] = ()
    baseline: RunRecord | None = None


def build_rows(records: Sequence[RunRecord], place: Occupancy, look: Look | None = None) -> dict[str, list[object]]:
    """The table's columns; names, stars and progress only where a run has any."""
    look = look or Look()
    stages = [read_stage(record, place) for record in records]
    columns: dict[str, list[object]] = {}
    if any(record.name for record in records):
        columns["name"] = [record.name for record in records]
    if any(record.starred for record in records):
        columns["star"] = ["★" if record.starred else "" for record in records]
    columns["state"] = [[stage.word] for stage in stages]
    if is_any_active(records):
        columns["progress"] = [stage.progress for stage in stages]
    for name, field in SHARES.items():  # numbers first: on a phone two or three columns are in view
        columns[name] = [_percent(getattr(record, field)) for record in records]
        if look.baseline is not None:
            own = getattr(look.baseline, field)
            columns[f"Δ {name}"] = [_subtract(getattr(record, field), own) for record in records]
    columns |= {
        "run": [record.id for record in records],
        "model": [record.model for record in records],
        "split": [record.split for record in records],
        "epochs": [record.epochs for record in records],
        "time": [record.seconds for record in records],
    }
    if any(record.tags for record in records):
        columns["tags"] = [list(record.tags) for record in records]
    if any(record.cost is not None for record in records):
        columns["cost"] = [record.cost for record in records]
    if any(record.backend != LOCAL for record in records):
        columns["place"] = [record.machine or record.backend for record in records]
    now = time.time()
    columns |= {name_field(name): [read_field(record, name, now) for record in records] for name in look.columns}
    # Shown as an age, sorts by time.
    return columns | {"age": [datetime.fromtimestamp(record.created_at, UTC) for record in records]}


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _subtract(value: float | None, own: float | None) -> float | None:
    """Percentage points."""
    return None if value is None or own is None else 100 * (value - own)


def color_differences(rows: dict[str, list[object]]) -> Any:
    """The rows, with each difference in the colour of better or worse."""
    names = [name for name in rows if name.startswith("Δ ")]
    if not names:
        return rows
    import pandas as pd  # type: ignore[import-untyped]

    def color(value: float | None) -> str:
        return "" if not value else f"color: {RIGHT if value > 0 else WRONG}"

    return pd.DataFrame(rows).style.map(color, subset=names)


def draw_table(graph_id: str, ids: list[str], selected: list[str], look: Look, *, narrow: bool) -> None:
    """The table; its checkboxes are in the URL, and the run checked last opens beside it, where it has less room.

    While a run is active it is drawn again and again, with what its runs are then.
    """
    if st.session_state.pop("runs_changed", False):
        inputs.draw_page_anew()  # other curves are drawn
    explorer = get_explorer()
    found = {record.id: record for record in explorer.runs.list(graph_id, archived=True)}
    if not found.keys() >= set(ids):
        inputs.draw_page_anew()  # one was deleted meanwhile
    rows = build_rows([found[run_id] for run_id in ids], explorer.places.describe(), look)
    # Rows are selected by position: another list of runs is another table.
    key = "runs_table_" + hashlib.md5(" ".join(ids).encode(), usedforsecurity=False).hexdigest()[:12]
    places = {run_id: place for place, run_id in enumerate(ids)}
    ticked = run_choice.tick([places[run_id] for run_id in selected if run_id in places])

    def changed(state: run_choice.TableState) -> None:
        run_choice.save_choice(run_choice.read_ticks(state, ids, selected), selected, every=ids)
        st.session_state["runs_changed"] = True

    holding = held.hold(key, ticked, changed, same=run_choice.ticks_same, begins={})
    st.dataframe(
        color_differences(rows),
        key=holding["key"],
        hide_index=True,
        height=min(ROW_HEIGHT * len(ids) + 40, HEIGHT),
        column_order=_order(rows, look) if narrow else None,
        on_select=holding["on_change"],
        selection_default=ticked,
        selection_mode="multi-row",
        column_config=describe_columns(),
        placeholder=UNKNOWN,
        alt="Runs of this graph, newest first",
    )


def _order(rows: dict[str, list[object]], look: Look) -> list[str]:
    wanted = (*NARROW_COLUMNS, *(name_field(name) for name in look.columns))
    return [name for name in wanted if name in rows]


def describe_columns() -> dict[str, Any]:
    """How the table's columns are written."""
    percent = st.column_config.NumberColumn(format="%.1f %%")
    points = st.column_config.NumberColumn(format="%+.1f", help="Percentage points more than the baseline")
    return {
        "state": st.column_config.MultiselectColumn(
            options=list(STAGE_COLORS), color=list(STAGE_COLORS.values()), width="small"
        ),
        "star": st.column_config.TextColumn("★", width=36),
        **dict.fromkeys(SHARES, percent),
        **{f"Δ {name}": points for name in SHARES},
        "cost": st.column_config.NumberColumn(f"cost {get_explorer().prices.currency}".rstrip(), format="%.4f"),
        "time": st.column_config.NumberColumn(format="%.0f s"),
        "age": st.column_config.DatetimeColumn(format="distance"),
        **dict.fromkeys(("Test acc", "Val acc", "Stopping acc"), percent),
    }
