"""A click on a part of a picture, or its name in a box, gives its articles: as a list, and on the map."""

import pytest

from tests.pages.test_pages import find_picture, list_page_links


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pick", "said"),
    [
        ("cell:1:0", "Test articles of Operating systems, predicted as Databases: **1**."),
        ("above:0:0.9", "Test articles of which Databases has a probability of at least 90\\.0 %: **2**."),
    ],
)
def test_row_26_a_picks_articles_are_listed(open_page, finished_run, tiny_id, pick, said):
    at = open_page("runs", run=finished_run, pick=pick)
    assert not at.exception and not at.error
    assert said in [text.value for text in at.markdown]
    data = find_picture(at, "articles")
    assert (data["graph"], data["run"], data["total"]) == (tiny_id, finished_run, len(data["articles"]))
    last = data["articles"][-1]
    assert (last["index"], last["title"], last["category"], last["predicted"]) == (7, "Process", 1, 0)
    params = {"graph": tiny_id, "run": finished_run, "only": pick, "color": "pred"}
    assert ("Show on the map", params) in list_page_links(at, "map")


def test_row_26_a_click_on_a_cell_is_in_the_url_and_again_takes_it_out(open_page, finished_run):
    at = open_page("runs", run=finished_run)
    assert not [data for data in at.get("bidi_component") if "articles" in data.proto.json]
    at.selectbox(key="runs_cells").set_value("cell:1:0").run()
    assert at.query_params["pick"] == "cell:1:0" and find_picture(at, "articles")["total"] == 1
    at.button(key="runs_cell_unpick").click().run()
    assert "pick" not in at.query_params


@pytest.mark.slow
def test_row_26_the_map_shows_the_picked_alone(open_page, finished_run):
    at = open_page("map", run=finished_run, only="cell:1:0")
    assert find_picture(at, "limits")["limits"]["only"] == [7]
    at.button(key="map_only_clear").click().run()
    assert find_picture(at, "limits")["limits"]["only"] is None and "only" not in at.query_params
    at = open_page("map", run=finished_run, only="cell:9:9")
    assert [("cell" in warning.value, "means nothing here" in warning.value) for warning in at.warning] == [
        (True, True)
    ]
