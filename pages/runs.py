"""How do the runs compare?"""

import hashlib
from typing import TypedDict

import streamlit as st

from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from pages.ui import charts, held, inputs, offers, report, run_choice, run_table, stages
from pages.ui.components.curves import CurveRun, XName, curves
from pages.ui.damage import draw_damage, find_damage
from pages.ui.loaders import get_explorer
from pages.ui.text import UNKNOWN
from pages.ui.theme import STAGE_COLORS

MAX_DRAWN = 20
DRAWN_AT_FIRST = 5
LONGEST_FILTER = 200  # characters
NARROW_COLUMNS = ("state", "progress", "name", "validation", "test", "run", "age")
AXES = {"epoch": "Epoch", "elapsed_seconds": "Training time", "logged_at": "Time of day"}

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]


def draw_table(ids: list[str], selected: list[str], *, narrow: bool) -> None:
    """The table; its checkboxes are in the URL, and the run checked last opens beside it, where it has less room.

    While a run is active it is drawn again and again, with what its runs are then.
    """
    if st.session_state.pop("runs_changed", False):
        inputs.draw_page_anew()  # other curves are drawn
    explorer = get_explorer()
    found = {record.id: record for record in explorer.runs.list(graph_id)}
    if not found.keys() >= set(ids):
        inputs.draw_page_anew()  # one was deleted meanwhile
    rows = run_table.build_rows([found[run_id] for run_id in ids], explorer.places.describe())
    # Rows are selected by position: another list of runs is another table.
    key = "runs_table_" + hashlib.md5(" ".join(ids).encode(), usedforsecurity=False).hexdigest()[:12]
    ticked = run_choice.tick([ids.index(run_id) for run_id in selected if run_id in ids])

    def changed(state: run_choice.TableState) -> None:
        run_choice.save_choice(run_choice.read_ticks(state, ids, selected), selected)
        st.session_state["runs_changed"] = True

    holding = held.hold(key, ticked, changed, same=run_choice.ticks_same, begins={})
    percent = st.column_config.NumberColumn(format="%.1f %%")
    st.dataframe(
        rows,
        key=holding["key"],
        hide_index=True,
        height=min(36 * len(ids) + 40, 320),
        column_order=NARROW_COLUMNS if narrow else None,
        on_select=holding["on_change"],
        selection_default=ticked,
        selection_mode="multi-row",
        column_config={
            "state": st.column_config.MultiselectColumn(
                options=list(STAGE_COLORS), color=list(STAGE_COLORS.values()), width="small"
            ),
            "validation": percent,
            "test": percent,
            "cost": st.column_config.NumberColumn(
                f"cost ({explorer.prices.currency})" if explorer.prices.currency else "cost", format="%.4f"
            ),
            "time": st.column_config.NumberColumn(format="%.0f s"),
            "age": st.column_config.DatetimeColumn(format="distance"),
        },
        placeholder=UNKNOWN,
        alt="Runs of this graph, newest first",
    )


class CurveOptions(TypedDict):
    """What `draw_controls` lets a person choose."""

    x: XName
    smoothing: float
    log: bool


def draw_controls() -> CurveOptions:
    """How the curves are drawn; all of it is in the URL."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        x = inputs.choose(
            st.selectbox,
            "Horizontal axis",
            list(AXES),
            param="x",
            default="epoch",
            key="runs_x",
            format_func=AXES.get,
            width=180,
        )
        smooth = inputs.choose(
            st.select_slider,
            "Smoothing",
            [0, 0.5, 0.8, 0.9, 0.95, 0.99],
            param="smooth",
            default=0,
            key="runs_smooth",
            width=220,
        )
        log = inputs.switch("Log scale of losses", param="log", key="runs_log")
    return {"x": x, "smoothing": smooth, "log": log}


def draw_filter() -> list[str]:
    """The words that a run must match."""
    if len(inputs.read_param("filter")) > LONGEST_FILTER:
        inputs.refuse("filter", f"words of at most {LONGEST_FILTER} characters")
    st.text_input(
        "Filter",
        **held.hold("runs_filter", inputs.read_param("filter"), lambda words: inputs.write_params(filter=words)),
        max_chars=LONGEST_FILTER,
        placeholder="Filter by words: gcn finished split0",
        label_visibility="collapsed",
        icon=":material/filter_list:",
    )
    return inputs.read_param("filter").casefold().split()


def draw_beside(record: RunRecord) -> None:
    """One run: curve, report, config, log."""
    report.draw_head(record, key="runs", can_close=True)
    shown, config, log = st.tabs(["Report", "Config", "Log"])
    with shown:
        if record.state in ACTIVE:
            st.caption("The report comes when the run has ended.")
        else:
            report.draw_outcome(record, key="runs")
    with config:
        report.draw_config(record.id, key="runs")
    with log:
        report.draw_log(record.id)


st.title("Runs")
everything = explorer.runs.list(graph_id)
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
    st.stop()
opened = next((record for record in everything if record.id == inputs.read_param("run")), None)
left, right = st.columns([3, 2], gap="large") if opened else (st.container(), None)
with left:
    words = draw_filter()
    records = [record for record in everything if run_table.matches(record, words)]
    wanted = inputs.read_several("runs", [*(record.id for record in everything), "none"], what="run")
    selected = [record.id for record in records if wanted is None or record.id in wanted]
    if wanted is None:
        selected = selected[:DRAWN_AT_FIRST]
    every = stages.EVERY_SECONDS if stages.is_any_active(records) else None
    st.fragment(draw_table, run_every=every)([record.id for record in records], selected, narrow=bool(opened))
    run_choice.draw_menu([record.id for record in records], selected)
    if wanted is None and len(records) > len(selected):
        st.caption(f"The newest {len(selected)} of {len(records):,} runs are drawn: tick others in the table.")
    elif hidden := [run_id for run_id in wanted or [] if run_id != "none" and run_id not in selected]:
        st.caption(f"{len(hidden):,} ticked runs are hidden by the filter.")
    draw_damage(find_damage(everything))
    options = draw_controls()
    if selected:
        shown = inputs.choose_part(selected, MAX_DRAWN, param="part", key="runs_part", what="ticked runs are drawn")
        drawn = [CurveRun(record.id, record.state, name=record.name) for record in records if record.id in shown]
        curves(drawn, key="runs_curves", on_ended=lambda: None, **options)
    else:
        st.caption("Check runs in the table to draw their curves.")
if opened and right:
    with right:
        draw_beside(opened)
