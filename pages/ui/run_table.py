"""The table of runs: its columns, the run that others are compared with, and its check boxes."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from core.app.compared import DIRECTIONS
from core.app.places import Occupancy
from core.runs.fields import VALUE_KINDS, ValueKind, read_field
from core.runs.record import LOCAL, RunRecord
from pages.ui import held, inputs, run_choice
from pages.ui.loaders import get_explorer
from pages.ui.run_fields import name_field
from pages.ui.stages import call, is_any_active, read_stage
from pages.ui.text import UNKNOWN, is_share
from pages.ui.theme import RIGHT, STAGE_COLORS, WRONG

# On a phone three columns are in view: which run it is, where it stands, how good it is.
NAME_PIXELS: Final = 150
NARROW_COLUMNS: Final = (
    "name",
    "state",
    "validation",
    "Δ validation",
    "test",
    "Δ test",
    "progress",
    "star",
    "version",
    "model",
    "run",
    "age",
)
SPENT: Final = {"time": "seconds", "cost": "cost", "energy": "energy_wh"}  # columns of what a run took
KINDS: Final[Mapping[ValueKind, str]] = {
    "kept": "Kept epoch",
    "last": "Last epoch",
    "best": "Best epoch",
}  # whose validation accuracy is told
HEIGHT: Final = 320
ROW_HEIGHT: Final = 36


@dataclass(frozen=True)
class Look:
    """What a person wants to see: more columns, the run whose distance the others are shown by, and whether validation
    accuracy is that of the kept epoch (which stopping articles chose), of the last, or the best of any."""

    columns: Sequence[str] = ()
    baseline: RunRecord | None = None
    kind: ValueKind = "kept"

    @property
    def shares(self) -> dict[str, str]:
        """Columns in per cent, and the field of each."""
        return {"validation": VALUE_KINDS[self.kind], "test": "test_acc"}


def build_rows(records: Sequence[RunRecord], place: Occupancy, look: Look | None = None) -> dict[str, list[object]]:
    """The table's columns; stars, versions and progress only where a run has any."""
    look = look or Look()
    stages = [read_stage(record, place) for record in records]
    columns: dict[str, list[object]] = {
        "name": [call(record) for record in records],
        "state": [[stage.word] for stage in stages],
    }
    for name, field in look.shares.items():
        columns |= _measure(name, field, records, look.baseline)
    if is_any_active(records):
        columns["progress"] = [stage.progress for stage in stages]
    if any(record.starred for record in records):
        columns["star"] = ["★" if record.starred else "" for record in records]
    if any(record.version is not None for record in records):
        columns["version"] = [tell_version(record) for record in records]
    columns |= {
        "model": [record.model for record in records],
        "run": [record.id for record in records],
        "split": [record.split for record in records],
        "epochs": [record.epochs for record in records],
        **_measure("time", "seconds", records, look.baseline),
    }
    if any(record.tags for record in records):
        columns["tags"] = [list(record.tags) for record in records]
    for name in ("cost", "energy"):
        if any(getattr(record, SPENT[name]) is not None for record in records):
            columns |= _measure(name, SPENT[name], records, look.baseline)
    if any(record.backend != LOCAL for record in records):
        columns["place"] = [record.machine or record.backend for record in records]
    now = time.time()
    for name in look.columns:
        if name in DIRECTIONS:
            columns |= _measure(name_field(name), name, records, look.baseline)
        else:
            columns[name_field(name)] = [read_field(record, name, now) for record in records]
    # Shown as an age, sorts by time.
    return columns | {"age": [datetime.fromtimestamp(record.created_at, UTC) for record in records]}


def tell_version(record: RunRecord) -> str:
    """What a run is as a model, in few words for a narrow column."""
    return "" if record.version is None else " ".join([f"v{record.version}", *record.aliases])


def scale_of(field: str) -> int:
    """What a field is multiplied by to be shown: shares are told as per cent."""
    return 100 if is_share(field) else 1


def _measure(
    name: str, field: str, records: Sequence[RunRecord], baseline: RunRecord | None
) -> dict[str, list[object]]:
    """A column of numbers, and how far each is from the baseline's, if there is one."""
    values: list[float | None] = [getattr(record, field) for record in records]
    columns: dict[str, list[object]] = {name: [None if v is None else scale_of(field) * v for v in values]}
    if baseline is not None:
        columns[f"Δ {name}"] = [subtract(value, getattr(baseline, field), field) for value in values]
    return columns


def subtract(value: float | None, own: float | None, field: str) -> float | None:
    """How much more it is; of shares, in percentage points."""
    return None if value is None or own is None else scale_of(field) * (value - own)


def color_differences(rows: dict[str, list[Any]]) -> Any:
    """The rows, with each difference in the colour of better or worse: less is better of time, cost and the like."""
    names = [name for name in rows if name.startswith("Δ ")]
    if not names:
        return rows
    import pandas as pd  # type: ignore[import-untyped]

    less = {f"Δ {name_field(name)}" for name, direction in DIRECTIONS.items() if direction < 0}
    less |= {f"Δ {name}" for name in SPENT}

    def color(column: Any) -> list[str]:
        sign = -1 if column.name in less else 1
        return [f"color: {RIGHT if sign * value > 0 else WRONG}" if value else "" for value in column.fillna(0)]

    return pd.DataFrame(rows).style.apply(color, subset=names)


def read_values(records: Sequence[RunRecord], look: Look) -> Sequence[RunRecord]:
    """The runs with the values that are looked at, for which those of before have to be read anew."""
    is_told = look.kind != "kept" or any(name in look.columns for name in VALUE_KINDS.values())
    return get_explorer().runs.fill_values(records) if is_told else records


def draw_table(graph_id: str, ids: list[str], selected: list[str], look: Look, *, narrow: bool) -> None:
    """The table; its checkboxes are in the URL, and the run checked last opens beside it, where it has less room.

    While a run is active it is drawn again and again, with what its runs are then.
    """
    if st.session_state.pop("runs_changed", False):
        inputs.draw_page_anew()  # other curves are drawn
    explorer = get_explorer()
    with explorer.runs.one_look():
        found = {record.id: record for record in explorer.runs.list(graph_id, archived=True)}
        place = explorer.places.describe()
    if not found.keys() >= set(ids):
        inputs.draw_page_anew()  # one was deleted meanwhile
    records = read_values([found[run_id] for run_id in ids], look)
    rows = build_rows(records, place, look)
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
        column_config=describe_columns(look),
        placeholder=UNKNOWN,
        alt="Runs of this graph, newest first",
    )


def _order(rows: dict[str, list[object]], look: Look) -> list[str]:
    wanted = (*NARROW_COLUMNS, *(name_field(name) for name in look.columns))
    return [name for name in wanted if name in rows]


def label_validation(look: Look) -> str:
    """What the column is called: by the epoch, where that is not the kept one."""
    return "validation" if look.kind == "kept" else f"validation, {KINDS[look.kind].lower()}"


def describe_columns(look: Look) -> dict[str, Any]:
    """How the table's columns are written."""
    percent = st.column_config.NumberColumn(format="%.1f %%")
    points = st.column_config.NumberColumn(format="%+.1f", help="Percentage points more than the baseline")
    more = st.column_config.NumberColumn(format="%+.4g", help="More than the baseline")
    measured = [name for name in look.columns if name in DIRECTIONS]
    return {
        "name": st.column_config.TextColumn("run", help="Its name, else its preset", width=NAME_PIXELS),
        "run": st.column_config.TextColumn("id"),
        "state": st.column_config.MultiselectColumn(
            options=list(STAGE_COLORS), color=list(STAGE_COLORS.values()), width="small"
        ),
        "star": st.column_config.TextColumn("★", width=36),
        **dict.fromkeys(look.shares, percent),
        "validation": st.column_config.NumberColumn(label_validation(look), format="%.1f %%"),
        **{f"Δ {name}": points for name in look.shares},
        **{f"Δ {name}": more for name in SPENT},
        **{f"Δ {name_field(name)}": points if scale_of(name) > 1 else more for name in measured},
        "cost": st.column_config.NumberColumn(f"cost {get_explorer().prices.currency}".rstrip(), format="%.4f"),
        "time": st.column_config.NumberColumn(format="%.0f s"),
        "energy": st.column_config.NumberColumn(format="%.3f Wh", help="That the GPU has drawn"),
        "age": st.column_config.DatetimeColumn(format="distance"),
        **dict.fromkeys((name_field(name) for name in measured if scale_of(name) > 1), percent),
    }
