"""Which model shall learn, and how?"""

import shlex

import streamlit as st

from core.config.fields import uses_field
from core.config.presets import Preset
from core.config.train import TrainConfig
from core.errors import WikicsError
from core.graph.graph import Graph
from core.runs.state import ACTIVE
from pages.ui import forms, inputs, report
from pages.ui.components.curves import CurveRun, curves
from pages.ui.loaders import get_explorer
from pages.ui.text import percent

CARD_PIXELS = 150  # three stand side by side on a laptop, two on a phone

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]
presets = {preset.name: preset for preset in explorer.configs.list_presets()}


def draw_card(preset: Preset, *, chosen: bool) -> None:
    """One preset: its name, what it is in one line, its typical time and accuracy on this graph."""
    with st.container(width=CARD_PIXELS, key=f"train_card_{preset.name}", gap="xxsmall"):
        st.button(
            preset.title,
            key=f"train_preset_{preset.name}",
            type="primary" if chosen else "secondary",
            icon=":material/check:" if chosen else None,
            on_click=inputs.write_params,
            kwargs={"preset": preset.name, "run": None},
            width="stretch",
        )
        st.caption(preset.description)
        experience = explorer.estimates.summarise_experience(explorer.configs.build(preset.name, {}, graph=graph_id))
        if experience.seconds is not None:
            runs = "1 run" if experience.runs == 1 else f"{experience.runs} runs"
            st.caption(f"Here: test {percent(experience.test_acc)}, about {experience.seconds:.0f} s ({runs})")


def draw_settings(preset: Preset, graph: Graph) -> dict[str, object]:
    """The settings that matter, the rest folded. Returns what differs from the preset."""
    values = TrainConfig.model_validate({**preset.values}).model_dump()
    limits = {"split": graph.num_splits - 1, "epochs": explorer.configs.max_epochs}
    key = f"train_{preset.name}"
    basic, rest = (
        [
            name
            for name in forms.list_fields(basic=basic, used=lambda name: uses_field(values["model"], name))
            if name != "model"
        ]
        for basic in (True, False)
    )
    changed = forms.draw_fields(basic, values, key=key, limits=limits)
    with st.expander("More settings", icon=":material/tune:"):
        changed |= forms.draw_fields(rest, values, key=key, limits=limits)
    return changed


def draw_command(preset: Preset, changed: dict[str, object]) -> None:
    """The shell command that does the same."""
    words = ["wikics", "train", "--graph", graph_id, "--preset", preset.name]
    for name, value in changed.items():
        words += ["--split", str(value)] if name == "split" else ["--set", f"{name}={value}"]
    st.code(shlex.join(words), language=None, wrap_lines=True)


def draw_place(preset: Preset, changed: dict[str, object]) -> None:
    """Where the run will execute, how long it takes, the same as a command, and the main action."""
    place = explorer.places.describe()
    waiting = (
        f"{place.waiting} waiting, {place.running} running" if place.waiting or place.running else "nothing waiting"
    )
    with st.container(border=True):
        st.markdown(f":material/memory: **{place.name}**, {place.device}. {waiting.capitalize()}.")
        problem = None
        try:
            seconds = explorer.estimates.estimate_seconds(explorer.configs.build(preset.name, changed, graph=graph_id))
            st.caption(
                f"About {seconds:.0f} s on this machine."
                if seconds
                else "Nothing has been trained with these settings yet: the time is not known."
            )
        except WikicsError as error:
            problem = str(error)
            st.warning(problem, icon=":material/warning:")
        draw_command(preset, changed)
        if not inputs.may_train(explorer):
            return
        st.button(
            "Start",
            type="primary",
            icon=":material/play_arrow:",
            key="train_start",
            disabled=bool(problem),
            width="stretch",
            on_click=start,
            args=(preset.name, changed),
        )
        if refusal := st.session_state.pop("train_refusal", None):
            st.error(refusal, icon=":material/error:")


def start(preset: str, changed: dict[str, object]) -> None:
    """Queues the run before the page is drawn, which then shows it."""
    try:
        record = explorer.runs.submit(explorer.configs.build(preset, changed, graph=graph_id))
    except WikicsError as error:
        st.session_state["train_refusal"] = str(error)
    else:
        inputs.write_params(preset=preset, run=record.id)


def draw_run(run_id: str) -> None:
    """The run that was started here: its curve as it grows, and the way to stop it."""
    record = explorer.runs.read(run_id)
    report.draw_head(record, key="train")
    curves(
        [CurveRun(record.id, record.state)],
        key="train_curves",
        reveal=record.state in ACTIVE,
        on_ended=lambda: None,
    )
    if record.state not in ACTIVE:
        report.draw_outcome(record, key="train")


graph = explorer.graphs.load(graph_id)
preset = presets[inputs.read_choice("preset", list(presets), default=next(iter(presets)))]
left, right = st.columns([6, 7], gap="large")
with right:
    place, watched = st.container(), st.container()
run_id = inputs.read_param("run")
if run_id:
    with watched:
        draw_run(run_id)  # first: who has clicked Start waits for it
with left:
    st.title("Train a model")
    with st.container(horizontal=True, gap="small"):
        for item in presets.values():
            draw_card(item, chosen=item.name == preset.name)
    st.header("Settings")
    changed = draw_settings(preset, graph)
with place:
    draw_place(preset, changed)
