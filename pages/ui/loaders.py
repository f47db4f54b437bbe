"""The one Explorer of this process, and Streamlit's caches over what pages read from it."""

from functools import cache

from core.app.explorer import Explorer
from core.monitoring.metrics import Monitor
from core.settings import load_settings


@cache
def get_explorer() -> Explorer:
    """The process's Explorer. A plain singleton: routes and pages share it without a Streamlit session.

    Called once before any thread is started; `cache` alone would let two threads build two.
    """
    return Explorer(load_settings())


@cache
def get_monitor() -> Monitor:
    """The process's Prometheus metrics."""
    return Monitor(get_explorer())
