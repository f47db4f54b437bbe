"""A stop within an epoch that takes long: it is left at once, nothing of it is kept, and a resume is none the wiser."""

import logging

import pytest
import torch

from core.config.train import build_config
from core.runs import files
from core.runs.metrics import read_rows
from core.training import recorder
from core.training.fit import train_run
from core.training.module import NodeClassifier
from core.training.parts.classifier import PartitionedClassifier
from tests.graphs import make_graph

CONFIG = {"hidden_channels": 8, "epochs": 5, "patience": 100, "dropout": 0.5, "device": "cpu"}
PLACES = {  # where a request to stop comes, of which call counted from 1
    "a part of the fourth epoch": (PartitionedClassifier, "training_step", 3 * 5 + 2),
    "a part of the first epoch": (PartitionedClassifier, "training_step", 2),
    "the fourth epoch's evaluation": (NodeClassifier, "_evaluate", 4),
    "the first epoch's step": (NodeClassifier, "training_step", 1),
}
FIRST, *OTHERS = PLACES


@pytest.fixture(scope="module")
def graph():
    return make_graph(num_nodes=120)


@pytest.fixture(autouse=True)
def every_epoch_is_long(monkeypatch):
    monkeypatch.setattr(recorder, "LONG_EPOCH_SECONDS", 0.0)
    monkeypatch.setattr(recorder, "CHECKPOINT_SECONDS", 0.0)


def train_and_stop(folder, config, graph, place):
    """Trains until a stop is asked for in the midst of a call of a method."""
    (owner, name, number), calls = PLACES[place], []
    old = getattr(owner, name)

    def call(module, *args):
        calls.append(name)
        if len(calls) == number:
            (folder / files.STOP).touch()
        return old(module, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, call)
        outcome = train_run(folder, config, graph)
    return outcome, len(calls) - number


def learnt(folder):
    weights = torch.load(folder / files.LAST_CHECKPOINT, weights_only=True)["weights"]
    rows = read_rows((folder / files.METRICS).read_bytes())
    return (
        {name: value.numpy().tobytes() for name, value in weights.items()},
        [[row[name] for name in ("epoch", "step", "train_loss", "val_loss")] for row in rows],
        (folder / files.PREDICTIONS).read_bytes(),
    )


@pytest.mark.parametrize("place", [FIRST, *(pytest.param(place, marks=pytest.mark.slow) for place in OTHERS)])
def test_n08_a_long_epoch_is_left_at_once_and_the_last_whole_one_kept(place, graph, new_folder, caplog):
    halted, whole = new_folder("halted"), new_folder("whole")
    config = build_config(CONFIG | {"partitions": 5 if "part" in place else 1})
    assert train_and_stop(halted, config, graph, place) == ("stopped", 0)
    trained = len(read_rows((halted / files.METRICS).read_bytes()))
    if "fourth" in place:
        assert trained == halted.read_json(files.REPORT)["epochs"] == 3
        assert torch.load(halted / files.LAST_CHECKPOINT, weights_only=True)["progress"]["epoch"] == 3
    else:
        assert trained == 0 and not any((halted / name).exists() for name in (files.LAST_CHECKPOINT, files.REPORT))
        told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
        assert told == ["stopped within the first epoch: nothing is trained yet, and a resume begins anew"]
    torch.manual_seed(99)  # whatever the process drew meanwhile
    (halted / files.STOP).unlink()
    assert train_run(halted, config, graph, resume=True) == train_run(whole, config, graph) == "finished"
    assert learnt(halted) == learnt(whole)


@pytest.mark.slow
def test_n08_an_epoch_is_ended_where_the_one_before_it_is_not_saved_yet(graph, new_folder, monkeypatch):
    monkeypatch.setattr(recorder, "CHECKPOINT_SECONDS", 1e9)
    folder = new_folder("run")
    config = build_config(CONFIG | {"partitions": 5})
    assert train_and_stop(folder, config, graph, "a part of the fourth epoch") == ("stopped", 3)
    assert folder.read_json(files.REPORT)["epochs"] == 4
    assert torch.load(folder / files.LAST_CHECKPOINT, weights_only=True)["progress"]["epoch"] == 4
