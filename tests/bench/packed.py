"""Eight small GCN runs at once against one after the other: `python -m tests.bench.packed [--graph G.npz]`, as JSON.

At once they are replicas in one process: their layers are one batch of matrices, so that each kernel, too small alone
to fill a GPU, is launched once for all. The alternative, a process each with a fraction of the GPU (`WIKICS_RAY_GPUS`),
is timed beside it: those take the GPU in turns, and pay for a start and for the memory of CUDA each. It takes under
five minutes on a GPU; `--runs 2 --epochs 5 --processes 0` is the small form for a CPU.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import torch

from core.config.train import build_config
from core.graph.archive import GraphOrigin, build_graph, load_arrays
from core.graph.twin.build import build_twin_arrays
from core.models.ops.kernels import wait_for
from core.training.device import list_devices, read_device_name, read_peak_memory_mb
from core.training.replicas.train import train_replicas

PROJECT = Path(__file__).parents[2]
DEFAULT_GRAPH = PROJECT.parent / "shared/graphs/cora-20.npz"
RECIPE = {"model": "gcn", "hidden_channels": 64, "num_layers": 2, "dropout": 0.5, "lr": 0.01}


def open_graph(path):
    """The archive, or the twin where there is none."""
    arrays = load_arrays(path) if path.exists() else build_twin_arrays()
    name = path.stem if path.exists() else "twin"
    return build_graph(arrays, GraphOrigin(name, "archive", name, "Measured here."))


def build(args):
    return build_config({**RECIPE, "epochs": args.epochs, "patience": args.epochs, "device": list_devices()[0]})


def train(config, graph, pairs):
    """Seconds of whole runs, and their test accuracies."""
    began = time.perf_counter()
    outcomes = train_replicas(config, graph, pairs)
    wait_for(torch.device(config.device))
    pred = [outcome.logits.argmax(axis=1) for outcome in outcomes]
    hits = [float((each == graph.y)[graph.test_mask].mean()) for each in pred]
    return time.perf_counter() - began, hits


def time_processes(args, pairs):
    """Seconds of as many processes at once, each with one run, from when all have loaded; None where any fails."""
    command = [sys.executable, "-m", "tests.bench.packed", "--graph", str(args.graph), "--epochs", str(args.epochs)]
    processes = [
        subprocess.Popen(
            [*command, "--alone", str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT
        )
        for _, seed in pairs
    ]
    ready = [process.stdout.readline().strip() == "ready" for process in processes]
    began = time.perf_counter()
    for process in processes:
        process.stdin.close()
    ends = [process.stdout.readline().strip() == "done" for process in processes]
    seconds = time.perf_counter() - began
    for process in processes:
        process.stdout.close()
        process.wait()
    return seconds if all(ready + ends) else None


def run_alone(args):
    """One of the processes: loads, waits until its input ends, trains."""
    config, graph = build(args), open_graph(args.graph)
    train(config.model_copy(update={"epochs": 3, "patience": 3}), graph, [(0, args.alone)])
    print("ready", flush=True)
    sys.stdin.read()
    train(config, graph, [(0, args.alone)])
    print("done", flush=True)


def measure(args):
    """Everything that is printed."""
    config, graph = build(args), open_graph(args.graph)
    pairs = [(0, seed) for seed in range(args.runs)]
    train(config.model_copy(update={"epochs": 3, "patience": 3}), graph, pairs[:1])  # libraries load
    one_by_one, apart = 0.0, []
    for pair in pairs:
        seconds, accuracies = train(config, graph, [pair])
        one_by_one += seconds
        apart += accuracies
    together, packed = train(config, graph, pairs)
    processes = time_processes(args, pairs[: args.processes]) if args.processes else None
    per_run = processes and processes / args.processes
    return {
        "graph": graph.name,
        "device": read_device_name(config.device),
        "runs": args.runs,
        "epochs": args.epochs,
        "seconds_one_after_the_other": round(one_by_one, 3),
        "seconds_at_once": round(together, 3),
        "times_the_throughput": round(one_by_one / together, 2),
        "seconds_in_processes_at_once": processes and round(processes, 3),
        "times_the_throughput_in_processes": per_run and round(one_by_one / args.runs / per_run, 2),
        "mean_test_acc_apart": round(sum(apart) / len(apart), 4),
        "mean_test_acc_at_once": round(sum(packed) / len(packed), 4),
        "peak_memory_mb": read_peak_memory_mb(config.device),
        "load": os.getloadavg()[0],
    }


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--graph", type=Path, default=DEFAULT_GRAPH, help="an archive; the twin where it is absent")
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=8, help="how many are timed at once; 0 for none")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.alone is None:
        print(json.dumps(measure(args), indent=2))
    else:
        run_alone(args)


if __name__ == "__main__":
    main()
