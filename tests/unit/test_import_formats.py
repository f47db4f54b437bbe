"""Runs from elsewhere by their formats: tables, our own exports, W&B's logs, event files."""

import json
import random
import struct
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.runs.imports import events, wandb
from core.runs.imports.events import dump_events, read_events
from core.runs.imports.foreign import ForeignRun, Skipped
from core.runs.imports.limits import UnreadableError
from core.runs.imports.naming import Place, name_metrics, read_path
from core.runs.imports.wire import read_fields, write_bytes, write_double, write_int
from core.runs.metrics import Cursor
from tests.foreign_runs import ROWS, TIMES, take_in, write_run


def test_import_of_tables(explorer, tmp_path, store):
    (tmp_path / "gcn_seed4.csv").write_text(
        "step;train loss;Val Accuracy;note\n0;2;50;a\n100;1;75;b\n,,,\n200;nan;;c\n"
    )
    (tmp_path / "chart.csv").write_text('"Step","one - val_acc","one - val_acc__MIN","two - val_acc"\n0,0.5,0.5,0.25\n')
    (tmp_path / "results.csv").write_text("train_acc,val_acc\n0.5,0.25\n")
    table, chart, results = (take_in(explorer, tmp_path / f"{name}.csv") for name in ("gcn_seed4", "chart", "results"))
    record = explorer.runs.read(table.runs[0])
    assert (record.imported, record.model, record.seed, record.epochs, record.val_acc) == ("csv", "gcn", 4, 201, 0.75)
    columns = store.read_metrics(record.id, Cursor()).columns
    assert (columns["epoch"], columns["train_loss"], columns["val_acc"]) == (
        [1, 101, 201],
        [2, 1, None],
        [0.5, 0.75, None],
    )
    assert sorted(explorer.runs.read(run_id).preset for run_id in chart.runs) == ["one", "two"]
    assert results == results.__class__(
        (), (Skipped("results.csv", "it has no column of steps, such as epoch or step"),)
    )
    folder = tmp_path / "logs"
    write_run(folder / "run_1")
    (folder / "splits_results.csv").write_text("train_acc,val_acc\n0.5,0.25\n")
    assert take_in(explorer, folder).skipped == ()  # a table beside runs is none


def test_a_metrics_csv_of_ours_is_read_as_it_is(explorer, finished_run, tmp_path, storage, store):
    (tmp_path / "metrics.csv").write_bytes(storage.read(f"runs/{finished_run}/metrics.csv"))
    (run_id,) = take_in(explorer, tmp_path / "metrics.csv").runs
    ours, theirs = (store.read_metrics(run, Cursor()).columns for run in (finished_run, run_id))
    assert {name: theirs[name] for name in ("epoch", "train_loss", "val_acc", "lr")} == {
        name: ours[name] for name in ("epoch", "train_loss", "val_acc", "lr")
    }


def test_our_own_export_comes_back_as_it_was(explorer, finished_run, tmp_path, store, storage):
    explorer.runs.tag(finished_run, ["kept"])
    before = {file.name: storage.read(file.name) for file in storage.list(f"runs/{finished_run}/**")}
    record = explorer.runs.read(finished_run)
    path = tmp_path / "export.zip"
    path.write_bytes(explorer.runs.export(finished_run).content)
    assert take_in(explorer, path).skipped[0].reason == f"a run {finished_run} is here already"
    explorer.runs.delete(finished_run)
    assert take_in(explorer, path).runs == (finished_run,)
    assert {file.name: storage.read(file.name) for file in storage.list(f"runs/{finished_run}/**")} == before
    assert explorer.runs.read(finished_run) == record
    assert explorer.predictions.predict(finished_run, [0]).run == finished_run


def test_an_exported_run_that_was_active_comes_back_stopped(explorer, tmp_path, store):
    run_id = store.create({"preset": "gcn", "graph": "wikics"}, {})
    (tmp_path / "export.zip").write_bytes(store.export(run_id))
    store.discard(run_id)
    assert take_in(explorer, tmp_path / "export.zip").runs == (run_id,)
    assert (explorer.runs.read(run_id).state, explorer.runs.read(run_id).message) == (
        "stopped",
        "it was exported before it ended",
    )
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("a b/config.json", "{}")
        archive.writestr("a b/state.json", "{}")
        archive.writestr("broken/config.json", "[")
        archive.writestr("broken/state.json", "{}")
    said = {one.path: one.reason for one in take_in(explorer, tmp_path / "bad.zip").skipped}
    assert said == {
        "bad/a b": "'a b' is no id of a run",
        "bad/broken": "its config.json is damaged, or cut off",
    }


def wandb_log(records, cut=0):
    """A log as W&B writes it: blocks of 32 KB, records in pieces."""
    content = bytearray(b":W&B" + struct.pack("<HB", 0xBEE1, 0))
    for record in records:
        first = True
        while first or record:
            room = 32_768 - len(content) % 32_768
            if room < 7:
                content += bytes(room)
                continue
            piece, record = record[: room - 7], record[room - 7 :]
            kind = (1 if not record else 2) if first else (4 if not record else 3)
            content += struct.pack("<IHB", 0, len(piece), kind) + piece
            first = False
    return bytes(content)


def item(key, value=None, **typed):
    said = write_bytes(16, json.dumps(value).encode()) if not typed else typed["of"]
    return write_bytes(1, write_bytes(1, key.encode()) + said)


def test_import_of_an_offline_run_of_wandb(explorer, tmp_path, store):
    config = item("lr", 0.01) + item("split", 3) + item("model", "GCN") + item("_wandb", {"a": 1})
    records = [
        write_bytes(17, write_bytes(1, b"abc") + write_bytes(8, b"my run") + write_bytes(4, config)),
        write_bytes(7, b"x" * 40_000),  # of no interest, over two blocks
        write_bytes(2, item("val_acc", 0.5) + item("_timestamp", 1.6e9) + item("text", "x")),
        write_bytes(2, item("val_acc", of=write_double(6, 0.75)) + write_bytes(2, write_int(1, 4))),
        write_bytes(2, item("n", of=write_int(5, 6)) + item("val_acc", of=write_bytes(8, b"0.25")) + item("_step", 7)),
    ]
    folder = tmp_path / "wandb" / "offline-run-20260101_000000-abc"
    folder.mkdir(parents=True)
    (folder / "run-abc.wandb").write_bytes(wandb_log(records))
    (run_id,) = take_in(explorer, tmp_path / "wandb").runs
    record = explorer.runs.read(run_id)
    assert (record.imported, record.model, record.split, record.config["lr"]) == ("wandb", "gcn", 3, 0.01)
    columns = store.read_metrics(run_id, Cursor()).columns
    assert (columns["epoch"], columns["val_acc"], columns["n"]) == ([1, 5, 8], [0.5, 0.75, 0.25], [None, None, 3.0])
    (folder / "run-abc.wandb").write_bytes(wandb_log(records)[:-3])
    assert [one.reason for one in take_in(explorer, tmp_path / "wandb").skipped] == ["it is cut off"]


def test_import_of_what_wandb_leaves_as_files(explorer, tmp_path):
    folder = tmp_path / "run-1" / "files"
    folder.mkdir(parents=True)
    (folder / "wandb-summary.json").write_text('{"val_acc": 0.5, "_step": 9, "_timestamp": 1.6e9, "note": "x"}')
    (folder / "config.yaml").write_text("lr:\n  value: 0.02\nseed: {desc: null, value: 5}\n_wandb: {value: {}}\n")
    (run_id,) = take_in(explorer, tmp_path / "run-1").runs
    record = explorer.runs.read(run_id)
    assert (record.config["lr"], record.seed, record.epochs, record.val_acc) == (0.02, 5, 9, 0.5)
    (folder / "history.csv").write_text("_step,val_acc\n0,0.25\n1,0.75\n")
    (run_id,) = take_in(explorer, tmp_path / "run-1").runs
    assert (explorer.runs.read(run_id).epochs, explorer.runs.read(run_id).val_acc) == (2, 0.75)


def test_hparams_of_event_files_are_the_config(explorer, tmp_path):
    settings = {"learning_rate": 0.5, "seed": 7, "model": "sage", "deep": True, "note": "a", "graph": "wikics"}
    write_run(tmp_path / "x", settings=settings.items())
    record = explorer.runs.read(take_in(explorer, tmp_path / "x").runs[0])
    assert (record.config["lr"], record.seed, record.model, record.config["deep"]) == (0.5, 7, "sage", True)


@settings(max_examples=25)
@given(
    st.dictionaries(
        st.integers(0, 2**40),
        st.dictionaries(st.text(min_size=1, max_size=9), st.floats(width=32, allow_nan=False), min_size=1, max_size=3),
        min_size=1,
        max_size=4,
    ),
    st.dictionaries(st.text(max_size=5), st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=5)),
)
def test_event_files_are_read_as_they_were_written(tmp_path_factory, rows, settings):
    path = tmp_path_factory.getbasetemp() / "written.tfevents"
    path.write_bytes(dump_events(rows, dict.fromkeys(rows, 5.0), settings))
    run = ForeignRun("x", "tensorboard")
    read_events(path, run)
    assert (run.rows, run.times, run.settings) == (rows, dict.fromkeys(rows, 5.0), settings)


def test_scalars_that_are_tensors_are_read(tmp_path):
    tensors = {
        "raw": write_int(1, 2) + write_bytes(4, struct.pack("<d", 0.5)),
        "floats": write_int(1, 1) + write_bytes(5, struct.pack("<f", 0.25)),
        "long": write_int(1, 9) + write_bytes(4, struct.pack("<q", -3)),
        "several": write_int(1, 1) + write_bytes(5, struct.pack("<ff", 1, 2)),
        "words": write_int(1, 7) + write_bytes(8, b"text"),
    }
    values = b"".join(write_bytes(1, write_bytes(1, k.encode()) + write_bytes(8, v)) for k, v in tensors.items())
    path = tmp_path / "events"
    frames = [write_bytes(3, b"brain.Event:2"), write_int(2, 3) + write_bytes(5, values)]
    path.write_bytes(b"".join(map(events._frame, frames)))
    run = ForeignRun("x", "tensorboard")
    read_events(path, run)
    assert run.rows == {3: {"raw": 0.5, "floats": 0.25, "long": -3.0}}


@given(st.binary(max_size=60))
def test_any_bytes_are_fields_or_no_message(content):
    with suppress(ValueError):
        list(read_fields(content))
    with suppress(UnreadableError):
        wandb_records = list(wandb._read_records(b":W&B\x00\x00\x00" + content))
        assert all(len(record) < 100 for record in wandb_records)


def test_noise_in_event_files_is_a_sentence(tmp_path):
    whole = dump_events(ROWS, TIMES, {"lr": 0.5, "name": "x"})
    noise = random.Random(7)
    for _ in range(60):
        content = bytearray(whole)
        start = noise.randrange(len(content))
        record = bytes(content[12:start]) + noise.randbytes(9)
        (tmp_path / "events").write_bytes(events._frame(write_bytes(3, b"brain.Event:2")) + events._frame(record))
        with suppress(UnreadableError):
            read_events(tmp_path / "events", ForeignRun("x", "tensorboard"))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("gcn_optimized/split_3_run_1", Place("gcn_optimized", 3, 1, "gcn")),
        ("logs/GAT v2/split-12-seed=4", Place("logs/GAT v2", 12, 4, "gat")),
        ("fold7/rep2", Place("", 7, 2, "")),
        ("my_sage/version_0", Place("my_sage/version_0", None, None, "sage")),
        ("prerun1/resplit4", Place("prerun1/resplit4", None, None, "")),
    ],
)
def test_a_path_says_group_split_and_seed(path, place):
    assert read_path(path) == place


def test_metrics_are_named_as_here_where_their_meaning_is_obvious():
    names = {
        "accuracy/stopping": "stopping_acc",
        "epoch/val_loss": "val_loss",
        "valid.acc": "valid.acc",
        "Validation Accuracy": "val_acc",
        "test_nll": "test_loss",
        "learning_rate": "lr",
        "lr": "lr",
        "grad,norm": "grad_norm",
        "acc": "acc",
        "epoch": "epoch (logged)",
        "val_acc_smoothed": "val_acc_smoothed",
    }
    assert name_metrics([name for name in names if name != "lr"]) == {n: c for n, c in names.items() if n != "lr"}
    assert name_metrics(["lr", "learning_rate"]) == {"learning_rate": "lr", "lr": "lr (logged)"}


AUTHORS = Path(__file__).parents[2].parent / "shared/wikics/authors-runs"
needs_authors = pytest.mark.skipif(not AUTHORS.is_dir(), reason="../shared/wikics is not beside the project")


@needs_authors
@pytest.mark.slow
def test_the_authors_runs_give_their_own_results(explorer):
    """300 runs on the real WikiCS: mean and deviation as their `splits_results.csv` say."""
    result = take_in(explorer, *sorted(AUTHORS.glob("*.tar.xz")))
    assert (len(result.runs), result.skipped) == (300, ())
    groups = explorer.runs.group(explorer.runs.list("twin"), ["preset"])
    found = {group.key["preset"]: group for group in groups}
    assert set(found) == {"mlp_optimized", "gcn_optimized", "gat_optimized"}
    for name, group in found.items():
        with tarfile.open(AUTHORS / f"{name}.tar.xz") as archive:
            lines = archive.extractfile(f"{name}/splits_results.csv").read().decode().split()
        at = lines[0].split(",").index("val_acc")  # runs were started with --test
        told = [float(line.split(",")[at]) for line in lines[1:]]
        mean = sum(told) / len(told)
        std = (sum((value - mean) ** 2 for value in told) / (len(told) - 1)) ** 0.5
        spread = group.metrics["test_acc"]
        assert (spread.n, round(spread.mean, 4), round(spread.std, 4)) == (100, round(mean, 4), round(std, 4))
        records = sorted(map(explorer.runs.read, group.runs), key=lambda record: (record.split, record.seed))
        assert [record.test_acc for record in records] == pytest.approx(told, abs=1e-6)
