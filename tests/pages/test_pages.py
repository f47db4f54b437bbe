"""Every page in three states: nothing trained yet, one finished run, and something wrong in the URL."""

import json

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1.element_tree import Selectbox

from core.backends.local.backend import LocalBackend
from core.runs.job_states import JobStates
from core.runs.state import RunState
from pages.ui import inputs

PAGES = ["overview", "train", "runs", "benchmark", "map", "article"]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_trained_yet(open_page, name):
    at = open_page(name)
    assert not at.exception and not at.error
    if name not in ("train", "benchmark"):
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
    assert any(bar.text == "0 of 2 runs are done" for bar in at.get("progress"))
    at.button(key=f"benchmark_stop_{job.id}").click().run()
    assert not at.exception
    assert [found.state for found in explorer.benchmarks.list_jobs(tiny_id)] == ["stopped"]
    at.button(key="benchmark_start").click().run()  # goes on
    assert [found.state for found in explorer.benchmarks.list_jobs(tiny_id)] == ["pending"]


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
