"""How do the runs compare?"""

from functools import partial

import streamlit as st

from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from pages.ui import (
    charts,
    compare_doors,
    curve_view,
    histograms,
    inputs,
    offers,
    open_row,
    outcome,
    pareto,
    parts,
    report,
    run_bulk,
    run_choice,
    run_fields,
    run_groups,
    run_imports,
    run_models,
    run_reports,
    run_table,
    stages,
    table_view,
)
from pages.ui.components.curves import CurveRun, curves
from pages.ui.damage import draw_damage, find_damage
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown

DRAWN_AT_FIRST = 5

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]


def draw_curves(records: list[RunRecord], baseline: RunRecord | None) -> None:
    """The charts; a change of how they are drawn runs this alone."""
    everyone = [*records, *([baseline] if baseline else [])]
    described = zip(everyone, run_fields.describe_fields(everyone), strict=True)
    drawn = [CurveRun(record.id, record.state, name=record.name, fields=fields) for record, fields in described]
    tools = curve_view.read_tools(records, drawn.pop() if baseline else None)
    if curves(drawn, key="runs_curves", tools=tools, on_ended=lambda: None):
        inputs.draw_page_anew()


def draw_beside(record: RunRecord) -> None:
    """One run: curve, report, histograms, config, log."""
    if not inputs.read_param("run"):
        open_row.say_default(explorer, record)
    report.draw_head(record, key="runs", close=run_choice.close)
    st.fragment(draw_tabs)(record)


def draw_tabs(record: RunRecord) -> None:
    """What is known of the run; its histograms are read once their tab is opened."""
    tabs = inputs.open_tabs(("Report", "Histograms", "Config", "Log"), param="tab", key="runs_tabs")
    with tabs["Report"]:
        if record.state in ACTIVE:
            st.caption("The report comes when the run has ended.")
        else:
            outcome.draw_outcome(record, key="runs")
    with tabs["Histograms"]:
        if tabs["Histograms"].open:
            histograms.draw_histograms(record, key="runs_histograms")
    with tabs["Config"]:
        report.draw_config(record.id, key="runs")
    with tabs["Log"]:
        report.draw_log(record.id)


def draw_left(everything: list[RunRecord], opened: RunRecord | None) -> None:
    """The table with all that it offers, and the curves of the runs that are ticked in it."""
    run_choice.offer_default()
    records = table_view.draw_filter(graph_id)
    named = [*(record.id for record in everything), "none", run_choice.ALL]
    wanted = inputs.read_several("runs", named, what="run")
    is_all = wanted is not None and run_choice.ALL in wanted
    among = set(wanted or [])
    selected = [record.id for record in records if wanted is None or is_all or record.id in among]
    if wanted is None:
        selected = selected[:DRAWN_AT_FIRST]
    chosen = set(selected)
    with st.container(horizontal=True, gap="small", key="runs_tools"):
        view = table_view.draw_menu(records)
        run_bulk.draw_actions([record for record in records if wanted is not None and record.id in chosen])
        run_reports.draw_report(selected, view.look.columns)
    if view.group:
        run_groups.draw_groups(records, selected, view.group, view.look)
    else:
        every = stages.EVERY_SECONDS if stages.is_any_active(records) else None
        draw_table = st.fragment(run_table.draw_table, run_every=every)
        draw_table(graph_id, [record.id for record in records], selected, view.look, narrow=bool(opened))
        run_choice.draw_menu([record.id for record in records], selected)
    compare_doors.link_selected(selected)
    if opened:
        with st.container(key="runs_below"):  # shown where the columns stand one above the other
            name = escape_markdown(stages.name_run(opened))
            st.markdown(f":material/arrow_downward: [{name} is open below](#{report.anchor_of('runs')})")
    if wanted is None and len(records) > len(selected):
        st.caption(f"The newest {len(selected)} of {len(records):,} runs are drawn: tick others in the table.")
    elif hidden := among - {"none", run_choice.ALL} - chosen:
        st.caption(f"{len(hidden):,} ticked runs are hidden by the filter.")
    draw_damage(find_damage(everything))
    shown = inputs.choose_part(
        selected, curve_view.MAX_DRAWN, param="part", key="runs_part", what="ticked runs are drawn"
    )
    drawn = set(shown)
    st.fragment(draw_curves)([record for record in records if record.id in drawn], view.look.baseline)
    pareto.draw_pareto(records, view.look)
    run_models.draw_list(graph_id)
    run_imports.draw_import(graph_id)


st.title("Runs")
run_bulk.draw_undo()
everything = explorer.runs.list(graph_id, archived=True)
if not everything:
    offers.offer_default_training(
        explorer, graph_id, key="runs", reason="No run yet. Train one, and its curves grow here while it learns."
    )
    st.plotly_chart(
        charts.build_example_curves(),
        key="runs_example",
        config=charts.CONFIG,
        alt="An example of accuracy over epochs",
    )
    st.caption("An example, of no real run: accuracy on training and validation articles over epochs.")
    run_imports.draw_import(graph_id)
    st.stop()
opened = run_choice.find_opened()
left, right = st.columns([3, 2], gap="large") if opened else (st.container(), None)
with left:
    parts.draw_part(partial(draw_left, everything, opened), page="runs", rest=(run_choice.BESIDE,))
if opened and right:
    with right:
        draw_beside(opened)
