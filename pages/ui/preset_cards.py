"""Presets to choose from: the few that matter, the rest folded, each with its time and accuracy on this graph."""

from typing import Final

import streamlit as st

from core.app.explorer import Explorer
from core.app.ranking import rank_best
from core.config.presets import Preset
from pages.ui import inputs
from pages.ui.text import percent, say_time

CARD_PIXELS: Final = 155  # three stand side by side on a laptop, two on a phone


def draw_cards(explorer: Explorer, graph_id: str, presets: list[Preset], *, chosen: Preset) -> None:
    """The presets with a merit; the others below, folded. Each keeps its place, whichever is chosen."""
    first = [preset for preset in presets if preset.merit]
    _draw_row(explorer, graph_id, first, chosen=chosen, key="train_presets")
    rest = [preset for preset in presets if not preset.merit]
    among = "" if chosen.merit else f": {chosen.title} is chosen"
    with st.expander(f"{len(rest)} more presets{among}", icon=":material/more_horiz:", key="train_more"):
        _draw_row(explorer, graph_id, rest, chosen=chosen, key="train_presets_more")


def _draw_row(explorer: Explorer, graph_id: str, presets: list[Preset], *, chosen: Preset, key: str) -> None:
    with st.container(horizontal=True, gap="small", key=key):
        for preset in presets:
            _draw_card(explorer, graph_id, preset, chosen=preset.name == chosen.name)


def _draw_card(explorer: Explorer, graph_id: str, preset: Preset, *, chosen: bool) -> None:
    """One preset: its name, what it is in one line, its typical time and accuracy on this graph."""
    with st.container(width=CARD_PIXELS, key=f"train_card_{preset.name}", gap="xxsmall"):
        st.button(
            preset.title,
            key=f"train_preset_{preset.name}",
            type="primary" if chosen else "secondary",
            icon=":material/check:" if chosen else None,
            on_click=inputs.write_params,
            kwargs={"preset": preset.name},
            width="stretch",
        )
        merit = f"**{preset.merit}.** " if preset.merit else ""
        st.caption(f"{merit}{preset.description}")
        st.caption(_describe_experience(explorer, graph_id, preset))


def _describe_experience(explorer: Explorer, graph_id: str, preset: Preset) -> str:
    config = explorer.configs.build(preset.name, {}, graph=graph_id)
    estimate = explorer.estimates.estimate(config)
    about = f", {say_time(estimate)}" if estimate else ""
    experience = explorer.estimates.summarise_experience(config)
    if experience.seconds is None:
        others = [record for record in explorer.runs.list(graph_id) if record.preset == preset.name]
        ranked = [record for record in rank_best(others) if record.test_acc is not None]  # one that trains has none yet
        if ranked:
            other = f"With other settings: test {percent(ranked[0].test_acc)}."
            return f"Here: {say_time(estimate)}. {other}" if estimate else other
        return f"Here: {say_time(estimate)}." if estimate else "Not trained here yet."
    runs = "1 run" if experience.runs == 1 else f"{experience.runs} runs"
    return f"Here: test {percent(experience.test_acc)}{about} ({runs})."
