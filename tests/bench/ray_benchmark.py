"""A benchmark on Ray against the local one: `python -m tests.bench.ray_benchmark [--graph G.npz]`.

The same splits are trained by `wikics benchmark` here, then on Ray by one worker and by two in turn, and by two of
which one is killed on the way. Prints JSON: whether all accuracies are the same, and what two workers take of the time
of one. The cluster is up and warm before anything is timed. It takes some minutes on two cores.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

PROJECT = Path(__file__).parents[2]
DEFAULT_GRAPH = PROJECT.parent / "shared/graphs/cora-20.npz"
WORKER = "ray::train_part"


def start(home, args, *options):
    """The command of a benchmark on its way."""
    command = [sys.executable, "-m", "core.cli", "benchmark", "--graph", str(args.graph), "--json", *options]
    command += ["--preset", "gcn", "--set", f"epochs={args.epochs}", "--set", "device=cpu"]
    environment = os.environ | {"WIKICS_HOME": str(home), "OMP_NUM_THREADS": "1", "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def finish(process):
    """The test accuracy of each (split, seed)."""
    with process:
        answer = json.loads(process.stdout.read())
    return {f"{run['split']}-{run['seed']}": run["test_acc"] for run in answer["runs"]}


def run_anew(home, args, *options, kill=False):
    """Accuracies and seconds of a benchmark that knows no results yet."""
    shutil.rmtree(home / "benchmarks", ignore_errors=True)
    began = time.monotonic()
    process = start(home, args, "--splits", f"0-{args.splits - 1}", *options)
    killed = kill_worker(home) if kill else None
    accuracies = finish(process)
    return accuracies, time.monotonic() - began, killed


def kill_worker(home):
    """Kills one worker in the middle of a run, once there is a result; its process id."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        time.sleep(0.1)
        if list(home.glob("benchmarks/*/split-*.json")) and list(home.glob("benchmarks/*/split-*/metrics.csv")):
            for process in list_workers(home):
                process.kill()
                return process.pid
    raise SystemExit("no worker was found to kill")


def list_workers(home):
    """The workers of the home's cluster that train."""
    found = []
    for process in [child for head in list_heads(home) for child in head.children(recursive=True)]:
        try:
            if process.name().startswith(WORKER[:15]) or " ".join(process.cmdline()).startswith(WORKER):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def list_heads(home):
    """The process that keeps the home's cluster up."""
    heads = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or ()
        if "core.backends.ray.head" in words and str(home / "queue") in words:
            heads.append(process)
    return heads


def measure(args, folder):
    """Everything that is printed."""
    home = folder / "ray"
    for name in ("local", "ray"):
        (folder / name).mkdir()
    here, here_seconds, _ = run_anew(folder / "local", args, "--backend", "local")
    try:
        finish(start(home, args, "--splits", "0-1", "--backend", "ray", "--workers", "2"))  # it is up, torch is read
        times, same = {1: [], 2: []}, []
        for _ in range(args.rounds):
            for workers in times:
                found, seconds, _ = run_anew(home, args, "--backend", "ray", "--workers", str(workers))
                same.append(found == here)
                times[workers].append(round(seconds, 1))
        found, killed_seconds, killed = run_anew(home, args, "--backend", "ray", "--workers", "2", kill=True)
    finally:
        for head in list_heads(home):
            head.kill()
    return {
        "graph": args.graph.stem,
        "splits": args.splits,
        "epochs": args.epochs,
        "runs": len(here),
        "same_accuracies": all(same),
        "killed_worker": killed,
        "same_accuracies_with_a_worker_killed": found == here,
        "seconds_here": round(here_seconds, 1),
        "seconds_by_workers": times,
        "seconds_with_a_worker_killed": round(killed_seconds, 1),
        "two_workers_of_the_time_of_one": round(median(times[2]) / median(times[1]), 3),
        "load": os.getloadavg()[0],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--graph", type=lambda text: Path(text).resolve(), default=DEFAULT_GRAPH)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=2, help="how often one and two workers are timed in turn")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wikics-") as name:
        print(json.dumps(measure(args, Path(name)), indent=2))


if __name__ == "__main__":
    main()
