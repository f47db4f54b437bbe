"""A benchmark on Ray against the local one: `python -m tests.bench.ray_benchmark [--graph G.npz]`.

The same splits are trained by `wikics benchmark` here and on Ray by two workers of which one is killed on the way
(`--part kill`), then on Ray by one worker and by two (`--part times`). Prints JSON: whether all accuracies are the
same, and what two workers take of the time of one. Each part takes some two minutes on two cores.
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

import psutil

PROJECT = Path(__file__).parents[2]
DEFAULT_GRAPH = PROJECT.parent / "shared/graphs/cora-20.npz"
WORKER = "ray::train_part"
LOG = "benchmark.log"  # of the last command


def start(home, args, *options):
    """The command of a benchmark on its way."""
    command = [sys.executable, "-m", "core.cli", "benchmark", "--graph", str(args.graph), "--json", *options]
    command += ["--preset", "gcn", "--set", f"epochs={args.epochs}", "--set", "device=cpu"]
    environment = os.environ | {"WIKICS_HOME": str(home), "OMP_NUM_THREADS": "1", "PYTHONPATH": str(PROJECT)}
    with (home / LOG).open("w") as log:
        return subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)


def finish(home, process):
    """The test accuracy of each (split, seed)."""
    answer = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"the benchmark ended with {process.returncode}: {(home / LOG).read_text()[-1000:]}")
    return {f"{run['split']}-{run['seed']}": run["test_acc"] for run in json.loads(answer)["runs"]}


def run_anew(home, args, *options, kill=False):
    """Accuracies and seconds of a benchmark that knows no results yet."""
    shutil.rmtree(home / "benchmarks", ignore_errors=True)
    began = time.monotonic()
    process = start(home, args, "--splits", f"0-{args.splits - 1}", *options)
    killed = kill_worker(home) if kill else None
    accuracies = finish(home, process)
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
    try:
        finish(home, start(home, args, "--splits", "0-1", "--backend", "ray", "--workers", "2"))  # it is up
        found = {"graph": args.graph.stem, "splits": args.splits, "epochs": args.epochs}
        if args.part != "times":
            found |= compare(args, folder / "local", home)
        if args.part != "kill":
            found |= take_times(args, home)
    finally:
        for head in list_heads(home):
            head.kill()
    return found | {"load": os.getloadavg()[0]}


def compare(args, local, home):
    """Accuracies here and on two workers of which one is killed."""
    here, seconds, _ = run_anew(local, args, "--backend", "local")
    found, killed_seconds, killed = run_anew(home, args, "--backend", "ray", "--workers", "2", kill=True)
    return {
        "killed_worker": killed,
        "same_accuracies_with_a_worker_killed": found == here,
        "seconds_here": round(seconds, 1),
        "seconds_with_a_worker_killed": round(killed_seconds, 1),
    }


def take_times(args, home):
    """Of one worker, then of two, which may both use a processor each."""
    one, seconds, _ = run_anew(home, args, "--backend", "ray", "--workers", "1")
    two, two_seconds, _ = run_anew(home, args, "--backend", "ray", "--workers", "2")
    return {
        "same_accuracies_by_one_and_two_workers": one == two,
        "seconds_of_one_worker": round(seconds, 1),
        "seconds_of_two_workers": round(two_seconds, 1),
        "two_workers_of_the_time_of_one": round(two_seconds / seconds, 3),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--graph", type=lambda text: Path(text).resolve(), default=DEFAULT_GRAPH)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--part", choices=["all", "kill", "times"], default="all")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wikics-") as name:
        print(json.dumps(measure(args, Path(name)), indent=2))


if __name__ == "__main__":
    main()
