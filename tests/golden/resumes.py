"""Letting a stored run go on to its end, and what it has become then."""

import csv
import json
import platform
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import torch

from tests.golden.ask import run_python

THREADS = "1"  # sums come out in the same order at every resume
END_SECONDS = 400
ENDED = ("finished", "stopped", "failed", "crashed")
# Columns that are not compared: times, and `step`, which fd61c5a counted in epochs even where one makes several steps.
LEFT_OUT = ("step", "epoch_seconds", "elapsed_seconds", "logged_at")


@dataclass(frozen=True)
class Outcome:
    """What a run's folder says of what was learnt: weights and logits of its best epoch, every epoch's row."""

    weights: dict[str, np.ndarray]
    logits: np.ndarray
    rows: list[dict[str, str]]  # as text: as many digits as were written


def describe_machine():
    """All that decides whether two machines compute the same bits."""
    cpu = {"name": platform.machine(), "family": "", "model": "", "stepping": ""}
    if Path("/proc/cpuinfo").exists():
        lines = [line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines()]
        found = {key.strip(): value.strip() for key, _, value in reversed(lines)}
        names = {"name": "model name", "family": "cpu family", "model": "model", "stepping": "stepping"}
        cpu = {name: found.get(key, "") for name, key in names.items()}
    return {
        "cpu": cpu,
        "capability": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "threads": THREADS,
    }


def resume(checkout, home, run_id):
    """Resumes a run by its command and waits for its end. Returns the last state."""
    run_python(checkout, home, "-m", "core.cli", "runs", "resume", run_id, OMP_NUM_THREADS=THREADS)
    return wait_for_end(home, run_id)


def wait_for_end(home, run_id):
    """The name of the state in which the run ended, once its own process is gone too."""
    path, deadline = home / "runs" / run_id / "state.json", time.monotonic() + END_SECONDS
    while (state := json.loads(path.read_text()))["state"] not in ENDED or (state["pid"] and _is_alive(state["pid"])):
        assert time.monotonic() < deadline, f"{run_id} is {state}"
        time.sleep(0.05)
    return state["state"]


def _is_alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def read_outcome(folder):
    """What the run of this folder has become."""
    weights = torch.load(folder / "best.pt", map_location="cpu", weights_only=True)
    with np.load(folder / "predictions.npz", allow_pickle=False) as saved, (folder / "metrics.csv").open() as rows:
        return Outcome(
            weights={name: tensor.numpy() for name, tensor in weights.items()},
            logits=saved["logits"],
            rows=[{name: row[name] for name in row if name not in LEFT_OUT} for row in csv.DictReader(rows)],
        )
