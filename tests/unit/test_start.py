"""Where a run goes on from when files of it were cut, lost or overwritten: said, and never worse than it need be."""

import os
import shutil
import zipfile

import numpy as np
import pytest
import torch

from core.backends.job import take_turn
from core.config.train import build_config
from core.errors import UnavailableError
from core.runs import files
from core.runs.folder import JobFolder, RunFolder
from core.runs.metrics import read_rows
from core.runs.state import RunState
from core.training import checkpoint, recorder
from core.training.fit import train_run
from core.training.stored import prepare_run
from tests.graphs import make_graph

CONFIG = {"hidden_channels": 8, "epochs": 8, "patience": 100, "dropout": 0.5, "device": "cpu"}
LEARNT = (files.PREDICTIONS, files.SNAPSHOTS)
NEVER = ("torch", "weights_only", "pickle", "Traceback")
AGAIN = "the run began again from the beginning"


@pytest.fixture(scope="module")
def graph():
    return make_graph()


@pytest.fixture(scope="module")
def trained(graph, tmp_path_factory):
    """A run that was stopped after five epochs, with a checkpoint of each of the last two, and one never stopped."""
    home = tmp_path_factory.mktemp("trained")
    halted, whole = RunFolder(home / "halted"), RunFolder(home / "whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recorder, "CHECKPOINT_SECONDS", 0.0)
        for folder in (halted, whole):
            folder.path.mkdir()
        train_run(halted, build_config({**CONFIG, "epochs": 5}), graph)
        train_run(whole, build_config(CONFIG), graph)
    return halted, whole


@pytest.fixture
def halted(trained, tmp_path):
    shutil.copytree(trained[0].path, tmp_path / "run")
    return RunFolder(tmp_path / "run")


@pytest.fixture
def whole(trained):
    return trained[1]


@pytest.fixture
def resume(graph, caplog):
    """Goes on with a run: what was said, and the epochs that were trained."""

    def go_on(folder):
        caplog.clear()
        seen = []
        assert train_run(folder, build_config(CONFIG), graph, resume=True, on_epoch=seen.append) == "finished"
        return [record.message for record in caplog.records], seen

    return go_on


def learnt(folder, *, snapshots=True):
    rows = read_rows((folder / files.METRICS).read_bytes())
    found = [[row[name] for name in ("epoch", "train_loss", "stopping_acc", "val_loss")] for row in rows]
    for name in LEARNT if snapshots else (files.PREDICTIONS,):
        with np.load(folder / name) as arrays:
            found.append({key: arrays[key].tobytes() for key in arrays.files})
    return found


def last_epochs(folder):
    found = (folder / files.LAST_CHECKPOINT, folder / files.PREVIOUS_CHECKPOINT)
    return [checkpoint.load_checkpoint(path).progress.epoch for path in found]


def test_n09_the_last_two_checkpoints_are_kept(trained):
    assert [last_epochs(folder) for folder in trained] == [[5, 4], [8, 7]]


def cut(share):
    return lambda path: path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])


def garble(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : 2 * len(content) // 3] = os.urandom(len(content) // 3)
    path.write_bytes(content)


def of_another_model(path):
    content = torch.load(path, weights_only=True)
    content["weights"] = {name: torch.zeros(3, 3) for name in content["weights"]}
    torch.save(content, path)


def without_steps(path):
    content = torch.load(path, weights_only=True)
    state = content["optimizer"]["state"]
    content["optimizer"]["state"] = {key: value | {"exp_avg": torch.zeros(2)} for key, value in state.items()}
    torch.save(content, path)


def no_dictionary(path):
    torch.save([1, 2], path)


def of_nothing(path):
    torch.save({"progress": {"epoch": "five"}, "weights": 1, "optimizer": {"state": {}}, "rng_states": {}}, path)


DAMAGES = [
    *(pytest.param(cut(share), id=f"cut to {share}") for share in (0.0, 0.1, 0.5, 0.99)),
    *(garble, of_another_model, without_steps, no_dictionary, of_nothing),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_n09_a_damaged_checkpoint_is_named_and_the_one_before_taken(damage, halted, whole, resume):
    damage(halted / files.LAST_CHECKPOINT)
    said, seen = resume(halted)
    assert len(said) == 1
    assert said[0].startswith("last.ckpt is damaged")
    assert said[0].endswith(": the run went on from previous.ckpt, after epoch 4")
    assert not any(word in said[0] for word in NEVER)
    assert seen == [5, 6, 7, 8]
    assert learnt(halted) == learnt(whole)


@pytest.mark.parametrize("damage", DAMAGES)
def test_n09_with_both_damaged_it_begins_again_and_says_so(damage, halted, whole, resume):
    for name in (files.LAST_CHECKPOINT, files.PREVIOUS_CHECKPOINT):
        damage(halted / name)
    said, seen = resume(halted)
    assert [seen, learnt(halted)] == [list(range(1, 9)), learnt(whole)]
    assert said[0].startswith("last.ckpt is damaged") and said[0].endswith(AGAIN)
    assert "previous.ckpt is damaged" in said[0]


@pytest.mark.parametrize(
    ("names", "words", "first"),
    [
        ([files.LAST_CHECKPOINT], "there is no last.ckpt: the run went on from previous.ckpt, after epoch 4", 5),
        ([files.LAST_CHECKPOINT, files.PREVIOUS_CHECKPOINT], f"there is no last.ckpt: {AGAIN}", 1),
        ([files.PREVIOUS_CHECKPOINT], None, 6),
    ],
)
def test_n09_a_missing_checkpoint_is_said_where_it_costs_something(names, words, first, halted, whole, resume):
    for name in names:
        (halted / name).unlink()
    assert resume(halted) == ([words] if words else [], list(range(first, 9)))
    assert learnt(halted) == learnt(whole)


def test_n09_a_run_that_had_no_epoch_yet_begins_and_loses_nothing(halted, resume):
    for name in (files.LAST_CHECKPOINT, files.PREVIOUS_CHECKPOINT, files.METRICS, files.SNAPSHOTS):
        (halted / name).unlink()
    assert resume(halted) == ([], list(range(1, 9)))


@pytest.mark.parametrize("rows", [None, 0, 3, "garbage"])
def test_n09_rows_that_are_lost_are_not_passed_over(rows, halted, whole, resume):
    path = halted / files.METRICS
    if rows is None:
        path.unlink()
    elif rows == "garbage":
        path.write_bytes(os.urandom(2000))
    else:
        path.write_text("".join(path.read_text().splitlines(keepends=True)[: rows + 1]))
    said, seen = resume(halted)
    what = f"has {rows}" if rows == 3 else "has none"
    lost = [f"metrics.csv {what} of the {epoch} rows before {name}" for epoch, name in ((5, "last"), (4, "previous"))]
    assert said == [f"{lost[0]}.ckpt, and {lost[1]}.ckpt: {AGAIN}"]
    assert (seen, learnt(halted)) == (list(range(1, 9)), learnt(whole))


def test_n09_a_lost_last_row_costs_one_epoch(halted, whole, resume):
    path = halted / files.METRICS
    path.write_bytes(path.read_bytes()[:-3])
    words = "metrics.csv has 4 of the 5 rows before last.ckpt: the run went on from previous.ckpt, after epoch 4"
    assert resume(halted) == ([words], [5, 6, 7, 8])
    assert learnt(halted) == learnt(whole)


def replace_arrays(**changes):
    def change(path):
        with np.load(path) as saved:
            np.savez(path, **{name: saved[name] for name in saved.files} | changes)

    return change


def encrypt(path):
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)


def empty_archive(path):
    with zipfile.ZipFile(path, "w"):
        pass


@pytest.mark.parametrize(
    "damage",
    [
        *(cut(0.0), cut(0.5), cut(0.99), garble, encrypt, empty_archive),
        replace_arrays(pred=np.zeros((5, 3), dtype=np.uint8)),
        replace_arrays(confidence=np.zeros(5, dtype=np.uint8)),
        replace_arrays(epochs=np.array([1, 2, 9, 4, 5])),
        replace_arrays(epochs=np.array(["a"] * 5)),
        replace_arrays(interval=np.array(0)),
        replace_arrays(epochs=np.array([{"a": 1}], dtype=object)),
    ],
)
def test_n09_damaged_snapshots_are_named_and_cost_nothing_else(damage, halted, whole, resume):
    damage(halted / files.SNAPSHOTS)
    words = "snapshots.npz is damaged: what was predicted until epoch 5 is not shown any more"
    assert resume(halted) == ([words], [6, 7, 8])
    assert learnt(halted, snapshots=False) == learnt(whole, snapshots=False)
    with np.load(halted / files.SNAPSHOTS) as saved:
        assert saved["epochs"].tolist() == [6, 7, 8]
    assert resume(halted) == ([], [])  # and are whole again


def test_n09_a_checkpoint_that_must_not_be_read_is_left_alone(halted, monkeypatch, resume):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    before = (halted / files.LAST_CHECKPOINT).stat()
    monkeypatch.setattr(checkpoint.Path, "read_bytes", refuse)
    monkeypatch.setattr("core.training.start._count_rows", lambda _: 5)
    with pytest.raises(UnavailableError, match=r"last\.ckpt cannot be read: give this user the right to, then resume"):
        resume(halted)
    assert (halted / files.LAST_CHECKPOINT).stat() == before


def test_n09_a_good_checkpoint_is_never_replaced_by_a_damaged_one(halted, graph, monkeypatch):
    """The next one is written while the good one is the only one."""
    monkeypatch.setattr(recorder, "CHECKPOINT_SECONDS", 0.0)
    cut(0.5)(halted / files.LAST_CHECKPOINT)
    seen = []

    def look(epoch):
        seen.append(last_epochs(halted))

    train_run(halted, build_config(CONFIG), graph, resume=True, on_epoch=look)
    assert seen == [[5, 4], [6, 5], [7, 6], [8, 7]]


def test_n09_a_file_system_without_links_keeps_them_too(halted, monkeypatch, resume):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(checkpoint.Path, "hardlink_to", refuse)
    monkeypatch.setattr(recorder, "CHECKPOINT_SECONDS", 0.0)
    resume(halted)
    assert last_epochs(halted) == [8, 7]


def test_n09_what_was_lost_is_the_runs_message_to_its_end(halted, graph, monkeypatch, capsys):
    monkeypatch.setattr("core.training.stored.load_graph", lambda *_: graph)
    cut(0.5)(halted / files.LAST_CHECKPOINT)
    halted.write_json(files.CONFIG, build_config(CONFIG).model_dump())
    halted.write_json(files.ENVIRONMENT, {})
    halted.write_state(RunState(generation=1, resuming=True))
    told = []

    def prepare(folder, storage):
        turn = prepare_run(RunFolder(folder.path), storage)
        return lambda note: turn(lambda epoch: (note(epoch), told.append(folder.read_state().message)))

    assert take_turn(JobFolder(halted.path), None, prepare) == 0
    words = "last.ckpt is damaged: the run went on from previous.ckpt, after epoch 4"
    assert (told[0], halted.read_state().message, halted.read_state().state) == (words, words, "finished")
    assert capsys.readouterr().err == f"{words}\n"  # its log
