"""What did we find, and does it still hold?"""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import streamlit as st

from core.app.columns import title_of, unit_of
from core.app.reports import SINCE, ReportDetails, ReportRun, ReportSummary, say_date
from core.errors import WikicsError
from core.runs.fields import CONFIG_PREFIX
from core.runs.reports import Panel
from pages.ui import curve_view, inputs
from pages.ui.components.curves import WHOLE, CurveChart, CurveRun, curves
from pages.ui.damage import draw_damage
from pages.ui.loaders import get_explorer
from pages.ui.run_table import scale_of
from pages.ui.text import UNKNOWN, escape_markdown, quote, without_pictures

A_PART = 50  # reports that are listed at once
REFUSAL = "reports_refusal"

explorer = get_explorer()


def draw_list(found: list[ReportSummary]) -> None:
    """All reports, newest first, each a link."""
    st.title("Reports")
    if not found:
        st.markdown(
            "No report yet. A report is text, charts and a table of runs: it shows them as they are, and says whose "
            "data have changed since it was written. *Runs* has a button for it, beside the table's own."
        )
        st.page_link("runs.py", label="Choose runs", icon=":material/monitoring:", query_params=inputs.kept_params())
    for one in inputs.choose_part(found, A_PART, param="part", key="reports_part", what="reports are listed"):
        with st.container(border=True, gap="xxsmall", key=f"reports_one_{one.id}"):
            label = f"**{escape_markdown(one.name)}**"
            st.page_link("reports.py", label=label, query_params=inputs.changed_params(report=one.id, part=None))
            runs = f"{one.num_runs:,} run{'s' * (one.num_runs > 1)}"
            st.caption(f"{say_date(one.created_at)}, about {runs}")


def delete(report_id: str) -> None:
    """Deletes a report and goes back to the list; a refusal is kept for the page."""
    try:
        explorer.reports.delete(report_id)
    except WikicsError as error:
        st.session_state[REFUSAL] = str(error)
    else:
        inputs.write_params(report=None)


def draw_actions(report: ReportDetails, here: list[ReportRun]) -> None:
    """What one can do with a report."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reports_actions"):
        st.download_button(
            "Download as HTML",
            lambda: explorer.reports.export(report.id, now=datetime.now(UTC).timestamp())[1],
            file_name=f"{report.id}.html",
            mime="text/html",
            icon=":material/download:",
            key="reports_download",
            on_click="ignore",
            help="One file with all that stands here, which needs no network",
        )
        if here:
            ids = ",".join(run.id for run in here)
            st.page_link(
                "runs.py",
                label="These runs",
                icon=":material/monitoring:",
                query_params=inputs.kept_params(runs=ids),
            )
        if inputs.may_train(explorer, quiet=True):
            with st.popover("Delete", icon=":material/delete:", type="tertiary", key="reports_delete"):
                st.markdown("The report is gone for good then; its runs stay.")
                st.button("Delete it", key="reports_delete_now", on_click=partial(delete, report.id))
        with st.container(key="reports_all", width="content"):
            own = inputs.changed_params(report=None)
            st.page_link("reports.py", label="All reports", icon=":material/list:", query_params=own)


def build_chart(panel: Panel) -> CurveChart:
    """A chart of the report as the curves draw it."""
    x = panel.x if panel.x in curve_view.AXES else f"metric.{panel.x}"
    return CurveChart(f"{panel.metric}@{x}", title_of(panel.metric), unit_of(panel.metric), {WHOLE: panel.metric}, x=x)


def draw_table(report: ReportDetails) -> None:
    """What each run says now, and what became of its data since."""
    columns: dict[str, list[Any]] = {"Run": [run.name or run.id for run in report.runs]}
    for field in report.fields:
        values = [run.values.get(field) for run in report.runs]
        scale = scale_of(field)
        columns[title_of(field.removeprefix(CONFIG_PREFIX))] = [
            scale * value if scale > 1 and isinstance(value, int | float) else value for value in values
        ]
    columns["Data"] = [SINCE[run.since] for run in report.runs]
    shares = [title_of(field) for field in report.fields if scale_of(field) > 1]
    st.dataframe(
        columns,
        hide_index=True,
        key="reports_table",
        column_config={title: st.column_config.NumberColumn(format="%.1f %%") for title in shares},
        placeholder=UNKNOWN,
        alt="The runs of this report as they are now",
    )


def draw_report(report: ReportDetails) -> None:
    """One report: what has changed, its text, its charts, its table."""
    here = [run for run in report.runs if run.since != "deleted"]
    st.title(escape_markdown(report.name))
    st.caption(f"Written {say_date(report.created_at)}")
    draw_actions(report, here)
    if refusal := st.session_state.pop(REFUSAL, ""):
        st.error(escape_markdown(refusal), icon=":material/error:")
    if report.notice:
        st.warning(escape_markdown(report.notice), icon=":material/difference:")
    if report.text:
        with st.container(key="reports_text"):
            st.markdown(without_pictures(report.text))
    if here and report.panels:
        drawn = [CurveRun(run.id, run.state or "finished", name=run.name) for run in here]
        charts = [build_chart(panel) for panel in report.panels]
        curves(drawn, charts=charts, key=f"reports_curves_{report.id}", on_ended=lambda: None)
    draw_table(report)


listed = explorer.reports.list()
draw_damage(listed.damaged)
wanted = inputs.read_param("report")
if wanted and wanted not in {one.id for one in listed.reports}:
    inputs.notice(f"There is no report {quote(wanted)} here: it was deleted, or is of another home.")
    inputs.write_params(report=None)
    wanted = ""
if wanted:
    draw_report(explorer.reports.read(wanted))
else:
    draw_list(listed.reports)
