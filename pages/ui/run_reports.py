"""A report about the runs in the charts of *Runs*, with the charts that are in view; the way to all reports."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from core.app.columns import find_column
from core.app.reports import FIELDS
from core.errors import WikicsError
from core.runs.labels import MAX_CHARACTERS
from core.runs.reports import EPOCH, MAX_FIELDS, MAX_PANELS, MAX_RUNS, MAX_TEXT_CHARACTERS
from pages.ui import curve_view, inputs
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown

NAME: Final = "runs_report_name"
TEXT: Final = "runs_report_text"
WRITTEN: Final = "runs_report_written"  # the report that is to be opened
REFUSAL: Final = "runs_report_refusal"


def draw_report(run_ids: Sequence[str], columns: Sequence[str]) -> None:
    """One button that unfolds the form. columns: those that a person has added to the table of runs."""
    if written := st.session_state.pop(WRITTEN, ""):
        st.switch_page("reports.py", query_params=inputs.kept_params(report=written))
    pinned = run_ids[:MAX_RUNS]
    with st.popover("Report", icon=":material/description:", type="tertiary", key="runs_report"):
        st.page_link("reports.py", label="All reports", icon=":material/list:", query_params=inputs.kept_params())
        if not (pinned and inputs.may_train(get_explorer(), quiet=True)):
            return
        which = f"first {MAX_RUNS:,}" if len(run_ids) > MAX_RUNS else f"{len(pinned):,}"
        runs = "run" if len(pinned) == 1 else f"{which} runs"
        st.markdown(
            f"Your words, the charts in view and a table of the {runs} drawn. A report shows them as they are when "
            "it is read, and says whose data have changed since it was written."
        )
        st.text_input("Name", max_chars=MAX_CHARACTERS, key=NAME)
        st.text_area("Text, in Markdown", max_chars=MAX_TEXT_CHARACTERS, height=180, key=TEXT)
        if refusal := st.session_state.pop(REFUSAL, ""):
            st.error(escape_markdown(refusal), icon=":material/error:")
        write = partial(_write, pinned, columns)
        st.button("Write the report", icon=":material/edit:", type="primary", key="runs_report_write", on_click=write)


def _write(run_ids: Sequence[str], columns: Sequence[str]) -> None:
    """Writes the report, which the page then opens; what is refused is kept for the form."""
    fields = list(dict.fromkeys([*FIELDS, *columns]))[:MAX_FIELDS]
    name, text = st.session_state[NAME], st.session_state[TEXT]
    try:
        made = get_explorer().reports.create(
            run_ids, name=name, text=text, metrics=_list_metrics(run_ids), fields=fields
        )
    except WikicsError as error:
        st.session_state[REFUSAL] = str(error)
    else:
        st.session_state[WRITTEN] = made.id


def _list_metrics(run_ids: Sequence[str]) -> list[str]:
    """The charts in view; those of which these runs have logged nothing are not drawn there either."""
    logged = get_explorer().reports.list_columns(run_ids)
    axes = {*logged, *curve_view.AXES}
    drawn = [(metric, x) for metric, x in curve_view.read_charts() if find_column(metric, logged)]
    return [f"{metric}@{x if x.removeprefix('metric.') in axes else EPOCH}" for metric, x in drawn][:MAX_PANELS]
