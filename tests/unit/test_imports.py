"""Runs from elsewhere: found in folders and archives, grouped, and taken in once."""

import zipfile
from pathlib import PurePosixPath

import pytest

from core.errors import ConflictError, GraphNotFoundError
from core.runs.imports import given as given_files
from core.runs.imports.events import dump_events
from core.runs.imports.foreign import Skipped
from core.runs.metrics import Cursor
from tests.foreign_runs import take_in, tar, write_run


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
