"""Runs for other programs, and back."""

import csv
import io
import json

from core.runs.exports import dump_csv, dump_event_file
from core.runs.imports.events import read_events
from core.runs.imports.foreign import ForeignRun
from core.runs.metrics import Cursor


def test_a_run_as_csv_has_its_rows(explorer, finished_run, store):
    run_id, name, content = explorer.runs.export(finished_run, "csv")
    chunk = store.read_metrics(finished_run, Cursor())
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert (run_id, name) == (finished_run, f"{finished_run}.csv")
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    for column, values in chunk.columns.items():
        assert [float(row[column]) if row[column] else None for row in rows] == values
    assert dump_csv(chunk) == content


def test_a_run_as_json_has_all_that_is_said_of_it(explorer, finished_run):
    said = json.loads(explorer.runs.export(finished_run, "json").content)
    assert said["id"] == finished_run and said["report"]["test_acc"] == 0.5
    assert said["config"]["preset"] == "gcn" and said["metrics"]["epoch"] == [1, 2, 3]


def test_a_run_for_tensorboard_has_its_scalars_and_hparams(explorer, finished_run, store, tmp_path):
    _, name, content = explorer.runs.export(finished_run, "tensorboard")
    chunk = store.read_metrics(finished_run, Cursor())
    (tmp_path / "events").write_bytes(content)
    run = ForeignRun("x", "tensorboard")
    read_events(tmp_path / "events", run)
    assert name.startswith(f"{finished_run}/events.out.tfevents.")
    assert sorted(run.rows) == [1, 2, 3] and run.settings["preset"] == "gcn"
    measured = [value for value in chunk.columns["val_acc"] if value is not None]
    assert [row["accuracy/val"] for row in run.rows.values() if "accuracy/val" in row] == measured
    assert dump_event_file({}, chunk) != content


def test_what_tensorboard_opens_comes_back_as_the_same_curves(explorer, finished_run, store, tmp_path):
    _, name, content = explorer.runs.export(finished_run, "tensorboard")
    (tmp_path / finished_run).mkdir()
    (tmp_path / name).write_bytes(content)
    (run_id,) = explorer.imports.read_paths([tmp_path / finished_run]).runs
    ours, theirs = (store.read_metrics(run, Cursor()).columns for run in (finished_run, run_id))
    record, copy = explorer.runs.read(finished_run), explorer.runs.read(run_id)
    assert (copy.preset, copy.model, copy.graph, copy.split) == (record.preset, record.model, record.graph, 0)
    for column in ("epoch", "val_acc", "stopping_acc"):
        assert theirs[column] == ours[column]
