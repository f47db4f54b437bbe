"""Which model shall learn, and how?"""

import shlex

import streamlit as st

from core.app.places import Offer
from core.config.command import list_words, write_value
from core.config.fields import uses_field
from core.config.presets import Preset
from core.errors import WikicsError
from core.runs.state import ACTIVE
from pages.ui import columns, forms, inputs, outcome, places, preset_cards, report, settings
from pages.ui.components.curves import CurveRun, curves
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown, say_time

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]
presets = {preset.name: preset for preset in explorer.configs.list_presets()}


def draw_settings(preset: Preset, values: dict[str, object]) -> None:
    """The settings that matter, the rest folded; what a person has set, and the way back to the preset."""
    own = settings.read_own(preset)
    with st.container(horizontal=True, vertical_alignment="center", key="train_settings_head"):
        st.header("Settings of the next run" if inputs.read_param("run") else "Settings")
        st.space("stretch")
        if any(name in names for name in values):
            st.button(
                f"Back to {preset.title} as it is",
                icon=":material/undo:",
                key="train_reset",
                type="tertiary",
                on_click=settings.write,
                args=({},),
            )
    forms.draw_fields([name for name in names if name in basic], values, own, key="train")
    with st.expander("More settings", icon=":material/tune:"):
        forms.draw_fields([name for name in names if name not in basic], values, own, key="train")


def draw_command(preset: Preset, changed: dict[str, object], offer: Offer | None) -> None:
    """The shell command that does the same."""
    words = list_words(graph_id, preset.name, changed)
    if offer is not None and offer.name != explorer.places.default:
        words += ["--backend", offer.name]
    st.code(shlex.join(words), language=None, wrap_lines=True)


def draw_place(preset: Preset, changed: dict[str, object]) -> None:
    """Where the run will execute, how long it takes, the main action, and the same as a command."""
    with st.container(border=True):
        offer = places.choose_place(explorer)
        places.draw_place(explorer, offer)
        problem = None
        try:
            estimate = explorer.estimates.estimate(explorer.configs.build(preset.name, changed, graph=graph_id))
            known = f"it takes {say_time(estimate)}" if estimate else "not yet trained here like this, no time is known"
            said = [f"{forms.title_of(name).lower()} {write_value(value)}" for name, value in changed.items()]
            title_and_set = ", ".join([preset.title, *said])
            st.caption(f"{escape_markdown(title_and_set)}: {known}.")
        except WikicsError as error:
            problem = str(error)
        if inputs.may_train(explorer, guests=True):
            st.button(
                "Start",
                type="primary",
                icon=":material/play_arrow:",
                key="train_start",
                disabled=bool(problem) or not (offer is None or offer.ready),
                width="stretch",
                on_click=start,
                args=(preset, offer.name if offer else None),
            )
        if refusal := st.session_state.pop("train_refusal", problem):
            st.error(f"It cannot start: {escape_markdown(refusal)}", icon=":material/error:")
        draw_command(preset, changed, offer)


def start(preset: Preset, backend: str | None) -> None:
    """Queues the run before the page is drawn, which then shows it: with what stands in the fields now."""
    entered = forms.read_entered(names, settings.read_own(preset), key="train")
    try:
        config = explorer.configs.build(preset.name, entered, graph=graph_id)
        record = explorer.runs.submit(config, backend=backend)
    except WikicsError as error:
        st.session_state["train_refusal"] = str(error)
    else:
        inputs.write_params(preset=preset.name, run=record.id)


def draw_run(run_id: str) -> None:
    """The run that was started here: its curve as it grows, and the way to stop it."""
    record = explorer.runs.read(run_id)
    report.draw_head(record, key="train")
    curves(
        [CurveRun(record.id, record.state, name=record.name)],
        key="train_curves",
        reveal="train_head" if record.state in ACTIVE else "",
        on_ended=lambda: None,
    )
    if record.state not in ACTIVE:
        outcome.draw_outcome(record, key="train")


preset = presets[inputs.read_choice("preset", list(presets), default=next(iter(presets)))]
basic = forms.list_fields(basic=True, used=lambda name: uses_field(preset.values["model"], name))
names = basic + forms.list_fields(basic=False, used=lambda name: uses_field(preset.values["model"], name))
notices: list[str] = []
values = settings.read(notices)
st.title("Train a model")
for notice in notices:
    st.warning(escape_markdown(notice), icon=":material/info:")
run_id = inputs.read_param("run")
# On a phone: presets, Start, the live curve, and then the settings.
parts = columns.split((1, 3) if run_id else (1,), (2, 4), widths=(6, 5), key="train")
if run_id:
    with parts[3]:
        draw_run(run_id)  # first: who has clicked Start waits for it
with parts[1]:
    preset_cards.draw_cards(explorer, graph_id, list(presets.values()), chosen=preset)
with parts[4]:
    draw_settings(preset, values)
with parts[2]:
    draw_place(preset, forms.read_entered(names, settings.read_own(preset), key="train"))
