"""Every page in three states: nothing trained yet, one finished run, and something wrong in the URL."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROUTER = str(Path(__file__).parents[2] / "pages" / "router.py")
PAGES = ["overview", "train", "runs", "map", "article"]


@pytest.fixture
def open_page(monkeypatch, explorer):
    """Opens one page of the app over the tiny graph with these URL parameters."""
    from pages.ui import loaders

    loaders.get_explorer.cache_clear()
    monkeypatch.setattr(loaders, "load_settings", lambda: explorer.settings)
    monkeypatch.setattr(loaders, "Explorer", lambda _settings: explorer)
    explorer.prepare()

    def open_(name, **params):
        at = AppTest.from_file(ROUTER, default_timeout=30)
        if name != "overview":
            at.run().switch_page(f"{name}.py")
        for key, value in params.items():
            at.query_params[key] = str(value)
        return at.run()

    yield open_
    loaders.get_explorer.cache_clear()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_trained_yet(open_page, name):
    at = open_page(name)
    assert not at.exception and not at.error
    if name != "train":
        assert name == "article" or any(button.label == "Train the default model" for button in at.button)


@pytest.mark.parametrize("name", PAGES)
def test_one_run(open_page, finished_run, name):
    at = open_page(name, run=finished_run, article=0)
    assert not at.exception and not at.error
    assert not any(button.label == "Train the default model" for button in at.button)


@pytest.mark.parametrize("name", PAGES)
def test_unknown_run_is_said(open_page, finished_run, name):
    at = open_page(name, run="nobody")
    assert not at.exception
    assert any("nobody" in warning.value for warning in at.warning)


@pytest.mark.parametrize("name", ["train", "runs"])
def test_curves_know_the_state_that_the_page_drew(open_page, finished_run, name):
    at = open_page(name, run=finished_run)
    drawn = [json.loads(element.proto.json) for element in at.get("bidi_component")]
    assert [[(run["id"], run["state"]) for run in data["runs"]] for data in drawn] == [[(finished_run, "finished")]]


def test_unknown_graph_is_said(open_page):
    at = open_page("overview", graph="nowhere")
    assert not at.exception
    assert any("nowhere" in warning.value for warning in at.warning)


def test_unknown_article_is_said(open_page):
    at = open_page("article", article="No such title")
    assert not at.exception
    assert ["No such title" in error.value for error in at.error] == [True]
