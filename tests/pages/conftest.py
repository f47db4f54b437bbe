"""The app's pages as Streamlit's own test rig runs them."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROUTER = str(Path(__file__).parents[2] / "pages" / "router.py")


@pytest.fixture
def serve_pages(monkeypatch):
    """Has pages ask an Explorer; returns what opens one of them with these URL parameters."""
    from pages.ui import loaders

    def serve(explorer):
        loaders.get_explorer.cache_clear()
        monkeypatch.setattr(loaders, "load_settings", lambda: explorer.settings)
        monkeypatch.setattr(loaders, "open_explorer", lambda _settings, **_options: explorer)
        explorer.graphs.prepare()
        return open_

    def open_(name, **params):
        at = AppTest.from_file(ROUTER, default_timeout=30)
        if name != "overview":
            at.run().switch_page(f"{name}.py")
        for key, value in params.items():
            at.query_params[key] = str(value)
        return at.run()

    yield serve
    loaders.get_explorer.cache_clear()


@pytest.fixture
def open_page(serve_pages, explorer):
    """Opens one page of the app over the tiny graph with these URL parameters."""
    return serve_pages(explorer)


@pytest.fixture
def shown():
    """Finds a widget that shows a held value: under its key, or as a successor."""

    def find(widgets, key):
        return next(widget for widget in widgets if re.fullmatch(rf"{re.escape(key)}(_\d+)?", widget.key or ""))

    return find
