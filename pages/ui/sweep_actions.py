"""What a person does to sweeps: begin one from a file, pause, go on, stop, narrow, confirm the best."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.app.explorer import Explorer
from core.app.sweep_records import (
    SweepDetails,
    SweepParameter,
    SweepRecord,
    count_ended,
    count_most,
    tell_progress,
    tell_state,
)
from core.config.sweep.read import MAX_BYTES
from core.config.sweep.spec import Range
from core.errors import WikicsError
from core.runs.sweeps import GOES_ON
from pages.ui import inputs
from pages.ui.loaders import get_explorer
from pages.ui.sweep_trials import say_value
from pages.ui.text import escape_markdown
from pages.ui.theme import StateColor

REFUSAL: Final = "sweeps_refusal"
COLORS: Final[dict[str, StateColor]] = {
    "pending": "blue",
    "running": "blue",
    "pausing": "orange",
    "stopping": "orange",
    "finished": "green",
    "failed": "red",
    "crashed": "red",
}
CONFIRMED: Final = 3
EXAMPLE: Final = """\
method: bayes
metric:
  name: val_acc
  goal: maximize
run_cap: 20
early_terminate:
  type: hyperband
  min_iter: 20
parameters:
  preset:
    values: [gcn, sage]
  lr:
    distribution: log_uniform_values
    min: 0.001
    max: 0.1
  dropout:
    min: 0.2
    max: 0.8
"""


def act(action: Callable[..., object], *arguments: object) -> None:
    """Does what a button says; a refusal is kept for the page."""
    st.session_state.pop(REFUSAL, None)
    try:
        action(*arguments)
    except WikicsError as error:
        st.session_state[REFUSAL] = str(error)


def draw_start(explorer: Explorer, graph_id: str) -> None:
    """A sweep.yaml to write or to bring, and the button that begins it."""
    if not inputs.may_train(explorer):
        return
    st.file_uploader("Bring a sweep.yaml", type=["yaml", "yml"], key="sweeps_upload", on_change=_take_upload)
    st.session_state.setdefault("sweeps_text", EXAMPLE)
    st.text_area("sweep.yaml, as W&B has it", key="sweeps_text", height=380, max_chars=MAX_BYTES)
    st.caption(
        "Parameters are the fields of a run's config; `when` and `constraints` go beyond W&B. The same from a shell: "
        "`wikics sweep sweep.yaml`."
    )
    st.button(
        "Start the sweep",
        type="primary",
        icon=":material/play_arrow:",
        key="sweeps_start",
        on_click=lambda: act(_start, explorer, graph_id),
    )
    draw_refusal()


def draw_refusal() -> None:
    """What was last refused, once."""
    if refusal := st.session_state.pop(REFUSAL, None):
        st.error(escape_markdown(refusal), icon=":material/error:")


def _take_upload() -> None:
    file = st.session_state.get("sweeps_upload")
    if file is not None:
        st.session_state["sweeps_text"] = file.getvalue()[: MAX_BYTES + 1].decode("utf-8", errors="replace")


def _start(explorer: Explorer, graph_id: str) -> None:
    begun = explorer.sweeps.submit(st.session_state["sweeps_text"], graph=graph_id)
    inputs.write_params(sweep=begun.id, brush=None)


def draw_state(record: SweepRecord) -> None:
    """Badge, counts, and the buttons that fit the state."""
    explorer = get_explorer()
    with st.container(horizontal=True, vertical_alignment="center", key="sweeps_state"):
        st.badge(tell_state(record), color=COLORS.get(record.state, "gray"))
        st.space("stretch")
        if inputs.may_train(explorer, quiet=True):
            _draw_verbs(explorer, record)
    told = tell_progress(record)
    if most := count_most(record):
        st.progress(min(count_ended(record) / most, 1.0), text=told)
    else:
        st.caption(told)
    if record.message:
        st.caption(escape_markdown(record.message))


def _draw_verbs(explorer: Explorer, record: SweepRecord) -> None:
    sweeps = explorer.sweeps
    if record.state in GOES_ON:
        verbs = [("Pause", ":material/pause:", sweeps.pause, record.state in ("pausing", "stopping"))]
        verbs.append(("Stop", ":material/stop:", sweeps.stop, record.state == "stopping"))
    elif record.state != "finished":
        verbs = [("Go on", ":material/play_arrow:", sweeps.resume, False)]
    else:
        verbs = []
    for word, icon, action, is_asked in verbs:
        st.button(
            word,
            icon=icon,
            key=f"sweeps_{word.lower().replace(' ', '_')}",
            disabled=is_asked,
            on_click=act,
            args=(action, record.id),
        )


def draw_best(details: SweepDetails, num_configs: int) -> None:
    """The best trial, how to confirm it (of so many configs), to narrow, and what of the file means nothing here."""
    explorer = get_explorer()
    draw_refusal()
    if details.best:
        st.metric(f"Best {details.metric}", say_value(details.metric, details.best.value))
        params = next((trial.params for trial in details.trials if trial.number == details.best.trial), {})
        told = ", ".join(f"{name} {_show(value)}" for name, value in params.items())
        st.caption(f"Trial {details.best.trial}: {escape_markdown(told)}")
        st.page_link(
            "runs.py",
            label="Its run",
            icon=":material/monitoring:",
            query_params=inputs.kept_params() | {"run": details.best.run},
        )
    if inputs.may_train(explorer, quiet=True):
        with st.container(horizontal=True, key="sweeps_actions"):
            _draw_confirm(explorer, details, min(num_configs, CONFIRMED))
            _draw_narrow(explorer, details)
    with st.expander("Its sweep.yaml", key="sweeps_file"):
        st.code(details.text, language=None, wrap_lines=True)
        for note in details.notes:
            st.caption(escape_markdown(note))


def _draw_confirm(explorer: Explorer, details: SweepDetails, count: int) -> None:
    if not details.best:
        return
    splits = explorer.graphs.load(details.graph).num_splits

    def confirm() -> None:
        act(lambda: st.session_state.__setitem__("sweeps_confirmed", explorer.sweeps.confirm(details.id)))

    st.button(
        f"Confirm the best{f' {count}' if count > 1 else ''} on all {splits} splits",
        type="primary",
        icon=":material/verified:",
        key="sweeps_confirm",
        help="A benchmark for each of the best configs: with an interval over articles and splits.",
        on_click=confirm,
    )
    if st.session_state.get("sweeps_confirmed"):
        st.page_link(
            "benchmark.py",
            label="See how sure that is",
            icon=":material/leaderboard:",
            query_params=inputs.kept_params(),
        )


def _draw_narrow(explorer: Explorer, details: SweepDetails) -> None:
    varied = {one.name: one for one in details.parameters if len(one.values) != 1}
    if not varied or details.state == "finished":
        return
    with st.popover("Narrow a range", icon=":material/compress:", key="sweeps_narrow"):
        st.markdown("For the trials to come; those before stay what is known.")
        name = st.selectbox("Parameter", list(varied), key="sweeps_narrow_name")
        wanted = _draw_range(varied[name])
        st.button(
            "Narrow it",
            key="sweeps_narrow_now",
            type="primary",
            on_click=lambda: act(explorer.sweeps.narrow, details.id, wanted),
        )


def _draw_range(parameter: SweepParameter) -> Range:
    """The inputs of one parameter's new range."""
    now, name = parameter.narrowed, parameter.name
    if parameter.values:
        kept = now.values if now and now.values else parameter.values
        chosen = st.multiselect("Values", parameter.values, default=list(kept), key=f"sweeps_values_{name}")
        return Range(name, values=tuple(chosen))
    low = now.low if now and now.low is not None else parameter.low
    high = now.high if now and now.high is not None else parameter.high
    with st.container(horizontal=True):
        least = st.number_input("From", value=low, format="%g", step=None, key=f"sweeps_low_{name}", width=140)
        most = st.number_input("To", value=high, format="%g", step=None, key=f"sweeps_high_{name}", width=140)
    return Range(name, least, most)


def _show(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
