import io
import json
import os
import threading
import time
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from core.errors import ConflictError, RunNotFoundError, UnavailableError
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.job_states import JobStates
from core.runs.metrics import Cursor, MetricsWriter
from core.runs.record import compute_variant
from core.runs.state import RunState
from core.runs.store import RunStore
from core.storage.local import LocalStorage

CONFIG = {"preset": "gcn", "model": "gcn", "graph": "twin", "split": 3, "seed": 1, "epochs": 300}
ENVIRONMENT = {"graph_digest": "abc"}
NOW = 1795444000.0  # 2026-11-23 14:26:40 UTC


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def alive():
    """Process ids that run."""
    return set()


@pytest.fixture
def states(tmp_path, alive):
    return JobStates(LocalStorage(tmp_path), host="here", is_alive=lambda pid, _: pid in alive)


@pytest.fixture
def store(states, clock):
    return RunStore(states.storage, states=states, now=clock)


@pytest.fixture
def folder_of(tmp_path):
    return lambda run_id: RunFolder(tmp_path / "runs" / run_id)


def run(folder, state="running", **changes):
    folder.write_state(replace(folder.read_state(), state=state, host="here", pid=7, heartbeat_at=NOW, **changes))


def write_metrics(folder, epochs, *, keep_epochs=0):
    writer = MetricsWriter(folder / files.METRICS, keep_epochs=keep_epochs)
    for epoch in epochs:
        row = {"epoch": epoch, "stopping_acc": epoch / 100, "val_acc": epoch / 200, "elapsed_seconds": epoch * 2}
        writer.append(row)
    writer.close()


def test_a_new_run_is_pending_and_says_what_it_is(store, tmp_path):
    run_id = store.create(CONFIG, ENVIRONMENT)
    assert run_id.startswith("20261123-142640-gcn-")
    assert vars(store.read(run_id)) == {
        "id": run_id,
        "backend": "local",
        "machine": "",
        "device": "",
        "cost": None,
        "name": "",
        "sweep": "",
        "trial": None,
        "parent": "",
        "forked_at": None,
        "state": "pending",
        "message": "",
        "preset": "gcn",
        "model": "gcn",
        "graph": "twin",
        "graph_digest": "abc",
        "variant": compute_variant(CONFIG),
        "split": 3,
        "seed": 1,
        "epoch": 0,
        "epochs": 0,
        "max_epochs": 300,
        "best_epoch": None,
        "stopping_acc": None,
        "val_acc": None,
        "last_val_acc": None,
        "best_val_acc": None,
        "test_acc": None,
        "seconds_per_epoch": None,
        "seconds": None,
        "energy_wh": None,
        "has_predictions": False,
        "generation": 0,
        "created_at": NOW,
        "started_at": None,
        "ended_at": None,
        "folder": f"{tmp_path}/runs/{run_id}",
        "damage": "",
        "config": CONFIG,
        "imported": "",
        "visitor": "",
        "tags": (),
        "notes": "",
        "starred": False,
        "archived": False,
        "version": None,
        "aliases": (),
    }
    assert (store.read_config(run_id), store.read_environment(run_id)) == (CONFIG, ENVIRONMENT)
    assert (store.read_report(run_id), store.read_log(run_id), store.read_snapshots(run_id)) == (None, "", {})


@pytest.mark.parametrize(
    ("config", "middle"),
    [
        ({"preset": "", "model": "gat"}, "gat"),
        ({"preset": "../../My Préset!"}, "my-pr-set"),
        ({"preset": "x" * 80}, "x" * 24),
        ({}, "run"),
    ],
)
def test_an_id_is_made_of_plain_words(store, config, middle):
    run_id = store.create(config, {})
    assert run_id[:-3] == f"20261123-142640-{middle}-"
    assert store.resolve(run_id) == run_id


def test_ids_differ_under_a_race(store):
    ids = []
    threads = [
        threading.Thread(target=lambda: ids.extend(store.create(CONFIG, {}) for _ in range(40))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == len(store.list()) == 320


def test_lists_newest_first_also_within_a_second(store, clock):
    ids = []
    for _ in range(6):
        clock.now += 0.25
        ids.insert(0, store.create(CONFIG, {}))
    assert [record.id for record in store.list()] == ids
    assert store.resolve("latest") == ids[0]


def test_resolves_ids_and_unique_prefixes(store, clock):
    first = store.create({"preset": "mlp"}, {})
    clock.now += 60
    second = store.create(CONFIG, {})
    third = store.create(CONFIG, {})
    assert [store.resolve(ref) for ref in (first, first[:-1], "20261123-142640", f" {second} ")] == [
        first,
        first,
        first,
        second,
    ]
    with pytest.raises(RunNotFoundError) as caught:
        store.resolve("20261123-142740")
    names = ", ".join(repr(run_id) for run_id in sorted((second, third)))
    assert str(caught.value) == f"'20261123-142740' begins the names of 2 runs, {names}: write more of the name"


@pytest.mark.parametrize("ref", ["gcn-7", "", "..", "../runs", "%", "a/b"])
def test_an_unknown_run_names_the_newest(store, ref):
    newest = store.create(CONFIG, {})
    with pytest.raises(RunNotFoundError) as caught:
        store.resolve(ref)
    assert str(caught.value) == f"no run {ref!r} in runs/; newest is {newest!r} (list them: wikics runs list)"
    with pytest.raises(RunNotFoundError):
        store.read(ref)


def test_without_runs_it_says_how_to_start_one(store):
    with pytest.raises(RunNotFoundError, match=r"no run 'latest': there are no runs yet \(start one: wikics train\)"):
        store.resolve("latest")


def test_a_folder_without_a_state_is_no_run(store, tmp_path):
    kept = store.create(CONFIG, {})
    LocalStorage(tmp_path).write("runs/20990101-000000-gcn-abc/config.json", b"{}")
    LocalStorage(tmp_path).write("runs/readme.txt", b"")
    assert ([record.id for record in store.list()], store.resolve("latest")) == ([kept], kept)


@pytest.mark.parametrize("name", [files.STATE, files.CONFIG, files.ENVIRONMENT, files.REPORT, files.METRICS])
@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"epochs": "many", "split": null}', b"\xff\x00\n\xfe"])
def test_a_damaged_run_is_shown_with_what_can_be_read(store, folder_of, name, content):
    whole, damaged = store.create(CONFIG, ENVIRONMENT), store.create(CONFIG, ENVIRONMENT)
    run(folder_of(damaged), "finished", epoch=2)
    (folder_of(damaged) / name).write_bytes(content)
    found = {record.id: record for record in store.list()}
    assert found == {whole: store.read(whole), damaged: store.read(damaged)}
    assert found[damaged].state == ("crashed" if name == files.STATE else "finished")
    says = found[damaged].message.startswith(f"its {name} is damaged")
    is_json = content.startswith(b'{"')
    assert says == (not is_json or name in (files.STATE, files.METRICS)) or (name, content) == (files.METRICS, b"")
    assert not says or found[damaged].message.endswith(("or delete it", "or delete the run"))


def test_a_live_run_is_told_from_its_metrics_and_an_ended_one_from_its_report(store, folder_of, alive):
    run_id = store.create(CONFIG, ENVIRONMENT)
    folder = folder_of(run_id)
    alive.add(7)
    run(folder, epoch=4)
    write_metrics(folder, range(1, 5))
    folder.write_json(files.REPORT, {"test_acc": 0.9, "val_acc": 0.8, "best_epoch": 3, "epochs": 4})
    record = store.read(run_id)
    told = (record.state, record.epochs, record.best_epoch, record.val_acc, record.test_acc, record.seconds_per_epoch)
    assert told == ("running", 4, 4, 0.02, None, 2.0)
    run(folder, "finished", epoch=4)
    (folder / files.PREDICTIONS).write_bytes(b"")
    record = store.read(run_id)
    told = (record.state, record.epochs, record.best_epoch, record.val_acc, record.test_acc, record.has_predictions)
    assert told == ("finished", 4, 3, 0.8, 0.9, True)


def test_a_reader_judges_the_state(store, states, folder_of, alive):
    run_id = store.create(CONFIG, {})
    job = files.RUNS + run_id
    alive.add(7)
    run(folder_of(run_id))
    assert (store.read(run_id).state, states.read(job).state) == ("running", "running")
    states.request_stop(job)
    assert (store.read(run_id).state, states.read(job).state) == ("stopping", "stopping")
    states.request_stop(job)  # twice is once
    alive.clear()
    assert (store.read(run_id).state, states.read(job).state) == ("crashed", "crashed")
    with pytest.raises(ConflictError, match=f"run {run_id} is crashed: there is nothing to stop"):
        states.request_stop(job)
    assert store.read_stored_state(run_id).state == "running"


def test_another_hosts_run_lives_as_long_as_its_file_changes(store, states, folder_of, tmp_path):
    """Whatever its heartbeat says: that machine's clock may be two hours ahead, or behind."""
    run_id = store.create(CONFIG, {})
    for heartbeat_at in (time.time() + 7200, time.time() - 7200, None):
        folder_of(run_id).write_state(RunState("running", host="elsewhere", pid=7, heartbeat_at=heartbeat_at, epoch=4))
        assert (store.read(run_id).state, states.read(files.RUNS + run_id).state) == ("running", "running")
        for age_seconds in (60, -7200):
            written_at = time.time() - age_seconds
            os.utime(tmp_path / "runs" / run_id / files.STATE, (written_at, written_at))
            assert (store.read(run_id).state, states.read(files.RUNS + run_id).state) == ("crashed", "crashed")
            assert store.list()[0].message.startswith("the training process is gone after epoch 4")


def test_a_reader_gets_every_row_across_a_resume(store, folder_of):
    run_id = store.create(CONFIG, {})
    folder = folder_of(run_id)
    assert store.read_metrics(run_id) == store.read_metrics(run_id, Cursor())
    write_metrics(folder, range(1, 6))
    seen = store.read_metrics(run_id, Cursor())
    assert (seen.columns["epoch"], seen.reset) == ([1, 2, 3, 4, 5], False)
    folder.write_state(RunState("pending", generation=1, resuming=True))  # asked to resume: rows stand as before
    waiting = store.read_metrics(run_id, Cursor(seen.generation, seen.row))
    assert (waiting.columns["epoch"], waiting.generation, waiting.reset) == ([], 0, False)
    write_metrics(folder, [4, 5, 6], keep_epochs=3)
    folder.write_state(RunState("running", generation=1, resuming=False))
    again = store.read_metrics(run_id, Cursor(waiting.generation, waiting.row))
    assert (again.columns["epoch"], again.generation, again.row, again.reset) == ([1, 2, 3, 4, 5, 6], 1, 6, True)


def test_rows_are_never_given_the_generation_of_others(store, folder_of, monkeypatch):
    """A resume between reading the generation and reading the rows."""
    run_id = store.create(CONFIG, {})
    folder = folder_of(run_id)
    write_metrics(folder, range(1, 6))
    read = LocalStorage.read

    def read_and_resume(self, name, *, start=0):
        content = read(self, name, start=start)
        if name.endswith(files.METRICS) and folder.read_state().generation == 0:
            write_metrics(folder, [4, 5], keep_epochs=3)
            folder.write_state(RunState("running", generation=1))
        return content

    monkeypatch.setattr(LocalStorage, "read", read_and_resume)
    chunk = store.read_metrics(run_id, Cursor(0, 5))
    assert (chunk.generation, chunk.reset, chunk.columns["epoch"]) == (1, True, [1, 2, 3, 4, 5])


def test_metrics_that_are_no_numbers_reach_json_as_null(store, folder_of):
    run_id = store.create(CONFIG, {})
    writer = MetricsWriter(folder_of(run_id) / files.METRICS)
    writer.append({"epoch": 1, "train_loss": float("nan"), "val_loss": float("inf")})
    writer.close()
    columns = store.read_metrics(run_id).columns
    assert json.loads(json.dumps(columns, allow_nan=False))["train_loss"] == columns["val_loss"] == [None]


def test_n02_a_run_whose_state_cannot_be_looked_at_is_deleted(store, tmp_path):
    run_id = store.create({}, {})
    state = tmp_path / "runs" / run_id / files.STATE
    state.unlink()
    state.symlink_to(state)  # in a circle
    store.delete(run_id)
    assert not (tmp_path / "runs" / run_id).exists()


def test_deletes_an_ended_run_only(store, folder_of, tmp_path):
    run_id, other = store.create(CONFIG, {}), store.create(CONFIG, {})
    with pytest.raises(ConflictError, match=f"run {run_id} is pending: stop it before deleting it"):
        store.delete(run_id)
    run(folder_of(run_id), "stopped")
    store.delete(run_id)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [other]
    with pytest.raises(RunNotFoundError, match=f"no run '{run_id}' in runs/; newest is '{other}'"):
        store.delete(run_id)


def test_exports_the_folder_as_a_zip_archive(store, folder_of):
    run_id = store.create(CONFIG, ENVIRONMENT)
    (folder_of(run_id) / files.LOG).write_text("hello\n")
    with zipfile.ZipFile(io.BytesIO(store.export(run_id))) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert sorted(content) == [f"{run_id}/{name}" for name in (files.CONFIG, files.ENVIRONMENT, files.LOG, files.STATE)]
    assert json.loads(content[f"{run_id}/{files.CONFIG}"]) == CONFIG


def test_reads_predictions_and_snapshots_without_unpickling(store, folder_of):
    run_id = store.create(CONFIG, {})
    folder = folder_of(run_id)
    with pytest.raises(ConflictError, match=f"run {run_id} has no predictions yet"):
        store.read_logits(run_id)
    logits = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.savez(folder / files.PREDICTIONS, logits=logits)
    np.savez(folder / files.SNAPSHOTS, epochs=np.array([1, 2]))
    assert np.array_equal(store.read_logits(run_id), logits)
    assert {name: array.tolist() for name, array in store.read_snapshots(run_id).items()} == {"epochs": [1, 2]}
    for content in (b"not a zip", b"PK\x03\x04"):
        (folder / files.PREDICTIONS).write_bytes(content)
        with pytest.raises(UnavailableError, match=f"predictions.npz of run {run_id} is damaged"):
            store.read_logits(run_id)
    np.savez(folder / files.PREDICTIONS, logits=np.array([{"evil": 1}], dtype=object))
    with pytest.raises(UnavailableError, match="is damaged"):
        store.read_logits(run_id)


def test_reads_the_end_of_the_log_from_the_beginning_of_a_line(store, folder_of):
    run_id = store.create(CONFIG, {})
    (folder_of(run_id) / files.LOG).write_text("first\nsecond é\nthird\n")
    assert [store.read_log(run_id), store.read_log(run_id, tail_bytes=9)] == ["first\nsecond é\nthird\n", "third\n"]


def test_lists_five_hundred_runs_quickly(store, folder_of):
    for _ in range(500):
        run_id = store.create(CONFIG, ENVIRONMENT)
        folder = folder_of(run_id)
        folder.write_json(files.REPORT, {"test_acc": 0.8})
        write_metrics(folder, [1, 2])
        run(folder, "finished")
    store.list()
    began = time.process_time()
    records = store.list()
    assert [len(records), records[0].test_acc] == [500, 0.8]
    assert time.process_time() - began < 0.5  # 0.06 s


def test_lists_within_one_look_are_of_one_reading(store):
    first = store.create(CONFIG, ENVIRONMENT)
    with store.looks.one():
        seen = store.list_seen()
        second = store.create(CONFIG, ENVIRONMENT)
        assert ([record.id for record in seen], store.list_seen()) == ([first], seen)
        assert {record.id for record in store.list()} == {first, second}
        assert store.seen_by(lambda: lambda record: record.id != first).list_seen() == []
    assert {record.id for record in store.list_seen()} == {first, second}
