"""Runs from elsewhere: event files, tables, W&B's logs and our own exports, in folders and archives."""

import io
import json
import random
import struct
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConflictError, GraphNotFoundError
from core.runs.imports import events, wandb
from core.runs.imports import given as given_files
from core.runs.imports.events import dump_events, read_events
from core.runs.imports.foreign import ForeignRun, Skipped
from core.runs.imports.limits import UnreadableError
from core.runs.imports.naming import Place, name_metrics, read_path
from core.runs.imports.wire import read_fields, write_bytes, write_double, write_int
from core.runs.metrics import Cursor

ROWS = {
    0: {"accuracy/stopping": 0.5, "accuracy/val": 0.25, "accuracy/test": 0.125, "loss/train": 2.0, "bias": 9.0},
    1: {"accuracy/stopping": 0.75, "accuracy/val": 0.5, "accuracy/test": 0.625, "loss/train": 1.0, "bias": 8.0},
    2: {"accuracy/stopping": 0.75, "accuracy/val": 0.75, "accuracy/test": 0.875, "loss/train": 0.5, "bias": 7.0},
}
TIMES = {0: 1.6e9, 1: 1.6e9 + 2, 2: 1.6e9 + 4}


def write_run(folder, rows=ROWS, *, times=TIMES, settings=(), name="events.out.tfevents.1"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(dump_events(rows, times, dict(settings)))
    return folder / name


def tar(path, members, mode="w:xz"):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def take_in(explorer, *paths, **options):
    return explorer.imports.read_paths(paths, **options)


def test_import_of_event_files_below_a_folder(explorer, tmp_path, store):
    root = tmp_path / "gcn_optimized"
    write_run(root / "split_3_run_1")
    write_run(root / "split_4_run_0", {5: {"accuracy/test": 0.5}})
    result = take_in(explorer, root)
    assert len(result.runs) == 2 and result.skipped == ()
    records = {record.split: record for record in explorer.runs.list()}
    found = records[3]
    assert (found.state, found.imported, found.preset, found.model, found.graph) == (
        *("finished", "tensorboard"),
        *("gcn_optimized", "gcn", "wikics"),
    )
    assert (found.split, found.seed, found.epochs, found.best_epoch) == (3, 1, 3, 2)  # of equal ones the first
    assert (found.stopping_acc, found.val_acc, found.test_acc) == (0.75, 0.5, 0.625)
    assert (found.created_at, found.seconds, found.has_predictions, found.cost) == (1.6e9, 4.0, False, None)
    assert found.id.startswith("20200913-122640-gcn-optimized-") and found.damage == ""
    columns = store.read_metrics(found.id, Cursor()).columns
    assert columns["epoch"] == [1, 2, 3] and columns["step"] == [0, 1, 2] and columns["elapsed_seconds"] == [0, 2, 4]
    assert columns["train_loss"] == [2.0, 1.0, 0.5] and columns["val_loss"] == [None] * 3
    assert columns["test_acc"] == [0.125, 0.625, 0.875] and columns["bias"] == [9.0, 8.0, 7.0]
    assert (records[4].test_acc, records[4].graph, records[4].best_epoch) == (0.5, "", None)
    assert (records[3].variant and records[3].variant == records[4].variant) or records[4].graph == ""


def test_imported_runs_are_grouped_by_their_paths(explorer, tmp_path):
    for model in ("gcn", "mlp"):
        for split in range(2):
            for seed in range(2):
                rows = {0: {"accuracy/stopping": 0.5, "accuracy/test": 0.5 + split / 4 + seed / 8}}
                write_run(tmp_path / "logs" / f"{model}_best" / f"split_{split}_run_{seed}", rows)
    assert len(take_in(explorer, tmp_path / "logs").runs) == 8
    groups = explorer.runs.group(explorer.runs.list(), ["preset", "variant"])
    assert {(group.key["preset"], group.n, group.metrics["test_acc"].mean) for group in groups} == {
        ("gcn_best", 4, 0.6875),
        ("mlp_best", 4, 0.6875),
    }
    assert len({group.key["variant"] for group in groups}) == 2


def test_imported_runs_on_wikics_stand_beside_those_on_its_twin(explorer, tmp_path, tiny_id):
    write_run(tmp_path / "a" / "seed_1")
    write_run(tmp_path / "b" / "seed_1", {0: {"loss": 1.0}})
    known, unknown = sorted(take_in(explorer, tmp_path / "a", tmp_path / "b").runs, key=lambda run: run[16])
    assert {record.id for record in explorer.runs.list("wikics")} == {known, unknown}
    assert {record.id for record in explorer.runs.list("twin")} == {known, unknown}
    assert {record.id for record in explorer.runs.list(tiny_id)} == {unknown}
    assert explorer.runs.find(known, "twin").id == known
    assert explorer.runs.choose_default("twin") is None
    write_run(tmp_path / "c" / "seed_1", {0: {"loss": 2.0}})
    (named,) = take_in(explorer, tmp_path / "c", graph=tiny_id).runs
    assert explorer.runs.read(named).graph == tiny_id
    with pytest.raises(GraphNotFoundError):
        take_in(explorer, tmp_path / "c", graph="nowhere")


def test_imported_runs_neither_stop_nor_resume_nor_predict(explorer, tmp_path):
    write_run(tmp_path / "run")
    (run_id,) = take_in(explorer, tmp_path / "run").runs

    def predict(run):
        explorer.predictions.predict(run, [0])

    for refused in (explorer.runs.stop, explorer.runs.resume, predict):
        with pytest.raises(ConflictError, match=f"run {run_id} was trained elsewhere"):
            refused(run_id)
    assert explorer.runs.tag(run_id, ["theirs"]).tags == ("theirs",)
    assert explorer.runs.delete(run_id) == run_id


def test_import_twice_takes_nothing_in_twice(explorer, tmp_path):
    write_run(tmp_path / "a" / "split_1_run_0")
    write_run(tmp_path / "a" / "split_1_run_1")
    first = take_in(explorer, tmp_path / "a")
    again = take_in(explorer, tmp_path / "a")
    assert (len(first.runs), again.runs) == (2, ())
    assert {(one.path, one.reason) for one in again.skipped} == {
        (f"a/split_1_run_{seed}", f"it is here already, as run {run_id}") for seed, run_id in enumerate(first.runs)
    }


def test_what_is_cut_off_empty_or_of_another_kind_is_named_and_skipped(explorer, tmp_path):
    whole = write_run(tmp_path / "all" / "whole").read_bytes()
    bad = {
        "cut": (whole[:-7], "it is cut off"),
        "empty": (b"", "it is empty"),
        "other": (b"what a text is\n" * 9, "it is no event file of TensorBoard's"),
        "short": (b"text", "it is no event file of TensorBoard's"),
        "bits": (whole[:60] + bytes([whole[60] ^ 1]) + whole[61:], "it is damaged"),
        "nothing": (dump_events({}, {}, {}), "it holds no numbers by step"),
    }
    for name, (content, _) in bad.items():
        write_run(tmp_path / "all" / name).write_bytes(content)
    result = take_in(explorer, tmp_path / "all", tmp_path / "missing", tmp_path / "tiny.npz")
    assert len(result.runs) == 1
    reasons = {PurePosixPath(one.path).parts[1] if "/" in one.path else one.path: one.reason for one in result.skipped}
    assert {name: reason for name, (_, reason) in bad.items()}.items() <= {
        name: reason[: len(bad[name][1])] for name, reason in reasons.items() if name in bad
    }.items()
    assert reasons["missing"] == "nothing of this name is here"
    assert reasons["tiny.npz"].startswith("it holds no run: expected event files of TensorBoard")


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_import_of_archives(mode, explorer, tmp_path):
    content = write_run(tmp_path / "made").read_bytes()
    path = tmp_path / f"gat_runs.tar{mode[1:].replace(':', '.')}"
    tar(path, {"gat_runs/split_2_run_3/events.out.tfevents.5": content, "gat_runs/README": b"no run"}, mode)
    (run_id,) = take_in(explorer, path).runs
    record = explorer.runs.read(run_id)
    assert (record.preset, record.model, record.split, record.seed) == ("gat_runs", "gat", 2, 3)


def test_import_of_a_zip_without_a_folder_of_its_own(explorer, tmp_path):
    with zipfile.ZipFile(tmp_path / "mlp.zip", "w") as archive:
        archive.writestr("split0_seed2/events.out.tfevents", write_run(tmp_path / "made").read_bytes())
    result = explorer.imports.read_sent({"C:\\runs\\mlp.zip": (tmp_path / "mlp.zip").read_bytes()})
    record = explorer.runs.read(result.runs[0])
    assert (record.preset, record.model, record.split, record.seed) == ("mlp", "mlp", 0, 2)


def test_archives_that_attack_are_refused_in_a_sentence(explorer, tmp_path, monkeypatch):
    content = write_run(tmp_path / "made").read_bytes()
    tar(tmp_path / "up.tar.gz", {"../events.out.tfevents": content}, "w:gz")
    tar(tmp_path / "root.tar", {"/etc/events.out.tfevents": content}, "w")
    tar(tmp_path / "bomb.tar.xz", {"a/zeros.bin": bytes(2**22), "a/events.out.tfevents": content})
    (tmp_path / "cut.tar.xz").write_bytes((tmp_path / "bomb.tar.xz").read_bytes()[:-40])
    (tmp_path / "text.zip").write_bytes(b"no archive")
    monkeypatch.setattr("core.app.imports.MAX_UNPACKED_BYTES", 2**21)
    result = take_in(explorer, *sorted(tmp_path.glob("*.tar*")), tmp_path / "text.zip")
    assert result.runs == ()
    broken = "it is no archive that is read, damaged, or cut off"
    escapes = "which would be written outside its folder"
    said = {one.path: one.reason for one in result.skipped}
    assert said == {
        "up.tar.gz": f"it holds '../events.out.tfevents', {escapes}",
        "root.tar": f"it holds '/etc/events.out.tfevents', {escapes}",
        "bomb.tar.xz": "it unpacks to more than is read at once: import parts of it",
        "cut.tar.xz": said["cut.tar.xz"],
        "text.zip": broken,
    }
    assert not list(tmp_path.parent.glob("events*"))
    monkeypatch.setattr(given_files, "MAX_XZ_BYTES", 2**16)  # an .xz says how much memory it wants
    assert [one.reason for one in take_in(explorer, tmp_path / "bomb.tar.xz").skipped] == [broken]


def test_links_and_files_beyond_the_limits_are_left_out(explorer, tmp_path, monkeypatch):
    write_run(tmp_path / "elsewhere")
    write_run(tmp_path / "all" / "here")
    (tmp_path / "all" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "all" / "events.out.tfevents.9").symlink_to(tmp_path / "elsewhere" / "events.out.tfevents.1")
    assert len(take_in(explorer, tmp_path / "all").runs) == 1
    for name, value, reason in (
        ("MAX_ROWS", 2, "it has more than 2 steps, the most that is read"),
        ("MAX_COLUMNS", 4, "it has more than 4 metrics, the most that is read"),
    ):
        monkeypatch.setattr(f"core.runs.imports.foreign.{name}", value)
        assert [one.reason for one in take_in(explorer, tmp_path / "all" / "here").skipped] == [reason]
        monkeypatch.undo()
    monkeypatch.setattr(given_files, "MAX_FILES", 1)
    write_run(tmp_path / "all" / "more")
    assert take_in(explorer, tmp_path / "all").skipped == (
        Skipped("all", "it has more than 1 files, the most that is read"),
    )


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
    path = tmp_path_factory.getbasetemp() / "events.out.tfevents"
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
