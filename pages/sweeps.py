"""Which settings matter, and which are best?"""

import streamlit as st

from core.app.sweep_records import SweepDetails
from core.runs.sweeps import GOES_ON
from pages.ui import inputs, sweep_actions, sweep_charts, sweep_trials
from pages.ui.components.parallel import parallel
from pages.ui.damage import draw_damage
from pages.ui.loaders import get_explorer, load_surrogate
from pages.ui.text import escape_markdown

EVERY_SECONDS = 2.0  # while a sweep goes on

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]


def on_event() -> None:
    """A brush goes into the URL, and a clicked line becomes the chosen run."""
    event = st.session_state["sweeps_parallel"]
    if event.get("brush") is not None:
        inputs.write_params(brush=event["brush"])
    if event.get("chosen") is not None:
        trials = explorer.sweeps.read_details(inputs.read_param("sweep") or "latest").trials
        run = next((trial.run for trial in trials if trial.number == int(event["chosen"])), "")
        if run:
            inputs.write_params(run=run)


def choose_sweep() -> SweepDetails | None:
    """The sweep of the URL, else the newest of this graph."""
    records = {record.id: record for record in explorer.sweeps.list(graph_id)}
    if not records:
        inputs.read_choice("sweep", [], default=None)
        return None
    chosen = inputs.choose(
        st.selectbox,
        "Sweep",
        list(records),
        param="sweep",
        default=next(iter(records)),
        key="sweeps_choice",
        format_func=lambda id_: f"{records[id_].name or records[id_].method} · {id_}",
    )
    return explorer.sweeps.read_details(chosen)


def draw_state(sweep_id: str, seen: tuple[object, ...]) -> None:
    """Where the sweep stands, looked at time and again; the page is drawn anew when a trial ends."""
    record = get_explorer().sweeps.read(sweep_id)
    if sweep_trials.summarise(record) != seen:
        inputs.draw_page_anew()
    sweep_actions.draw_state(record)


def draw_sweep(details: SweepDetails) -> None:
    """State and best on the left, what the trials tell on the right."""
    board = sweep_trials.Board(details, inputs.read_param("brush"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        every = EVERY_SECONDS if details.state in GOES_ON else None
        st.fragment(draw_state, run_every=every)(details.id, sweep_trials.summarise(details))
        sweep_actions.draw_best(details, board.num_configs)
        if board.done:
            st.header("Best so far")
            st.plotly_chart(
                sweep_charts.build_best_so_far(board),
                key="sweeps_best_so_far",
                config=sweep_charts.CONFIG,
                alt=f"{details.metric} of each trial in the order of their ends, and the best so far as a line",
            )
    with right:
        if board.done:
            st.header("Settings and what they reach")
            axes, lines = board.build_axes()
            parallel(
                axes,
                lines,
                brush=inputs.read_param("brush"),
                maximize=details.goal == "maximize",
                key="sweeps_parallel",
                on_event=on_event,
            )
            draw_importance(board)
        else:
            st.caption("What the settings do is drawn here as soon as a trial has finished.")
    st.header("Trials")
    sweep_trials.draw_table(board)


def draw_importance(board: sweep_trials.Board) -> None:
    """How much each setting matters, and what one or two of them do."""
    st.header("Which settings matter")
    if not board.settings:
        st.caption("Nothing varies in this sweep.")
        return
    if board.refusal:
        st.caption(escape_markdown(board.refusal))
        return
    with st.spinner("Growing random forests over the trials"):
        surrogate, found = load_surrogate(board.settings, board.rows, board.values)
    st.plotly_chart(
        sweep_charts.build_importance(found),
        key="sweeps_importance",
        config=sweep_charts.CONFIG,
        alt="Importance of each setting as a share, with its 90 % interval; the table below has the numbers",
    )
    sweep_trials.draw_importance(found)
    names = [one.name for one in found]
    with st.container(horizontal=True, gap="medium"):
        first = inputs.choose(st.selectbox, "Effect of", names, param="x", default=names[0], key="sweeps_x", width=220)
        others = ["one alone", *(name for name in names if name != first)]
        second = inputs.choose(
            st.selectbox, "together with", others, param="y", default=others[0], key="sweeps_y", width=220
        )
    together = second != others[0]
    figure = (
        sweep_charts.build_contour(board, surrogate.contour(first, second))
        if together
        else sweep_charts.build_slice(board, surrogate.slice(first))
    )
    st.plotly_chart(
        figure,
        key="sweeps_effect",
        config=sweep_charts.CONFIG,
        alt=f"{board.details.metric} by {first}{' and ' + second if together else ''}: trials as points, and what "
        "the forest predicts",
    )
    st.caption(
        "Points are trials; the line, the diamonds or the ground the forest's mean over the other settings as tried."
    )


st.title("Sweeps")
draw_damage(explorer.sweeps.list_damaged())
details = choose_sweep()
if details is None:
    st.markdown(
        "No sweep on this graph yet. A sweep trains many settings, by W&B's `sweep.yaml`, and says which of them "
        "matter and which are best."
    )
    sweep_actions.draw_start(explorer, graph_id)
else:
    draw_sweep(details)
    with st.expander("Begin another sweep", icon=":material/add:", key="sweeps_another"):
        sweep_actions.draw_start(explorer, graph_id)
