"""Sweeps through their doors and on the disk; none of these is led, so that Optuna is not imported."""

import json
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from core.app.sweep_records import count_most, tell_progress, tell_state, tell_trial
from core.app.sweeps import launch_by
from core.errors import ConflictError, DamagedFileError, SweepNotFoundError
from core.http import build_api
from core.runs.sweeps import Trial
from core.settings import build_settings
from tests.sweep_rig import with_backend

TEXT = """
program: train.py
method: bayes
name: rates
metric: {name: val_acc, goal: maximize}
run_cap: 6
parameters:
  lr: {distribution: log_uniform_values, min: 0.001, max: 1}
  norm: {values: [layer, batch]}
"""


@pytest.fixture
def launched():
    return []


@pytest.fixture
def explorer(make_explorer, launched):
    return with_backend(make_explorer(), launched)


@pytest.fixture
def sweep_id(explorer):
    """A sweep of which two trials have finished."""
    sweep_id = explorer.sweeps.submit(TEXT).id
    for number, value in enumerate((0.5, 0.7)):
        params = {"lr": 0.01 * (number + 1), "norm": "layer"}
        explorer.sweeps.store.write_trial(sweep_id, Trial(number, params, "finished", f"run-{number}", value))
    return sweep_id


def test_row_37_a_grid_says_how_many_trials_it_has_and_which_wait(explorer, launched, make_run, wikics):
    text = "method: grid\nparameters:\n  lr: {values: [0.1, 0.2]}\n  norm: {values: [layer, batch]}"
    sweep = explorer.sweeps.submit(text)
    assert (count_most(sweep), tell_progress(sweep)) == (4, "0 of 4 trials done, and none begun")
    queued = explorer.runs._store.create({"preset": "gcn"}, {})
    explorer.sweeps.store.write_trial(sweep.id, Trial(0, {"lr": 0.1}, "running", queued))
    with explorer.sweeps.store.hold(sweep.id, timeout_seconds=0):
        explorer.sweeps.store.write_state(sweep.id, "running")
        found = explorer.sweeps.read(sweep.id)
        assert (found.waiting, found.counts, tell_state(found)) == ([0], {"running": 1}, "waiting")
        assert tell_progress(found) == "0 of 4 trials done: 1 waiting"
        explorer.sweeps.store.write_trial(sweep.id, Trial(1, {"lr": 0.2}, "running", make_run()))
        explorer.sweeps.store.write_trial(sweep.id, Trial(2, {"lr": 0.2}, "finished", "run-2", 0.5))
        found = explorer.sweeps.read(sweep.id)
        assert (tell_state(found), tell_trial(found, 0, "running"), tell_trial(found, 1, "running")) == (
            *("running", "waiting", "running"),
        )
        told = "1 of 4 trials done: 1 finished, 1 running, 1 waiting"
        assert tell_progress(found) == told
        assert wikics("sweep", "status", sweep.id)[1].splitlines()[1] == told
    endless = explorer.sweeps.submit(TEXT.replace("run_cap: 6\n", ""))
    explorer.sweeps.store.write_trial(endless.id, Trial(0, {"lr": 0.1}, "finished", "run-0", 0.5))
    assert tell_progress(explorer.sweeps.read(endless.id)) == "1 trial done: 1 finished"


def test_c06_a_sweep_is_begun_read_and_changed_over_http(explorer, launched):
    client = TestClient(build_api(lambda: explorer))
    refused = client.post("/sweeps", json={"file": TEXT.replace("lr:", "lrr:")})
    assert (refused.status_code, refused.json()["detail"][:45]) == (
        422,
        "line 8: no config field is called 'lrr': did ",
    )
    begun = client.post("/sweeps", json={"file": TEXT, "config": {"epochs": 3}, "trials": 4}).json()
    assert (begun["state"], begun["most_trials"], begun["overrides"]) == ("pending", 4, {"epochs": 3})
    assert launched == [begun["id"]]
    assert [one["id"] for one in client.get("/sweeps").json()["sweeps"]] == [begun["id"]]
    details = client.get("/sweeps/rates").json()
    assert [one["name"] for one in details["parameters"]] == ["lr", "norm"]
    assert (details["text"], details["trials"], details["best"]) == (TEXT, [], None)
    narrowed = client.post("/sweeps/latest/narrow", json={"field": "lr", "low": 0.01}).json()
    assert narrowed["parameters"][0]["narrowed"] == {"name": "lr", "low": 0.01, "high": None, "values": None}
    assert client.post("/sweeps/latest/narrow", json={"field": "lr", "low": 9}).status_code == 422
    assert client.post("/sweeps/latest/confirm").status_code == 409
    states = [client.post(f"/sweeps/latest/{verb}").json()["state"] for verb in ("pause", "stop", "stop", "resume")]
    assert states == ["pausing", "stopping", "stopping", "pending"]
    assert client.get("/sweeps/none").status_code == 404


def test_c06_the_commands_say_what_others_read(wikics, explorer, tmp_path, sweep_id):
    path = tmp_path / "sweep.yaml"
    path.write_text(TEXT)
    code, out, err = wikics("sweep", str(path), "--detach", "--json")
    told = json.loads(out)
    assert (code, told["id"], told["trials"], told["best"]) == (0, explorer.sweeps.list()[0].id, [], None)
    assert "program is not used" in err
    code, out, _ = wikics("sweep", "status", sweep_id, "--json")
    told = json.loads(out)
    assert [trial["value"] for trial in told["trials"]] == [0.5, 0.7]
    assert told["best"] == {"trial": 1, "run": "run-1", "value": 0.7, "config": {"lr": 0.02, "norm": "layer"}}
    code, out, _ = wikics("sweep", "best", sweep_id, "--json")
    assert (code, json.loads(out)["run"]) == (0, "run-1")
    for verb, state in (("pause", "pausing"), ("stop", "stopping"), ("stop", "stopping"), ("resume", "pending")):
        code, out, _ = wikics("sweep", verb, sweep_id, "--json")
        assert (code, json.loads(out)["state"]) == (0, state)
    code, out, _ = wikics("sweep", "narrow", sweep_id, "norm", "--values", "batch", "--json")
    assert json.loads(out)["parameters"][1]["narrowed"]["values"] == ["batch"]
    code, out, _ = wikics("sweep", "status", sweep_id)
    assert "best: trial 1, val_acc 0.7, run run-1" in out
    assert wikics("sweep", "list")[0] == 0


def test_c06_what_is_no_file_is_said_in_a_line(wikics, tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text("method: grid\nparameters:\n  lr: {min: 0.1, max: 1}\n")
    code, out, err = wikics("sweep", str(path))
    assert (code, out, err[:32]) == (1, "", "wikics: line 3: a grid cannot go")
    code, _, err = wikics("sweep", "nowhere.yaml")
    assert (code, err.startswith("wikics: nowhere.yaml cannot be read (No such file or directory)")) == (1, True)
    assert wikics("sweep", "best", "latest")[0] == 1


def test_a_sweep_is_named_by_id_prefix_name_or_latest(explorer, sweep_id):
    other = explorer.sweeps.submit(TEXT.replace("rates", "others")).id
    refs = (sweep_id, "rates", "others", "latest", other)
    assert [explorer.sweeps.read(ref).id for ref in refs] == [sweep_id, sweep_id, other, other, other]
    with pytest.raises(SweepNotFoundError, match="means"):
        explorer.sweeps.read(sweep_id[:4])
    assert explorer.sweeps.list("another graph") == []


def test_damaged_files_of_a_sweep_are_named_and_hide_nothing(explorer, sweep_id):
    folder = explorer.sweeps.store.folder(sweep_id)
    (folder / "trial-0000.json").write_bytes(b'{"number"')
    (folder / "state.json").write_bytes(b"\xff")
    (folder / "ranges.json").write_bytes(b'{"ranges": [7, {"name": 1}, {"name": "lr", "low": 0.1}]}')
    details = explorer.sweeps.read_details(sweep_id)
    assert ([trial.number for trial in details.trials], details.state) == ([1], "crashed")
    assert details.parameters[0].narrowed.low == 0.1
    (folder / "sweep.json").write_bytes(b"{}")
    other = explorer.sweeps.submit(TEXT).id
    assert [one.id for one in explorer.sweeps.list()] == [other]
    assert [damage.file for damage in explorer.sweeps.list_damaged()] == [f"sweeps/{sweep_id}/sweep.json"]
    with pytest.raises(DamagedFileError):
        explorer.sweeps.store.read(sweep_id)


def test_a_process_that_cannot_be_started_is_said(explorer, sweep_id):
    def refuse(_sweep_id):
        raise OSError(12, "Cannot allocate memory")

    explorer.sweeps._launch = refuse
    with pytest.raises(ConflictError, match="Cannot allocate memory"):
        explorer.sweeps.resume(sweep_id)
    assert explorer.sweeps.read(sweep_id).state == "failed"


def test_a_sweep_is_led_by_a_process_of_its_own_with_the_same_settings(monkeypatch, tmp_path):
    started = []

    def popen(command, **named):
        started.append((command, named["env"], named["start_new_session"]))
        return SimpleNamespace(wait=lambda: 0)

    monkeypatch.setattr("core.app.sweeps.subprocess.Popen", popen)
    (tmp_path / "sweeps" / "x").mkdir(parents=True)
    launch_by(build_settings(home=tmp_path, max_runs=3, token="secret"))("x")
    ((command, environment, is_apart),) = started
    assert (command[1:], is_apart) == (["-m", "core.app.sweep_leader", "x"], True)
    assert (environment["WIKICS_HOME"], environment["WIKICS_MAX_RUNS"]) == (str(tmp_path), "3")
    assert "secret" not in environment.values()
