"""What the page tells the curves and the search box, and what they tell the page."""

import json

from streamlit.testing.v1 import AppTest

from pages.ui.theme import category_colors, run_colors


def draw_curves():
    import streamlit as st

    from pages.ui.components.curves import CurveRun, CurveTools, curves

    runs = [CurveRun("20261123-142501-gcn-k3f", "finished"), CurveRun("b", "running", name="mlp, split 1")]
    tools = CurveTools({"x": "elapsed_seconds"}, {"preset": "Preset"}, on_view=lambda _: None)
    ended = curves(runs, key="curves", tools=tools, on_ended=lambda: None)
    st.text(",".join(ended) or "nothing ended")


def draw_search():
    import streamlit as st

    from pages.ui.components.search import search

    st.text(str(search("twin", key="search")))


def payload(at):
    assert not at.exception
    (element,) = at.get("bidi_component")
    return json.loads(element.proto.json)


def test_curves_name_runs_colors_and_columns():
    at = AppTest.from_function(draw_curves, default_timeout=20).run()
    data = payload(at)
    assert "in nats, the unit of natural logarithms" in at.caption[0].value
    name, (first, second) = "20261123-142501-gcn-k3f", run_colors(2)
    assert data["runs"] == [
        {"id": name, "name": name, "color": first, "state": "finished", "fields": {}},
        {"id": "b", "name": "mlp, split 1", "color": second, "state": "running", "fields": {}},
    ]
    assert {chart["title"]: chart["columns"] for chart in data["charts"]} == {
        "Loss": {"train": "train_loss", "stopping": "stopping_loss", "val": "val_loss"},
        "Accuracy": {"train": "train_acc", "stopping": "stopping_acc", "val": "val_acc"},
    }
    assert (data["view"], data["reports"]) == ({"x": "elapsed_seconds"}, True)
    assert data["groupings"] == [{"value": "preset", "label": "Preset"}]


def test_every_column_that_curves_draw_is_logged():
    from core.runs.metrics import COLUMNS

    data = payload(AppTest.from_function(draw_curves, default_timeout=20).run())
    drawn = {column for chart in data["charts"] for column in chart["columns"].values()}
    assert drawn | {data["view"]["x"], "epoch", "logged_at"} <= set(COLUMNS)


def test_every_run_of_the_script_asks_anew_and_only_news_of_an_end_reaches_it():
    at = AppTest.from_function(draw_curves, default_timeout=20).run()
    before = payload(at)["run_at"]
    assert at.text[0].value == "nothing ended"
    assert payload(at.run())["run_at"] > before


def test_search_knows_its_graph_and_colors():
    at = AppTest.from_function(draw_search, default_timeout=20).run()
    data = payload(at)
    assert (data["graph"], data["limit"], data["colors"]) == ("twin", 8, list(category_colors(40)))
    assert at.text[0].value == "None"
