"""Files that are damaged: whatever is wrong with one, all others are listed, and it is named."""

import io
import json
import os
import random
import zipfile
from dataclasses import asdict

import numpy as np
import orjson
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from core.cli.commands import app as cli
from core.errors import DamagedFileError
from core.graph.archive import dump_arrays
from core.http import build_api
from core.monitoring.metrics import Monitor, Source
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.state import RunState
from tests.shell import open_at_shell

pytestmark = pytest.mark.slow

RANDOM = random.Random(13)
BYTES = {
    "empty": b"",
    "noise": RANDOM.randbytes(2_000),
    "noise in lines": b"\n".join(RANDOM.randbytes(40) for _ in range(50)),
    "no object": b"[1, 2]",
    "deep": b'{"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "deeper than can be written": b'{"config": ' + b"[" * 300 + b"]" * 300 + b"}",
    "long number": b'{"epoch": ' + b"9" * 5_000 + b"}",
    "surrogate": b'{"state": "finished", "name": "\\ud800", "preset": "\\udfff", "id": "\\ud800"}',
    "surrogate in bytes": b'{"name": "\xed\xa0\x80"}',
    "not a number": b'{"epoch": NaN, "created_at": Infinity}',
    "UTF-16": '{"state": "finished"}'.encode("utf-16"),
    "rows": b"epoch,step\n1e300,2\n99999999999999999999999999,1\n-1,nan\n",
    "other rows": b"a,b\n1,2\n" * 10,
    "zip": b"PK\x03\x04" + RANDOM.randbytes(200) + b"PK\x05\x06" + bytes(18),
}
VALUES = (None, True, -1, 2**70, 1e308, "", "x" * 10_000, [], [[]], {}, {"a": 1}, [None], "\x00", "a\nb")


def damage_document(content):
    """Each value of a JSON object replaced by one of another kind, and each taken away."""
    for key in content:
        yield {other: value for other, value in content.items() if other != key}
        for value in VALUES:
            yield content | {key: value}


@pytest.fixture
def home(explorer, tiny_id, finished_run, two_benchmarks, store, storage):
    """A home in which one of each kind is to be damaged: the whole run's id, and the others' files by what they are."""
    damaged = RunFolder(storage.folder / "runs" / store.create(store.read_config(finished_run), {"graph_digest": "x"}))
    for name in (files.METRICS, files.REPORT, files.PREDICTIONS):
        (damaged / name).write_bytes(storage.read(f"runs/{finished_run}/{name}"))
    damaged.write_json(files.LABEL, {"name": "Mine"})
    np.savez(damaged / files.SNAPSHOTS, epochs=np.arange(3))
    (damaged / files.HISTOGRAMS).write_bytes(b'{"epoch": 1, "histograms": []}\n')
    damaged.write_state(RunState("stopped", epoch=3, created_at=1e9 - 5, started_at=1e9 - 5, ended_at=1e9))
    return damaged


@pytest.fixture
def client(explorer):
    return TestClient(build_api(lambda: explorer))


def ask(explorer, client, monkeypatch):
    """What every list says, door by door."""
    monitor = Monitor(Source(explorer.runs.list, lambda: True, lambda: 0))
    open_at_shell(monkeypatch, explorer)
    listed = CliRunner().invoke(cli, ["runs", "list"])
    assert listed.exit_code == 0, listed.output
    answers = {path: client.get(path) for path in ("/runs", "/benchmarks", "/graphs")}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert b"wikics_runs" in monitor.respond().body
    explorer.runs.recover()
    explorer.benchmarks.recover()
    orjson.dumps(explorer.places.describe())
    return {path: answer.json() for path, answer in answers.items()}


def check_run(explorer, client, monkeypatch, home, finished_run):
    """The other run is listed as it was, this one can be shown, and its answer is JSON or a sentence."""
    assert client.get(f"/metrics-since?run={home.id}:0:0").status_code == 200
    said = ask(explorer, client, monkeypatch)["/runs"]["runs"]
    assert [run["id"] for run in said] == [run.id for run in explorer.runs.list()]
    found = {run["id"]: run for run in said}
    assert found[finished_run]["state"] == "finished"
    assert found[finished_run]["message"] == ""
    asked = [f"/runs/{home.id}", f"/metrics-since?run={finished_run}"]
    assert {client.get(path).status_code for path in asked} == {200}
    assert client.post(f"/runs/{home.id}/predict", json={"articles": [0]}).status_code in (200, 409, 503)
    explorer.runs.choose_default(found[finished_run]["graph"])
    return found[home.id]


RUN_FILES = (files.STATE, files.CONFIG, files.ENVIRONMENT, files.REPORT, files.LABEL, files.METRICS)


@pytest.mark.parametrize("name", [*RUN_FILES, files.PREDICTIONS, files.SNAPSHOTS, files.HISTOGRAMS])
def test_n02_a_damaged_file_of_a_run_hides_nothing(name, explorer, client, monkeypatch, home, finished_run, store):
    kept = (home / name).read_bytes()
    whole = asdict(store.read(home.id))
    for what, content in BYTES.items():
        (home / name).write_bytes(content)
        if name == files.HISTOGRAMS and b"\n" in content and what != "UTF-16":
            assert explorer.runs.read_histograms(home.id).damage.startswith(f"{name} of run {home.id} is damaged in ")
        if "noise" not in what and what != "rows":  # core alone, which takes less time than its doors
            assert {run["id"] for run in orjson.loads(orjson.dumps(explorer.runs.list()))} == {finished_run, home.id}
            orjson.dumps([explorer.runs.read_details(home.id), store.read_metrics(home.id)])
            continue
        said = check_run(explorer, client, monkeypatch, home, finished_run)
        if name in (files.STATE, files.CONFIG, files.REPORT, files.METRICS) and what.startswith("noise"):
            assert name in said["message"] and "delete" in said["message"], what
        if name == files.SNAPSHOTS and what != "zip":  # an empty one
            with pytest.raises(DamagedFileError, match=rf"^snapshots\.npz of run {home.id} is damaged: resume the run"):
                store.read_snapshots(home.id)
    (home / name).write_bytes(kept)
    assert asdict(store.read(home.id)) == whole


@pytest.mark.parametrize("name", [name for name in RUN_FILES if name != files.LABEL])
def test_n02_a_file_that_is_put_back_is_whole_again(name, explorer, home):
    """Long after it was damaged, and without a restart."""

    def age(seconds):
        for path in home.path.iterdir():
            os.utime(path, (1e9, 1e9))
        os.utime(home / name, (1e9 + seconds, 1e9 + seconds))

    file, kept = home / name, (home / name).read_bytes()
    if name == files.METRICS:
        (home / files.REPORT).unlink()  # which spares reading the rows
    file.write_bytes(b"noise" if name != files.METRICS else b"noise, in lines\n" * (len(kept) // 16))
    age(5)
    assert name in explorer.runs.read(home.id).damage
    file.write_bytes(kept)
    age(9)
    whole = explorer.runs.read(home.id)
    assert (whole.damage, whole.message, whole.epochs) == ("", "", 3)
    assert whole in explorer.runs.list()


@pytest.mark.parametrize("name", RUN_FILES[:-1])
def test_n02_a_wrong_value_in_a_file_of_a_run_hides_nothing(name, explorer, home, finished_run):
    whole = json.loads((home / name).read_bytes())
    few = dict(list(whole.items())[:6]) if name == files.CONFIG else whole
    for content in damage_document(few):
        (home / name).write_bytes(json.dumps(content).encode())
        listed = orjson.loads(orjson.dumps(explorer.runs.list()))
        assert {run["id"] for run in listed} == {finished_run, home.id}
        orjson.dumps(explorer.runs.read_details(home.id))
        orjson.dumps(explorer.places.describe())


@pytest.mark.parametrize("kind", ["benchmark.json", "split-00-seed-0.json", "wanted.json", "state.json"])
def test_n02_a_damaged_file_of_a_benchmark_hides_nothing(kind, explorer, client, monkeypatch, storage, two_benchmarks):
    damaged, whole = two_benchmarks
    file = storage.folder / "benchmarks" / damaged / kind
    kept = file.read_bytes() if file.exists() else b'{"pairs": [[0, 0]], "device": "auto", "commit": ""}'
    documents = [json.dumps(content).encode() for content in damage_document(json.loads(kept))]
    for content in [*BYTES.values(), *documents]:
        file.write_bytes(content)
        listed = orjson.loads(orjson.dumps([explorer.benchmarks.list(), explorer.benchmarks.list_jobs()]))
        assert whole in [benchmark["id"] for benchmark in listed[0]]
    file.write_bytes(b"noise")
    said = ask(explorer, client, monkeypatch)["/benchmarks"]
    assert [(item["id"], item["num_splits"]) for item in said["benchmarks"] if item["id"] != damaged] == [(whole, 2)]
    named = f"benchmarks/{damaged}/{kind}"
    way_on = {
        "benchmark.json": f"delete benchmarks/{damaged} in WIKICS_HOME and measure anew",
        "split-00-seed-0.json": "start the benchmark again, which measures it anew",
    }.get(kind)
    expected = [{"file": named, "message": f"{named} is damaged, or cut off: {way_on}"}] if way_on else []
    assert said["damaged"] == expected


def test_n02_a_damaged_report_hides_no_other(explorer, client, monkeypatch, storage, finished_run):
    damaged, whole = (explorer.reports.create([finished_run], name=name).id for name in ("Damaged", "Whole"))
    file = storage.folder / "reports" / f"{damaged}.json"
    documents = [json.dumps(content).encode() for content in damage_document(json.loads(file.read_bytes()))]
    for content in [*BYTES.values(), *documents]:
        file.write_bytes(content)
        found = orjson.loads(orjson.dumps(explorer.reports.list()))
        assert whole in [report["id"] for report in found["reports"]]
        if damaged in [report["id"] for report in found["reports"]]:
            orjson.dumps(explorer.reports.read(damaged))
    file.write_bytes(b"noise")
    message = f"reports/{damaged}.json is damaged, or cut off: restore it, or delete it; its runs stay"
    assert client.get("/reports").json()["damaged"] == [{"file": f"reports/{damaged}.json", "message": message}]


def test_n02_a_damaged_manifest_hides_no_other_graph(explorer, client, monkeypatch, storage, tiny_id, tiny_arrays):
    other = explorer.graphs.register_upload({"other.npz": dump_arrays(tiny_arrays)})
    file = storage.folder / "graphs" / other / "manifest.json"
    documents = [json.dumps(content).encode() for content in damage_document(json.loads(file.read_bytes()))]
    for content in [*BYTES.values(), *documents]:
        file.write_bytes(content)
        assert tiny_id in [graph["id"] for graph in orjson.loads(orjson.dumps(explorer.graphs.list()))]
    file.write_bytes(b"noise")
    said = ask(explorer, client, monkeypatch)["/graphs"]
    assert [graph["id"] for graph in said["graphs"]] == [tiny_id]
    message = f"the manifest of graph {other!r} is damaged: delete graphs/{other} in WIKICS_HOME, then fetch, make or"
    assert said["damaged"] == [
        {"file": f"graphs/{other}/manifest.json", "message": f"{message} register the graph again"}
    ]


def test_n02_what_cannot_be_looked_at_hides_nothing_else(explorer, client, monkeypatch, storage, home, finished_run):
    for folder, name in (("runs", "state.json"), ("runs", "config.json"), ("benchmarks", "benchmark.json")):
        circle = storage.folder / folder / f"circle-{name}" / name  # not even root can follow it
        circle.parent.mkdir()
        circle.symlink_to(circle)
    (storage.folder / "runs" / "circle-config.json" / "state.json").write_text('{"state": "finished"}')
    (storage.folder / "runs" / "a-file").write_text("in a folder's place")
    said = ask(explorer, client, monkeypatch)
    found = {run["id"]: (run["state"], run["message"]) for run in said["/runs"]["runs"]}
    assert set(found) == {finished_run, home.id, "circle-state.json", "circle-config.json"}
    assert found["circle-state.json"][0] == "crashed"
    assert found["circle-state.json"][1].startswith("its state.json cannot be read (")
    assert "config.json cannot be read (" in found["circle-config.json"][1]
    damaged = [damage["file"] for damage in said["/benchmarks"]["damaged"]]
    assert damaged == ["benchmarks/circle-benchmark.json/benchmark.json"]


def test_n02_damaged_predictions_are_no_default(explorer, tiny_id, home, finished_run, storage):
    assert explorer.runs.choose_default(tiny_id).id == finished_run
    storage.write(f"runs/{finished_run}/{files.PREDICTIONS}", b"noise")
    assert explorer.runs.choose_default(tiny_id).id == home.id
    np.savez(home / files.PREDICTIONS, logits=np.full((8, 2), np.nan))
    assert explorer.runs.choose_default(tiny_id) is None


def test_n02_no_array_is_made_before_its_size_is_known(explorer, home, finished_run, storage):
    huge = io.BytesIO()
    with zipfile.ZipFile(huge, "w") as archive, archive.open("logits.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "<f4", "fortran_order": False, "shape": (2**40, 4)})
    storage.write(f"runs/{finished_run}/{files.PREDICTIONS}", huge.getvalue())
    with pytest.raises(DamagedFileError, match="is damaged"):
        explorer.predictions.predict(finished_run)
