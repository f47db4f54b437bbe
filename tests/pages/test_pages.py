"""Every page in three states: nothing trained yet, one finished run, and something wrong in the URL."""

import json
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1.element_tree import Selectbox

from core.backends.local.backend import LocalBackend
from core.runs.job_states import JobStates
from core.runs.state import RunState
from pages.ui import inputs, run_choice
from pages.ui.theme import category_colors

PAGES = ["overview", "train", "runs", "compare", "sweeps", "benchmark", "map", "article"]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_trained_yet(open_page, name):
    at = open_page(name)
    assert not at.exception and not at.error
    if name not in ("train", "sweeps", "benchmark"):
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


def test_what_an_old_report_does_not_say_is_a_dash(open_page, finished_run, storage):
    storage.write(f"runs/{finished_run}/report.json", b'{"test_acc": 0.5, "reliability": [{"count": 2}]}')
    at = open_page("runs", run=finished_run)
    assert not at.exception and not at.error
    assert {metric.label: metric.value for metric in at.metric} == {
        "Test accuracy": "50.0 %",
        "Macro-F1": "–",
        "Validation": "–",
        "Calibration error": "–",
    }
    scores = next(table.value for table in at.dataframe if "precision" in table.value)
    assert scores["category"].tolist() == ["Databases", "Operating systems"]
    assert scores.drop(columns="category").isna().all(axis=None)


@pytest.mark.parametrize(("state", "label", "after"), [("pending", "Stop", "stopped"), ("failed", "Resume", "asked")])
def test_a_run_is_stopped_and_resumed_where_it_is_shown(
    open_page, explorer, finished_run, storage, monkeypatch, state, label, after
):
    states, job = JobStates(storage), f"runs/{finished_run}"
    states.write(job, RunState(state, created_at=1e9))
    monkeypatch.setattr(explorer.runs, "resume", lambda _: states.write(job, RunState(message="asked")))
    at = open_page("runs", run=finished_run)
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception and not at.error
    record = explorer.runs.read(finished_run)
    assert after in (record.state, record.message)


def test_the_token_alone_opens_training(open_page, explorer, monkeypatch):
    monkeypatch.setattr(explorer.access, "training", "token")
    monkeypatch.setattr(explorer.access, "knows", lambda token: token == "secret")
    at = open_page("train")
    at.text_input(key="router_token").input("wrong").run()
    assert [error.value for error in at.error] == ["This is not the token of this app."]
    at.text_input(key="router_token").input("secret").run()
    assert not at.exception and not at.error
    assert not [box for box in at.text_input if box.key == "router_token"]
    assert explorer.access.admits("test session id")  # and so its uploads are taken


def test_an_old_label_from_the_browser_is_no_choice(open_page, finished_run, monkeypatch):
    at = open_page("train", run=finished_run)
    late = WidgetState(id=at.selectbox(key="router_run").id, string_value=f"{finished_run}, running")
    monkeypatch.setattr(Selectbox, "_widget_state", property(lambda _box: late))
    at.run()
    assert at.query_params["run"] == finished_run
    assert not at.warning and at.selectbox(key="router_run").value == finished_run


def test_unknown_graph_is_said(open_page):
    at = open_page("overview", graph="nowhere")
    assert not at.exception
    assert any("nowhere" in warning.value for warning in at.warning)


def test_unknown_article_is_said(open_page):
    at = open_page("article", article="No such title")
    assert not at.exception
    assert ["No such title" in error.value for error in at.error] == [True]


def find_picture(at, *fields):
    """What a page hands to the component that takes these fields."""
    drawn = [json.loads(element.proto.json) for element in at.get("bidi_component")]
    return next(data for data in drawn if set(fields) <= data.keys())


def list_page_links(at, page):
    """Label and parameters of every link to a page, without those of the navigation."""
    links = [element.proto for element in at.get("page_link")]
    found = [(link.label, dict(parse_qsl(link.query_string))) for link in links if link.page.endswith(page)]
    return [(label, params) for label, params in found if label.lower() != page]


def test_i05_the_table_of_links_is_told_what_the_url_says(open_page, finished_run, tiny_id):
    at = open_page("article", article=3, run=finished_run, sort="-title", category=1, wrong=1, **{"from": "0,1"})
    data = find_picture(at, "wishes")
    assert (data["graph"], data["article"], data["run"], data["trail"]) == (tiny_id, 3, finished_run, [0, 1])
    assert data["wishes"] == {"sort": "-title", "category": "1", "predicted": "", "direction": "", "wrong": "1"}
    assert not at.dataframe


def test_i11_the_path_to_another_article(open_page):
    at = open_page("article", article="SQL", to="Linux")
    assert find_picture(at, "paths") == {
        "paths": [[0, 3, 4]],
        "articles": {
            "0": {"title": "SQL", "label": "Databases", "category": 0},
            "3": {"title": "Index", "label": "Databases", "category": 0},
            "4": {"title": "Linux", "label": "Operating systems", "category": 1},
        },
        "colors": list(category_colors(2)),
        "directed": False,
    }
    assert "**Linux** is 2 links away, by one shortest path." in [text.value for text in at.markdown]
    at = open_page("article", article=4, to=0, directed=1)
    assert "No path leads to **SQL**." in [text.value for text in at.markdown]


def test_i11_an_unknown_end_of_a_path_is_said(open_page):
    at = open_page("article", article=0, to="No such title")
    assert not at.exception and ["No such title" in error.value for error in at.error] == [True]


def test_i11_the_trail_is_the_way_one_came(open_page, tiny_id):
    at = open_page("article", article=4, **{"from": "0,3,junk,99"})
    trail = [link for link in list_page_links(at, "article") if link[0] in ("SQL", "Index")]
    graph = {"graph": tiny_id, "via": "link"}
    assert trail == [("SQL", graph | {"article": "0"}), ("Index", graph | {"article": "3", "from": "0"})]


@pytest.fixture
def numbered(tiny_arrays):
    """Titles that are numbers, each another article's index."""
    tiny_arrays["titles"] = np.array([str(index + 1) for index in range(8)])


def test_i14_links_name_an_article_whose_index_is_anothers_title(numbered, open_page, tiny_id):
    at = open_page("article", article="#4", **{"from": "3"})
    trail = [link for link in list_page_links(at, "article") if link[0] == "4"]
    assert trail == [("4", {"graph": tiny_id, "via": "link", "article": "#3"})]
    assert list_page_links(at, "map")[-1][1]["article"] == "#4"
    assert at.header[0].value == "5"
    assert open_page("article", article="4").header[0].value == "4"


def test_i11_the_start_page_invites(open_page, finished_run):
    at = open_page("article", run=finished_run)
    labels = [label for label, _ in list_page_links(at, "article") if label != "**Article**"]  # of the navigation
    assert labels[:2] == ["Index", "Linux"] and "A random article" in labels
    assert "Where the model is most surely wrong" in [text.value for text in at.header]
    assert len(labels) == 4  # the run is wrong about one article


@pytest.mark.parametrize(("order", "first"), [("", "likeliest"), ("category", "Databases")])
def test_i11_probabilities_by_likelihood_or_in_category_order(open_page, finished_run, order, first):
    at = open_page("article", article=4, run=finished_run, **({"order": order} if order else {}))
    bars = json.loads(next(chart.proto.spec for chart in at.get("plotly_chart")))["data"][0]
    assert bars["y"][0] == ("Operating systems" if first == "likeliest" else first)


def test_i11_an_article_is_shown_on_the_map(open_page, tiny_id):
    at = open_page("article", article=4)
    assert ("Show on the map", {"graph": tiny_id, "article": "4"}) in list_page_links(at, "map")


def test_i10_filters_of_the_map_are_in_the_url(open_page, finished_run):
    at = open_page("map", run=finished_run, filter=1, role="test,train,junk", least=2, most=100, error="wrong")
    data = find_picture(at, "limits")
    assert data["hidden"] == [1]
    assert data["limits"] == {"roles": ["train", "test"], "least": 2, "most": 100, "error": "wrong", "only": None}
    at.button(key="map_clear").click().run()
    assert find_picture(at, "limits")["limits"] == dict.fromkeys(("roles", "least", "most", "error", "only"))
    at = open_page("map", run=finished_run)
    at.multiselect(key="map_categories").set_value([1]).run()
    at.selectbox(key="map_least").set_value(5).run()
    at.selectbox(key="map_most").set_value(50).run()
    data = find_picture(at, "limits")
    assert (data["hidden"], data["limits"]["least"], data["limits"]["most"]) == ([0], 5, 50)


def find_filters(at):
    return next(one for one in at.expander if one.label.startswith("Filter"))


def test_i10_the_chosen_article_stands_below_the_filters_which_are_folded(open_page, finished_run):
    at = open_page("map", article=0, role="test")
    keys = [str(getattr(element, "key", "")) for element in at]
    assert 0 <= keys.index("map_roles") < keys.index("map_order")
    assert (find_filters(at).label, find_filters(at).proto.expanded) == ("Filter (1 set)", False)
    at.button(key="map_deselect").click().run()
    assert not at.exception and "article" not in at.query_params
    assert find_filters(at).proto.expanded


def test_i10_the_map_has_a_search(open_page):
    at = open_page("map")
    assert find_picture(at, "shortcut")["label"] == "Search articles on the map"
    at.session_state["map_search"] = {"chosen": 3}
    assert not at.run().exception


def test_no_benchmark_yet_gives_the_form_and_the_command(open_page, tiny_id):
    at = open_page("benchmark")
    assert [code.value for code in at.code] == [f"wikics benchmark --graph {tiny_id} --preset gcn"]
    assert not at.dataframe and any("No result on this graph yet" in text.value for text in at.markdown)


def test_a_benchmark_is_started_watched_and_stopped(open_page, explorer, tiny_id, monkeypatch):
    monkeypatch.setattr(LocalBackend, "submit", lambda *_: None)  # waits for its turn
    at = open_page("benchmark", preset="sgc")
    at.number_input(key="benchmark_seeds").set_value(2)
    at.number_input(key="benchmark_splits").set_value(1)
    at.run()
    assert [code.value for code in at.code] == [
        f"wikics benchmark --graph {tiny_id} --preset sgc --splits 0-0 --seeds 2"
    ]
    at.button(key="benchmark_start").click().run()
    assert not at.exception
    (job,) = explorer.benchmarks.list_jobs(tiny_id)
    assert (job.preset, job.state, job.done, job.total) == ("sgc", "pending", 0, 2)
    assert any(bar.text == "0 of 2 runs are done\\: other runs have their turn first" for bar in at.get("progress"))
    at.button(key=f"benchmark_stop_{job.id}").click().run()
    assert not at.exception
    assert [found.state for found in explorer.benchmarks.list_jobs(tiny_id)] == ["stopped"]
    at.button(key=f"benchmark_resume_{job.id}").click().run()
    assert not at.exception
    (again,) = explorer.benchmarks.list_jobs(tiny_id)
    assert (again.id, again.state, again.total) == (job.id, "pending", 2)


def test_i12_the_form_of_a_benchmark_keeps_the_preset_that_was_started(open_page, explorer, monkeypatch):
    monkeypatch.setattr(explorer.benchmarks, "submit", lambda *_: None)
    at = open_page("benchmark")
    preset = at.selectbox(key="benchmark_preset").value
    at.button(key="benchmark_start").click().run()
    assert not at.exception and at.query_params["preset"] in (preset, [preset])


def test_i03_what_was_set_of_a_benchmark_survives_a_reload(open_page, explorer, tiny_id, shown, monkeypatch):
    asked = []
    monkeypatch.setattr(explorer.benchmarks, "submit", lambda _config, pairs: asked.append(pairs))
    at = open_page("benchmark")
    at.number_input(key="benchmark_splits").set_value(1).run()
    at.number_input(key="benchmark_seeds").set_value(3).run()
    again = open_page("benchmark", preset="sgc", splits=1, seeds=3)
    for page in (at, again):
        assert [shown(page.number_input, f"benchmark_{name}").value for name in ("splits", "seeds")] == [1, 3]
    shown(again.number_input, "benchmark_seeds").set_value(2)  # and Start is clicked in the same breath
    again.button(key="benchmark_start").click().run()
    assert not again.exception and asked == [[(0, 0), (0, 1)]]
    assert [str(again.query_params[name]).strip("[]'") for name in ("preset", "splits", "seeds")] == ["sgc", "1", "2"]
    odd = open_page("benchmark", splits=99)
    assert "splits='99' in the address means nothing here" in odd.warning[0].value.replace("\\", "")


def test_no_benchmark_is_started_where_training_is_off(open_page, monkeypatch):
    monkeypatch.setattr(inputs, "may_train", lambda *_, **__: False)
    at = open_page("benchmark")
    assert not at.exception and "benchmark_start" not in [button.key for button in at.button]


def test_benchmarks_are_ranked_and_compared(open_page, explorer, two_benchmarks):
    at = open_page("benchmark")
    (table,) = at.dataframe
    assert table.value["benchmark"].tolist() == ["gcn", "mlp"]
    assert table.value["mean"].tolist() == [100.0, 50.0]
    assert table.value["id"].tolist() == two_benchmarks
    sentence = explorer.benchmarks.compare(*two_benchmarks).sentence
    assert any(sentence[:40] in text.value.replace("\\", "") for text in at.markdown)
    at = open_page("benchmark", first=two_benchmarks[1], second=two_benchmarks[0])
    assert [box.value for box in at.selectbox if box.key in ("benchmark_first", "benchmark_second")] == two_benchmarks[
        ::-1
    ]
    assert any("mlp and gcn are not distinguishable" in text.value for text in at.markdown)


def test_unknown_benchmark_is_said(open_page, two_benchmarks):
    at = open_page("benchmark", first="nobody", second=two_benchmarks[0])
    assert not at.exception
    assert ["nobody" in warning.value for warning in at.warning] == [True]


def test_unknown_benchmark_is_said_where_there_is_none(open_page):
    at = open_page("benchmark", second="nobody")
    assert not at.exception
    assert ["nobody" in warning.value for warning in at.warning] == [True]


def test_benchmarks_of_another_graph_are_not_shown(open_page, explorer, tiny_id, benchmark_store):
    from tests.rigs import make_result

    config = explorer.configs.build("gcn", {}, graph=tiny_id).model_dump()
    other = benchmark_store.open(config, graph_digest="another")
    benchmark_store.save_result(other.id, make_result())
    at = open_page("benchmark")
    assert not at.exception and not at.dataframe


def test_published_numbers_are_shown_on_their_graph_alone(open_page, explorer, two_benchmarks, monkeypatch):
    from core.evaluation.published import list_published

    assert len(open_page("benchmark").dataframe) == 1
    monkeypatch.setattr(explorer.benchmarks, "list_published", lambda _graph_id: list_published("wikics", ""))
    board, published = open_page("benchmark").dataframe
    assert published.value["mean"].tolist() == pytest.approx([81.07, 80.69, 80.30, 79.98, 79.84, 77.65, 77.19])
    assert set(published.value["protocol"]) == {"3 of the 20 splits", "all 20 splits"}
    assert board.value["benchmark"].tolist() == ["gcn", "mlp"]


@pytest.mark.parametrize("name", PAGES)
def test_i06_headings_begin_with_one_title_and_leave_no_level_out(open_page, finished_run, name):
    for params in ({}, {"run": finished_run, "article": 0}):
        at = open_page(name, **params)
        levels = [int(heading.tag[1]) for heading in (*at.title, *at.header, *at.subheader)]
        assert levels == sorted(levels) and levels.count(1) == 1 and set(levels) <= {1, 2}


def test_i06_runs_are_chosen_without_a_mouse(open_page, explorer, finished_run, monkeypatch):
    monkeypatch.setattr(LocalBackend, "submit", lambda *_: None)  # waits for its turn
    other = explorer.runs.submit(explorer.configs.build_default(explorer.runs.read(finished_run).graph)).id
    ids = [record.id for record in explorer.runs.list()]
    at = open_page("runs", runs=finished_run)
    menu = at.multiselect(key="runs_menu")
    assert (menu.label, menu.options, menu.value) == ("Runs in the charts", ids, [finished_run])
    menu.select(other).run()
    assert not at.exception
    assert sorted(at.multiselect(key="runs_menu").value) == sorted(ids)
    drawn = [json.loads(element.proto.json) for element in at.get("bidi_component")]
    assert [run["id"] for run in drawn[0]["runs"]] == ids


@pytest.mark.parametrize(
    ("selected", "rows", "ticked"),
    [(["a", "b"], [], ["a", "b"]), (["a"], [], []), (["a", "b"], [1], ["b"]), (["a", "b"], [0, 1, 2], ["a", "b", "c"])],
)
def test_i06_escape_in_the_table_wipes_no_selection(selected, rows, ticked):
    assert run_choice.read_ticks(run_choice.tick(rows), ["a", "b", "c"], selected) == ticked


def test_i03_links_to_a_page_carry_what_was_set_on_it(open_page, tiny_id):
    at = open_page("map", graph=tiny_id, color="role", error="wrong", article=3)
    links = {link.page.rpartition("/")[2]: dict(parse_qsl(link.query_string)) for link in navigation(at)}
    assert links["article"] == {"graph": tiny_id, "article": "3"}  # the article goes along
    at.switch_page("train.py").run()
    at.query_params.clear()
    at.query_params["graph"] = tiny_id
    at.run()
    links = {link.page.rpartition("/")[2]: dict(parse_qsl(link.query_string)) for link in navigation(at)}
    assert links["map"]["color"] == "role"
    at.query_params["graph"] = "nowhere"
    at.run()
    assert at.warning


def navigation(at):
    """The links above every page."""
    return [element.proto for element in at.get("page_link")][: len(PAGES)]
