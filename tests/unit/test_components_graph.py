"""What the page tells the rings and the map, and what the rings tell the page."""

import json

from streamlit.testing.v1 import AppTest

from pages.ui.theme import category_colors


def draw_rings():
    import streamlit as st

    from pages.ui.components.rings import rings

    chosen = rings(graph="twin", article=7, class_names=["A", "B"], hops=1, limit=900, run="r1", key="rings")
    st.text(str(chosen))


def draw_map():
    from pages.ui.components.map import map_view

    map_view(graph="twin", class_names=["A", "B", "C"], color="degree", hidden=[2], chosen=5, key="map")


def payload(at):
    assert not at.exception
    (element,) = at.get("bidi_component")
    return json.loads(element.proto.json)


def test_rings_name_the_article_and_bound_what_is_drawn():
    at = AppTest.from_function(draw_rings, default_timeout=20).run()
    assert payload(at) == {
        "graph": "twin",
        "article": 7,
        "hops": 1,
        "limit": 300,
        "run": "r1",
        "classes": ["A", "B"],
        "colors": list(category_colors(2)),
        "height": 620,
    }
    assert at.text[0].value == "None"


def test_a_click_in_the_rings_reaches_the_script():
    at = AppTest.from_function(draw_rings, default_timeout=20).run()
    at.session_state["rings"] = {"chosen": 42}
    assert at.run().text[0].value == "42"


def test_the_map_is_told_colours_and_what_is_hidden():
    data = payload(AppTest.from_function(draw_map, default_timeout=20).run())
    palette = data.pop("palette")
    assert data == {
        "graph": "twin",
        "run": None,
        "color": "degree",
        "size": "even",
        "hidden": [2],
        "limits": {"roles": None, "least": None, "most": None, "error": None, "only": None},
        "chosen": 5,
        "height": 640,
    }
    assert palette["categories"] == list(category_colors(3))
    assert len(set(palette["roles"])) == len(palette["roles"]) == 5
