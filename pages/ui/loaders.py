"""The one Explorer of this process, and Streamlit's caches over what pages read from it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st

from core.app.explorer import Explorer, open_explorer
from core.evaluation.importance import Importance, Setting, Surrogate
from core.monitoring.metrics import Monitor, Source
from core.settings import load_settings
from pages.ui.visitors import ask


@cache
def get_explorer() -> Explorer:
    """The process's Explorer. A plain singleton: routes and pages share it without a Streamlit session.

    Called once before any thread is started; `cache` alone would let two threads build two.
    """
    return open_explorer(load_settings(), ask=lambda: ask(get_explorer().access, get_explorer().settings.proxies))


@st.cache_resource(max_entries=20, show_spinner=False)
def load_surrogate(
    settings: tuple[Setting, ...], rows: tuple[Mapping[str, Any], ...], values: tuple[float, ...]
) -> tuple[Surrogate, list[Importance]]:
    """The forest of some trials of a sweep, and how much each setting matters."""
    surrogate = Surrogate(settings, rows, values)
    return surrogate, surrogate.measure()


@cache
def get_monitor() -> Monitor:
    """The process's Prometheus metrics."""
    explorer = get_explorer()
    return Monitor(
        Source(
            list_runs=explorer.runs.list_all,
            is_graph_loaded=lambda: explorer.graphs.readiness().ready,
            count_predictions=lambda: explorer.predictions.served,
        )
    )
