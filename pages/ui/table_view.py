"""What the table of runs shows, and of which runs: filter, columns, groups and baseline, all of it in the URL."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import QueryError
from core.runs.fields import COLUMNS, is_field, list_config_fields
from core.runs.query import MAX_CHARACTERS
from core.runs.record import RunRecord
from pages.ui import held, inputs, stages
from pages.ui.loaders import get_explorer
from pages.ui.run_fields import list_groupings, name_field
from pages.ui.run_table import KINDS, Look
from pages.ui.text import escape_markdown

SHOWN = (
    "id",
    "state",
    "val_acc",
    "test_acc",
    "model",
    "split",
    "epochs",
    "seconds",
    "tags",
    "age",
    "starred",
    "version",
)
OFFERED = tuple(name for name in (*COLUMNS, *list_config_fields()) if name not in (*SHOWN, "epoch", "variant"))
EXAMPLE = "Filter: gcn split0, or test_acc > 77% and lr in (0.01, 0.003)"


@dataclass(frozen=True)
class TableView:
    """The runs that are listed, how the table looks, and the field by which its rows are grouped; empty for none."""

    records: list[RunRecord]
    look: Look
    group: str


def draw_filter(graph_id: str) -> list[RunRecord]:
    """The filter's field, and the runs that it leaves; one that cannot be read leaves all, and is explained."""
    archived = bool(inputs.read_choice("archived", (0, 1), default=0))
    if len(inputs.read_param("filter")) > MAX_CHARACTERS:
        inputs.refuse("filter", f"a filter of at most {MAX_CHARACTERS:,} characters")
    st.text_input(
        "Filter",
        **held.hold("runs_filter", inputs.read_param("filter"), lambda words: inputs.write_params(filter=words)),
        max_chars=MAX_CHARACTERS,
        placeholder=EXAMPLE,
        label_visibility="collapsed",
        icon=":material/filter_list:",
    )
    runs = get_explorer().runs
    try:
        return runs.list(graph_id, archived=archived, where=inputs.read_param("filter"))
    except QueryError as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")
        return runs.list(graph_id, archived=archived)


def draw_menu(records: list[RunRecord]) -> TableView:
    """What else the table shows, folded into one button."""
    columns = _read_columns()
    baseline = _read_baseline(records)
    with st.popover("Table", icon=":material/table:", type="tertiary", key="runs_view"):
        st.multiselect(
            "More columns",
            OFFERED,
            **held.hold(
                "runs_columns",
                columns,
                lambda names: inputs.write_params(columns=",".join(names)),
                begins={"default": columns},
            ),
            format_func=name_field,
            placeholder="Any metric or setting",
        )
        groupings = {"": "Each run alone"} | list_groupings(records)
        group = inputs.choose(
            st.selectbox,
            "Group rows",
            list(groupings),
            param="rows",
            default="",
            key="runs_rows",
            format_func=groupings.get,
        )
        ids = [record.id for record in records]
        names = {record.id: stages.name_run(record) for record in records}
        st.selectbox(
            "Baseline",
            ids,
            **held.hold(
                "runs_baseline",
                baseline.id if baseline else None,
                lambda run_id: inputs.write_params(baseline=run_id),
                begins={"index": ids.index(baseline.id) if baseline else None},
            ),
            format_func=lambda run_id: names.get(run_id, run_id),
            placeholder="None: no differences are shown",
        )
        kind = inputs.choose(
            st.segmented_control,
            "Validation accuracy at the",
            list(KINDS),
            param="value",
            default="kept",
            key="runs_value",
            required=True,
            format_func=KINDS.get,
            help="Stopping articles choose the epoch that is kept. The best of any epoch was chosen by the very "
            "articles that it is measured on, and so is too high.",
        )
        inputs.switch("Show archived runs", param="archived", key="runs_archived")
    if baseline is not None and kind != "kept":
        baseline = get_explorer().runs.fill_values([baseline])[0]
    return TableView(records, Look(columns, baseline, kind), group)


def _read_columns() -> list[str]:
    """The columns that the URL adds; one that no run can have is refused."""
    wanted = [name for name in inputs.read_param("columns").split(",") if name]
    known = [name for name in dict.fromkeys(wanted) if name in OFFERED and is_field(name)]
    if len(known) < len(wanted):
        inputs.refuse("columns", "names of metrics and settings")
    return known


def _read_baseline(records: Sequence[RunRecord]) -> RunRecord | None:
    wanted = inputs.read_param("baseline")
    return next((record for record in records if record.id == wanted), None)
