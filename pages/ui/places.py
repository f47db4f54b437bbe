"""Where a run will execute: this machine, or one that is rented for it."""

import streamlit as st

from core.app.explorer import Explorer
from core.app.places import Offer
from core.runs.record import LOCAL, RunRecord
from pages.ui import inputs, stages
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown


def choose_place(explorer: Explorer) -> Offer | None:
    """The place that is in the URL, or the default; None where there is nothing but this machine to choose."""
    settings = explorer.settings
    if not (settings.project or settings.ray_address or settings.backend != LOCAL):
        return None
    offers = {offer.name: offer for offer in explorer.places.list_offers()}
    name = inputs.choose(
        st.selectbox,
        "Where it trains",
        list(offers),
        param="backend",
        default=explorer.places.default,
        key="train_backend",
        format_func=lambda name: (
            offers[name].place.name if offers[name].ready else f"{offers[name].place.name} (not yet)"
        ),
    )
    return offers[name]


def draw_place(explorer: Explorer, offer: Offer | None) -> None:
    """What the run will execute on: how busy it is there, or what is missing for it."""
    if offer is None or offer.name == LOCAL:
        busy = explorer.places.describe(LOCAL)
        every = stages.EVERY_SECONDS if busy.running or busy.waiting else None
        st.fragment(_draw_occupancy, run_every=every)()
        return
    own = " A machine of its own for this run." if offer.place.machine else ""
    st.markdown(f":material/memory: {escape_markdown(offer.place.device)}.{own}")
    if offer.missing:
        lines = [f"- {escape_markdown(sentence)}" for sentence in offer.missing]
        st.warning("\n".join(["It cannot train there yet:", "", *lines]), icon=":material/info:")


def draw_execution(record: RunRecord) -> None:
    """How a run stands at its provider, in the provider's word, with the way there; nothing for one of this machine."""
    execution = get_explorer().runs.read_execution(record.id) if record.backend != LOCAL else None
    if execution is not None:
        is_said = bool(execution.message) and execution.message in record.message
        said = f"{execution.title}: {execution.state}" if is_said else execution.sentence
        link = f" · [open it there]({execution.url})" if execution.url else ""
        st.caption(f":material/cloud: {escape_markdown(said)}{link}")


def is_settled(record: RunRecord) -> bool:
    """Whether nothing more is to be heard of a run from its provider."""
    execution = get_explorer().runs.read_execution(record.id) if record.backend != LOCAL else None
    return execution is None or execution.ended


def _draw_occupancy() -> None:
    place = get_explorer().places.describe(LOCAL)
    busy = stages.describe_occupancy(place).capitalize()
    st.markdown(f":material/memory: **{place.name}**, {place.device}. {busy}.")
