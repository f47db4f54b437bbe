"""A trainer that is killed at any moment, then resumed, ends with the weights of one that never was."""

import json
import subprocess
import sys
import textwrap

import pytest

from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import read_rows

CHILD = textwrap.dedent(
    """
    import json, os, signal, sys, threading
    from pathlib import Path
    import numpy as np
    import torch
    from core.graph.archive import GraphOrigin, build_graph
    from core.runs.folder import RunFolder
    from core.storage import local
    from core.training import checkpoint, recorder
    from core.config.train import build_config
    from core.training.fit import train_run

    folder, kill, delay, values = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])
    torch.set_num_threads(1)
    recorder.CHECKPOINT_SECONDS = 0.01

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def half_a_write(path, content):
        path.with_name(path.name + ".0a0a0a0a.partial").write_bytes(content[: len(content) // 2])
        die()

    def on_epoch(epoch):
        if epoch == kill and delay == "in checkpoint":
            checkpoint.write_atomically = half_a_write
        elif epoch == kill:
            threading.Timer(float(delay), die).start()

    rng = np.random.default_rng(0)
    role = rng.integers(0, 4, (1, 400))
    arrays = {
        "features": rng.normal(size=(400, 20)).astype(np.float32),
        "edge_index": rng.integers(0, 400, (2, 3000)),
        "labels": rng.integers(0, 4, 400),
        "train_masks": role == 0, "val_masks": role == 1, "stopping_masks": role == 2, "test_mask": role[0] == 3,
    }
    graph = build_graph(arrays, GraphOrigin("small", "archive", "Small", "Made for tests."))
    config = build_config(
        {"hidden_channels": 32, "dropout": 0.5, "epochs": 250, "patience": 1000, "device": "cpu"} | values
    )
    def on_race(message):
        if message.endswith(delay):
            die()

    train_run(RunFolder(folder), config, graph, resume=True, on_epoch=on_epoch, on_race=on_race)
    saved = torch.load(folder / "last.ckpt", weights_only=True)
    np.savez(folder / "final.npz", **{name: value.numpy() for name, value in saved["weights"].items()})
    """
)


BEST = {
    **{"link_dropout": 0.5, "feature_dropout": 0.5},
    **{"distribution_alignment": True, "smoothing_steps": 3},
    **{"average_decay": 0.9, "consistency": 1.0, "heads": 4, "race_epochs": 12},
}
IN_RACE = "GraphSAGE (3 of 4), epoch 7 of 12"
MEASURED = ("seconds", "_at", "_percent", "_bytes", "_watts", "_wh")  # no part of what is learnt


def train(folder, *, kill=0, delay="0"):
    command = [sys.executable, "-W", "ignore", "-c", CHILD, str(folder.path), str(kill), delay, json.dumps(BEST)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False).returncode


def learnt(folder):
    rows = read_rows((folder / files.METRICS).read_bytes())
    return [{name: value for name, value in row.items() if not name.endswith(MEASURED)} for row in rows]


@pytest.mark.slow
def test_row_19_killed_four_times_ends_as_an_undisturbed_run(tmp_path):
    whole, killed = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "killed")
    for folder in (whole, killed):
        folder.path.mkdir()
    assert train(whole) == 0
    assert train(killed, delay=IN_RACE) == -9
    assert not (killed / files.METRICS).exists()
    for kill, delay in ((40, "0.0137"), (110, "in checkpoint"), (170, "0.0041")):
        assert train(killed, kill=kill, delay=delay) == -9
        epochs = [row["epoch"] for row in learnt(killed)]
        assert kill <= len(epochs) < 250
        assert epochs == list(range(1, len(epochs) + 1))
    assert train(killed) == 0
    assert (killed / "final.npz").read_bytes() == (whole / "final.npz").read_bytes()
    assert learnt(killed) == learnt(whole)
    assert len(learnt(whole)) == 250
    for name in (files.PREDICTIONS, files.SNAPSHOTS, files.HISTOGRAMS, files.BEST_WEIGHTS):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
    assert not list(killed.path.glob("*.partial"))
