"""Which run is shown by default, what a page says of where runs stand, and what can be done with one."""

import json
import shutil
from dataclasses import asdict, replace

import pytest

from core.graph.archive import compute_digest, dump_arrays
from core.graph.twin import build as twin
from core.graph.twin import versions
from core.runs.job_states import JobStates
from core.runs.labels import LabelChanges
from core.runs.state import RunState, build_state
from core.runs.store import RunStore
from pages.ui import inputs, stages
from tests.pages.test_pages import list_page_links


@pytest.fixture
def add_run(explorer, finished_run, storage):
    """Adds a run like the finished one, in this state and of this accuracy, newer than those before; its id."""
    folder = explorer.settings.home_folder / "runs"
    made = []

    def add(state="finished", *, acc=0.5, epoch=3, **changes):
        run_id = f"2025010{len(made) + 1}-000000-gcn-abc"
        made.append(run_id)
        shutil.copytree(folder / finished_run, folder / run_id)
        report = json.loads((folder / run_id / "report.json").read_text())
        (folder / run_id / "report.json").write_text(json.dumps(report | {"val_acc": acc, "test_acc": acc}))
        if state in ("pending", "running"):
            for name in ("report.json", "predictions.npz"):
                (folder / run_id / name).unlink()
        old = build_state(json.loads(storage.read(f"runs/{finished_run}/state.json")))
        new = replace(old, state=state, epoch=epoch, created_at=1e9 + len(made), **changes)
        storage.write(f"runs/{run_id}/state.json", json.dumps(asdict(new)).encode())
        return run_id

    return add


def read_param(at, name):
    value = at.query_params.get(name, "")
    return value[0] if isinstance(value, list) else value


def texts(at):
    return [text.value.replace("\\", "") for text in (*at.caption, *at.markdown)]


@pytest.mark.parametrize("name", ["overview", "map", "article"])
def test_i01_the_best_finished_run_is_shown_by_default(open_page, add_run, explorer, tiny_id, finished_run, name):
    worse, best, _stopped = add_run(acc=0.5), add_run(acc=0.8), add_run("stopped", acc=0.9)
    newest = add_run(acc=0.6)
    explorer.runs.delete(finished_run)  # right about everything
    at = open_page(name, article=0)
    assert not at.exception and not at.error
    box = at.selectbox(key="router_run")
    assert (box.value, "run" in at.query_params) == (best, False)
    assert [label for label in box.options if "best" in label] == [f"gcn abc, best, test 80.0 % · {best}"]
    assert {worse, newest} <= {record.id for record in explorer.runs.list(tiny_id)}
    if name == "overview":
        assert any(
            text.startswith(f"The best of 3 finished runs by validation accuracy is **{best}**") for text in texts(at)
        )
    if name in ("map", "article"):
        said = f"Shown by default: **{best}**, the best finished run of this graph by validation accuracy (80.0 %)."
        assert said in texts(at)


def test_i01_of_runs_that_are_equally_good_the_newest_is_shown_and_said_to_be(
    open_page, add_run, explorer, finished_run
):
    add_run(acc=0.8), add_run("stopped", acc=0.8)
    newest = add_run(acc=0.8)
    explorer.runs.delete(finished_run)
    equals = "the newest of 2 that are equally good"
    said = f"Shown by default: **{newest}**, the best finished run of this graph by validation accuracy (80.0 %, "
    assert f"{said}{equals})." in texts(open_page("map"))
    assert any(f"**{newest}** (gcn, split 0, {equals}): it names" in text for text in texts(open_page("overview")))


def test_i01_where_a_page_shows_no_run_each_can_be_chosen(open_page, shown, finished_run):
    at = open_page("train")
    box = shown(at.selectbox, "router_run")
    assert (box.value, box.placeholder) == (None, "Choose a run")
    box.select_index(0).run()
    assert at.query_params["run"] == finished_run
    assert not at.exception and shown(at.selectbox, "router_run").value == finished_run


def test_i01_where_no_run_has_finished_the_page_says_so(open_page, add_run, explorer, finished_run):
    stopped = add_run("stopped", acc=0.4)
    explorer.runs.delete(finished_run)
    at = open_page("map")
    assert at.selectbox(key="router_run").options == [f"gcn, stopped, test 40.0 % · {stopped}"]
    said = f"Shown by default: **{stopped}**, the best run of this graph by validation accuracy (40.0 %), and none has "
    assert f"{said}finished yet." in texts(at)


def test_runs_that_are_called_alike_are_told_apart_where_the_box_cuts(open_page, add_run, explorer, finished_run):
    long = "A name that is longer than the box, of seed {}"
    others = [add_run(acc=0.1) for _ in range(3)]
    for number, run_id in enumerate(others[1:]):
        explorer.runs.label(run_id, LabelChanges(name=long.format(number)))
    end = finished_run.rpartition("-")[2]
    assert set(open_page("map").selectbox(key="router_run").options) == {
        f"gcn {end}, best, test 50.0 % · {finished_run}",
        f"gcn abc, test 10.0 % · {others[0]}",
        f"A name t…f seed 0, test 10.0 % · {long.format(0)} · {others[1]}",
        f"A name t…f seed 1, test 10.0 % · {long.format(1)} · {others[2]}",
    }


def test_i01_a_run_that_is_named_is_not_called_the_default(open_page, add_run, finished_run):
    at = open_page("map", run=add_run(acc=0.1))
    assert not any("Shown by default" in text for text in texts(at))


def test_i01_a_run_is_renamed_and_its_id_stands_second(open_page, shown, explorer, finished_run):
    at = open_page("runs", run=finished_run)
    at.text_input(key=f"runs_name_{finished_run}").input("  My *first*   run ").run()
    assert not at.exception and not at.error
    assert explorer.runs.read(finished_run).name == "My *first* run"
    assert at.selectbox(key="router_run").options == [f"My *first* run, best, test 50.0 % · {finished_run}"]
    table = next(table.value for table in at.dataframe if "run" in table.value)
    assert (table["name"].tolist(), table["run"].tolist()) == (["My *first* run"], [finished_run])
    shown(at.text_input, f"runs_name_{finished_run}").input("").run()
    assert explorer.runs.read(finished_run).name == ""


def test_row_28_notes_are_written_on_a_runs_page(open_page, shown, explorer, finished_run):
    at = open_page("runs", run=finished_run)
    at.text_area(key=f"runs_notes_{finished_run}").input("*Worse* ![x](https://x.org/x.png)").run()
    assert not at.exception and not at.error
    assert explorer.runs.read(finished_run).notes == "*Worse* ![x](https://x.org/x.png)"
    assert "*Worse* \\![x](https://x.org/x.png)" in [text.value for text in at.markdown]  # as text, and not fetched
    shown(at.text_area, f"runs_notes_{finished_run}").input("").run()
    assert explorer.runs.read(finished_run).notes == ""


def test_row_20_a_run_is_forked_on_its_page(open_page, explorer, finished_run, storage, monkeypatch):
    storage.write(f"runs/{finished_run}/last.ckpt", b"weights")
    monkeypatch.setattr(explorer.runs._backend, "submit", lambda _job: None)
    at = open_page("runs", run=finished_run)
    assert at.radio(key=f"runs_fork_epoch_{finished_run}").options == ["epoch 3, the kept one, validation 100.0 %"]
    at.number_input(key=f"runs_fork_lr_{finished_run}_3").set_value(0.25)
    at.number_input(key=f"runs_fork_epochs_{finished_run}_3").set_value(20).run()
    at.button(key="runs_fork_now").click().run()
    assert not at.exception and not at.error
    fork = explorer.runs.read(read_param(at, "run"))
    assert (fork.parent, fork.forked_at, fork.config["lr"], fork.max_epochs) == (finished_run, 3, 0.25, 20)
    assert read_param(at, "runs") == f"{finished_run},{fork.id}"
    links = {label.replace("\\", "").replace("\u2060", ""): told for label, told in list_page_links(at, "runs")}
    assert links[f"{finished_run} to epoch 3"] == {"graph": fork.graph, "run": finished_run, "via": "link"}
    assert fork.id in [text.replace("\u2060", "") for text in texts(at)]
    command = f"wikics runs fork {finished_run} --epoch 3 --set lr=0.25 --set epochs=20"
    assert command in [code.value for code in at.code]


def test_row_23_a_runs_page_reads_its_curves_once(open_page, finished_run, monkeypatch):
    read, whole = [], RunStore.read_metrics
    monkeypatch.setattr(RunStore, "read_metrics", lambda *told: read.append(told[1:]) or whole(*told))
    at = open_page("runs", run=finished_run)
    assert not at.exception
    assert read == [(finished_run,)]


def test_i01_a_run_is_deleted_from_the_page(open_page, add_run, explorer, finished_run, tiny_id):
    other = add_run()
    at = open_page("runs", run=finished_run, runs=f"{finished_run},{other}")
    at.button(key="runs_delete_now").click().run()
    assert not at.exception and not at.error and not at.warning
    assert [record.id for record in explorer.runs.list(tiny_id)] == [other]
    assert (read_param(at, "runs"), read_param(at, "run")) == (other, "")


def test_i01_a_run_is_trained_again_with_its_settings(open_page, explorer, finished_run, storage):
    config = explorer.runs.read_details(finished_run).config | {"lr": 0.5, "split": 1}
    storage.write(f"runs/{finished_run}/config.json", json.dumps(config).encode())
    at = open_page("runs", run=finished_run)
    at.button(key="runs_again").click().run()
    assert not at.exception and not at.error
    assert (read_param(at, "preset"), read_param(at, "set")) == ("gcn", "split=1,lr=0.5,epochs=3")
    assert [at.number_input(key=f"train_{name}").value for name in ("split", "lr", "epochs")] == [1, 0.5, 3]


def test_i02_all_places_say_the_same_of_a_run(open_page, shown, add_run, explorer, tiny_id, finished_run, monkeypatch):
    monkeypatch.setattr(JobStates, "judge", lambda _self, state, _stored: state)
    live, first, second = add_run("running"), add_run("pending", epoch=0), add_run("pending", epoch=0)
    monkeypatch.setattr(explorer.configs, "max_epochs", 10_000)
    words = {
        live: ("running", "epoch 3 of 3, almost done"),
        first: ("waiting", "place 1 of 2 in the queue"),
        second: ("waiting", "place 2 of 2 in the queue"),
    }
    for run_id, (word, progress) in words.items():
        for page in ("runs", "train"):
            at = open_page(page, run=run_id)
            assert not at.exception and not at.error
            options = shown(at.selectbox, "router_run").options
            assert [label for label in options if run_id in label] == [f"gcn abc, {word}, {progress} · {run_id}"]
            assert any(f"-badge[{word}]" in text.value for text in at.markdown)
            said = progress if run_id == live else f"{progress}, behind run {live}"
            assert any(text.split(" · ")[0] == said for text in texts(at))
            if page == "runs":
                table = next(table.value for table in at.dataframe if "run" in table.value).set_index("run")
                assert (list(table.loc[run_id, "state"]), table.loc[run_id, "progress"]) == ([word], progress)
            else:
                assert any("1 running, 2 waiting." in text for text in texts(at))


def test_i02_a_pending_run_with_a_free_slot_starts_and_does_not_wait(open_page, add_run, explorer, finished_run):
    run_id = add_run("pending", epoch=0)
    at = open_page("train", run=run_id)
    assert any("1 running, 0 waiting." in text for text in texts(at))
    assert any("-badge[starting]" in text.value for text in at.markdown)
    place = explorer.places.describe()
    assert (place.running, place.waiting, dict(place.queue)) == (1, 0, {})


def test_i02_a_page_is_drawn_anew_when_a_run_has_begun_or_ended(open_page, add_run, storage, finished_run):
    run_id = add_run("pending", epoch=0)
    at = open_page("map", run=finished_run)
    assert f"gcn abc, starting · {run_id}" in at.selectbox(key="router_run").options
    JobStates(storage).write(f"runs/{run_id}", RunState("failed", message="no", created_at=1e9 + 1))
    at.run()
    assert f"gcn abc, failed · {run_id}" in at.selectbox(key="router_run").options


@pytest.mark.parametrize("state", ["finished", "stopped"])
def test_i17_a_run_that_has_ended_goes_on_from_the_page(open_page, add_run, explorer, monkeypatch, state):
    asked = []
    monkeypatch.setattr(explorer.runs, "resume", lambda *given: asked.append(given))
    run_id = add_run(state)
    at = open_page("runs", run=run_id)
    epochs = at.number_input(key=f"runs_further_epochs_{run_id}")
    assert epochs.value == 6  # more than the 3 that it has trained
    epochs.set_value(600)
    at.button(key="runs_further_now").click().run()
    assert not at.exception and not at.error
    patience = at.number_input(key=f"runs_further_patience_{run_id}").value
    assert asked == [(run_id, {"epochs": 600, "patience": patience})]


def test_i17_fewer_epochs_than_are_trained_are_refused_before_they_are_asked_for(open_page, add_run):
    run_id = add_run("finished")
    at = open_page("runs", run=run_id)
    assert not at.button(key="runs_further_now").disabled
    at.number_input(key=f"runs_further_epochs_{run_id}").set_value(2).run()
    assert not at.exception and at.button(key="runs_further_now").disabled
    refusal = f"run {run_id} has trained 3 epochs already: set epochs to more (now 2)"
    assert not at.error and f"It cannot go on: {refusal}" in texts(at)
    at.number_input(key=f"runs_further_epochs_{run_id}").set_value(4).run()
    assert not at.button(key="runs_further_now").disabled


def test_i17_a_run_that_trains_or_never_did_cannot_go_on_further(open_page, add_run, explorer, monkeypatch):
    monkeypatch.setattr(JobStates, "judge", lambda _self, state, _stored: state)
    never = add_run("crashed", epoch=0)
    for name in ("metrics.csv", "report.json", "predictions.npz"):
        (explorer.settings.home_folder / "runs" / never / name).unlink()
    for run_id in (add_run("running"), never):
        at = open_page("runs", run=run_id)
        assert not [button for button in at.button if button.key == "runs_further_now"]


def test_i07_a_run_alone_opens_on_its_graph(open_page, explorer, finished_run, tiny_arrays, monkeypatch):
    arrays = tiny_arrays | {"titles": tiny_arrays["titles"][::-1]}
    other = explorer.graphs.register_upload({"other.npz": dump_arrays(arrays)})
    monkeypatch.setattr(explorer.graphs, "default_id", lambda: other)
    at = open_page("overview")
    assert read_param(at, "graph") == other
    del at.query_params["graph"]
    at.query_params["run"] = finished_run
    at.run()
    assert not at.exception and not at.warning
    assert read_param(at, "graph") == explorer.runs.read(finished_run).graph
    assert read_param(at, "run") == finished_run


@pytest.mark.parametrize("name", ["article", "map"])
def test_i01_a_run_that_cannot_predict_is_no_graph_without_a_model(open_page, add_run, finished_run, monkeypatch, name):
    monkeypatch.setattr(JobStates, "judge", lambda _self, state, _stored: state)
    live = add_run("running")
    at = open_page(name, run=live, article=0)
    assert not at.exception
    assert any(text == f"**{live}** still trains: no prediction of it yet." for text in texts(at))
    at.button(key=f"{name}_best").click().run()
    assert read_param(at, "run") == finished_run and not at.exception


def test_i02_a_page_at_rest_looks_for_what_other_doors_did(open_page, finished_run, monkeypatch):
    beats = []
    fragment = inputs.st.fragment

    def watch(*given, run_every=None):
        beats.append(run_every)
        return fragment(*given, run_every=run_every)

    monkeypatch.setattr(inputs.st, "fragment", watch)
    at = open_page("overview", run=finished_run)
    assert not at.exception
    assert stages.EVERY_SECONDS_AT_REST in beats


def test_i09_the_run_shown_by_default_has_its_panel_until_it_is_closed(open_page, add_run, explorer, finished_run):
    best = add_run(acc=0.8)
    explorer.runs.delete(finished_run)
    at = open_page("runs")
    assert not at.exception and not at.error
    said = f"Shown by default: **{best}**, the best finished run of this graph by validation accuracy (80.0 %)."
    assert (read_param(at, "run"), texts(at).count(said)) == ("", 1)
    assert any(f"{best} is open below](#runs-run)" in text for text in texts(at))
    assert [heading.proto.anchor for heading in at.header] == ["runs-run"]
    at.button(key="runs_close").click().run()
    assert not [button for button in at.button if button.key == "runs_close"]
    at.button(key="runs_open").click().run()
    assert read_param(at, "run") == best
    assert at.button(key="runs_close") and said not in texts(at)


def test_c14_a_run_on_an_older_twin_opens_on_it_at_its_address_of_before(
    open_page, explorer, finished_run, storage, tiny_arrays, monkeypatch
):
    older = f"twin-{compute_digest(tiny_arrays)[:8]}"
    monkeypatch.setattr(versions, "TWINS", {"twin": 3, older: 2})
    monkeypatch.setattr(twin, "build_older_twin", lambda _: tiny_arrays)
    config = json.loads(storage.read(f"runs/{finished_run}/config.json")) | {"graph": "twin"}
    storage.write(f"runs/{finished_run}/config.json", json.dumps(config).encode())

    at = open_page("article", graph="twin", run=finished_run, article=3)

    assert (read_param(at, "graph"), read_param(at, "run")) == (older, finished_run)
    assert not at.warning and not at.exception
    assert explorer.runs.find(finished_run, older).id == finished_run


def test_row_33_a_prediction_leads_to_its_run_and_the_run_to_its_data(open_page, tiny_id, finished_run):
    """One click from the article to the run, one from there to the data, the predictions and its other parts."""
    of_run = {"graph": tiny_id, "run": finished_run}
    for name in ("article", "map"):
        at = open_page(name, article=0)
        assert not at.exception
        links = {label.replace("\\", ""): params for label, params in list_page_links(at, "runs")}
        assert links[f"Predicted by {finished_run}"] == of_run
    at = open_page("runs", run=finished_run)
    assert not at.exception
    assert ("Show on the map", of_run | {"color": "correct"}) in list_page_links(at, "map")
    assert {"graph": tiny_id} in [params for label, params in list_page_links(at, "") if label.startswith("tiny")]
