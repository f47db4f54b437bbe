"""A profile of a few epochs: asked for by a file, written once, and without influence on what is learnt."""

import json

import pytest
import torch

from core.config.train import build_config
from core.runs import files
from core.runs.folder import RunFolder
from core.training.fit import train_run
from core.training.profiling import PROFILED_EPOCHS


@pytest.fixture
def train(tmp_path, tiny_graph):
    def train(name, *, epochs, profile):
        (tmp_path / name).mkdir()
        folder = RunFolder(tmp_path / name)
        if profile:
            (folder / files.PROFILE_REQUEST).touch()
        train_run(folder, build_config({"hidden_channels": 4, "epochs": epochs, "device": "cpu"}), tiny_graph)
        return folder

    return train


def best_weights(folder):
    weights = torch.load(folder / files.BEST_WEIGHTS, weights_only=True)
    return {name: value.numpy().tobytes() for name, value in weights.items()}


def count(folder, name):
    return [event["name"] for event in json.loads((folder / files.PROFILE).read_bytes())["traceEvents"]].count(name)


def test_profile_is_written_once_and_changes_nothing(train, capsys):
    plain, profiled = train("plain", epochs=8, profile=False), train("profiled", epochs=8, profile=True)
    assert best_weights(plain) == best_weights(profiled)
    assert not (plain / files.PROFILE).exists()
    assert count(profiled, "Optimizer.step#Adam.step") == PROFILED_EPOCHS
    assert not profiled.profile_requested
    assert {"profile of 3 epochs", "Self CPU time total"} <= {
        line.split(":")[0] for line in capsys.readouterr().out.splitlines()
    }


def test_a_short_run_is_profiled_as_far_as_it_goes(train):
    assert count(train("short", epochs=3, profile=True), "Optimizer.step#Adam.step") == 1
    assert not (train("shorter", epochs=2, profile=True) / files.PROFILE).exists()
