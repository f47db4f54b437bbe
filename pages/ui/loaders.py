"""The one Explorer of this process, and Streamlit's caches over what pages read from it."""

from functools import cache

from core.app.explorer import Explorer, open_explorer
from core.monitoring.metrics import Monitor, Source
from core.settings import load_settings


@cache
def get_explorer() -> Explorer:
    """The process's Explorer. A plain singleton: routes and pages share it without a Streamlit session.

    Called once before any thread is started; `cache` alone would let two threads build two.
    """
    return open_explorer(load_settings())


@cache
def get_monitor() -> Monitor:
    """The process's Prometheus metrics."""
    explorer = get_explorer()
    return Monitor(
        Source(
            list_runs=lambda: explorer.runs.list(archived=True),
            is_graph_loaded=lambda: explorer.graphs.readiness().ready,
            count_predictions=lambda: explorer.predictions.served,
        )
    )
