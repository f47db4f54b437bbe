"""Real training in real processes: kills, stops and resumes on a small random graph, with dropout on."""

import hashlib
import io
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from core.graph.archive import compute_digest, dump_arrays
from core.runs import files
from core.storage.local import write_atomically
from core.storage.names import PARTIAL_SUFFIX
from tests.rigs import local_rig

pytestmark = pytest.mark.slow

PACED_WAITER = (sys.executable, str(Path(__file__).parents[1] / "paced_waiter.py"))

# Wide, so that a checkpoint of 8 MB takes long enough to be caught being written.
CONFIG = {
    "preset": "gcn",
    "model": "gcn",
    "graph": "random",
    "hidden_channels": 2048,
    "dropout": 0.5,
    "epochs": 60,
    "patience": 60,
    "device": "cpu",
}
LOADING_SECONDS = 120  # importing torch on a busy machine
FILES = (
    files.CONFIG,
    files.ENVIRONMENT,
    files.METRICS,
    files.SNAPSHOTS,
    files.HISTOGRAMS,
    files.LAST_CHECKPOINT,
    files.PREVIOUS_CHECKPOINT,
    files.BEST_WEIGHTS,
    files.PREDICTIONS,
    files.REPORT,
    files.LOG,
    files.STATE,
)


def make_arrays(num_nodes=300, num_features=256, num_classes=4):
    generator = np.random.default_rng(0)
    role = np.arange(num_nodes) % 5
    masks = {"train_masks": 0, "stopping_masks": 1, "val_masks": 2}
    return {
        "features": generator.normal(size=(num_nodes, num_features)).astype(np.float32),
        "edge_index": generator.integers(num_nodes, size=(2, 5 * num_nodes)),
        "labels": generator.integers(num_classes, size=num_nodes),
        **{name: (role == number)[None] for name, number in masks.items()},
        "test_mask": role >= 3,
    }


@pytest.fixture
def rig(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads that wait for each other are slow on a busy machine
    arrays = make_arrays()
    write_atomically(tmp_path / "graphs/random/graph.npz", dump_arrays(arrays), parents=True)
    digest = compute_digest(arrays)
    found = local_rig(tmp_path, waiter=PACED_WAITER, config=CONFIG, environment={"graph_digest": digest})
    yield found
    found.end()


def hash_weights(rig, run_id):
    """Hashes of the best weights and of the last ones."""
    best, last = (
        torch.load(io.BytesIO(rig.store.storage.read(f"runs/{run_id}/{name}")), weights_only=True)
        for name in (files.BEST_WEIGHTS, files.LAST_CHECKPOINT)
    )
    return [
        {name: hashlib.sha256(tensor.numpy().tobytes()).hexdigest() for name, tensor in weights.items()}
        for weights in (best, last["weights"])
    ]


def kill(rig, run_id):
    process = psutil.Process(rig.store.read_stored_state(run_id).pid)
    os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs([process], timeout=5)
    assert rig.store.read(run_id).state == "crashed"


def kill_at_random(rig, run_id):
    rig.wait_for_epoch(run_id, rig.store.read_metrics(run_id).row + 1, seconds=LOADING_SECONDS)
    time.sleep(random.uniform(0.0, 1.0))
    kill(rig, run_id)


def kill_while_a_checkpoint_is_written(rig, run_id):
    """Whether the kill left a checkpoint half written."""
    folder = rig.store.storage.path(f"runs/{run_id}")
    deadline = time.monotonic() + LOADING_SECONDS
    while not (partial := list(folder.glob(f"{files.LAST_CHECKPOINT}.*"))) and time.monotonic() < deadline:
        pass
    kill(rig, run_id)
    return partial == list(folder.glob(f"{files.LAST_CHECKPOINT}.*")) != []


def resume(rig, run_id):
    rig.resume(run_id)
    rig.wait_for(run_id, "running")


def test_killed_thrice_it_ends_with_the_weights_of_an_undisturbed_run(rig):
    undisturbed = rig.submit()
    run_id = rig.submit()
    rig.wait_for(undisturbed, "finished", seconds=2 * LOADING_SECONDS)
    rig.wait_for(run_id, "running")
    kill_at_random(rig, run_id)
    for _ in range(4):
        resume(rig, run_id)
        if kill_while_a_checkpoint_is_written(rig, run_id):
            break
    else:
        raise AssertionError("no kill came while a checkpoint was written")
    resume(rig, run_id)
    kill_at_random(rig, run_id)
    resume(rig, run_id)
    state = rig.wait_for(run_id, "finished", seconds=2 * LOADING_SECONDS)
    assert state.generation >= 3
    assert hash_weights(rig, run_id) == hash_weights(rig, undisturbed)
    assert rig.epochs(run_id) == rig.epochs(undisturbed) == list(range(1, 61))
    assert np.array_equal(rig.store.read_logits(run_id), rig.store.read_logits(undisturbed))
    folder = rig.store.storage.path(f"runs/{run_id}")
    left = f"{files.STATE}.*{PARTIAL_SUFFIX}"  # half a state of one that was killed, which others may be writing
    assert sorted(path.name for path in folder.iterdir() if not path.match(left)) == sorted(FILES)


def test_a_stop_is_obeyed_soon_and_leaves_a_checkpoint_that_loads(rig):
    run_id = rig.submit(epochs=10_000, patience=10_000)
    rig.wait_for(run_id, "running")
    for trial in range(3):
        rig.wait_for_epoch(run_id, rig.store.read_metrics(run_id).row + 2, seconds=LOADING_SECONDS)
        asked = time.time()
        rig.stop(run_id)
        assert rig.store.read(run_id).state in ("stopping", "stopped")  # it may be faster than this process
        while rig.store.read_stored_state(run_id).state == "running":
            time.sleep(0.01)
        assert time.time() - asked < 1 + slack()  # its own process has acknowledged
        state = rig.wait_for(run_id, "stopped")
        columns = rig.store.read_metrics(run_id).columns
        assert state.ended_at - asked < 2 + columns["epoch_seconds"][-1] + slack()
        assert columns["epoch"] == list(range(1, state.epoch + 1))
        record = rig.store.read(run_id)
        assert (record.has_predictions, record.epochs, record.test_acc is None) == (True, state.epoch, False)
        hash_weights(rig, run_id)
        if trial < 2:
            resume(rig, run_id)


def slack():
    """Seconds that other load on this machine may add."""
    return max(0.0, os.getloadavg()[0] / (os.cpu_count() or 1) - 1)


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_graph_that_is_not_the_one_of_the_submit_fails_the_run(rig, damage):
    path = rig.backend.home / "graphs/random/graph.npz"
    run_id = rig.create()
    if damage == "missing":
        path.unlink()
        words = "graph 'random' is not in graphs of WIKICS_HOME any more: fetch it"
    else:
        write_atomically(path, dump_arrays(make_arrays(num_nodes=200)))
        words = "graph 'random' has changed since this was submitted"
    rig.submit(run_id)
    assert rig.wait_for(run_id, "failed", seconds=LOADING_SECONDS).message.startswith(words)
