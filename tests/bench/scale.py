"""Where full-batch training stops: `python -m tests.bench.scale [--sizes 10000,100000,1000000] [--limit-gb 14]`.

Makes a graph of each size, with heavy-tailed degrees and about 37 neighbours an article as WikiCS has, and
trains a few epochs on all of it and on random parts of it. Every case is a process of its own, so that its
peak memory is its own. Prints a Markdown table: seconds of an epoch (its steps, and the evaluation of all
articles), the peak memory once the graph is there, and where a case stopped for want of memory.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

NEIGHBOURS = 37  # of an article of WikiCS, on average
NUM_FEATURES, NUM_CLASSES = 300, 10
PART = 10_000  # articles
FEWEST_PARTS = 4
PROJECT = Path(__file__).parents[2]


def build_scale_graph(num_nodes, seed=0):
    """A graph of WikiCS's shape: 5 % of the articles train, 22 % stop early, 22 % validate, 50 % test."""
    import numpy as np

    from core.graph.graph import Graph

    rng = np.random.default_rng(seed)
    ends = np.cumsum(1.0 + rng.pareto(2.0, num_nodes))  # an article's share of all link ends
    num_links = num_nodes * NEIGHBOURS // 2
    edge_index = np.searchsorted(ends, rng.random((2, num_links)) * ends[-1])
    y = rng.integers(0, NUM_CLASSES, num_nodes)
    x = rng.standard_normal((num_nodes, NUM_FEATURES), dtype=np.float32)
    x[np.arange(num_nodes), y] += 3.0
    role = rng.random(num_nodes)
    return Graph(
        id=f"scale-{num_nodes}",
        kind="archive",
        name="Scale",
        source="Made for a benchmark.",
        notices=(),
        digest="",
        x=x,
        edge_index=edge_index,
        y=y,
        train_masks=(role < 0.05)[None],
        stopping_masks=((role >= 0.05) & (role < 0.275))[None],
        val_masks=((role >= 0.275) & (role < 0.5))[None],
        test_mask=role >= 0.5,
        class_names=tuple(f"category {index}" for index in range(NUM_CLASSES)),
        titles=("",) * num_nodes,
    )


def read_peak_gb():
    """The most memory that this process has held, in GB (10^9 bytes)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e9


def forget_peak():
    """From here on the peak is that of what follows (Linux: proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def run_case(num_nodes, partitions, *, model, epochs):
    """Trains one case in this process; what came of it."""
    import torch

    from core.config.train import build_config
    from core.training.loop import build_classifier, build_loader
    from core.training.module import OneStep

    case = {"num_nodes": num_nodes, "partitions": partitions, "steps_seconds": [], "evaluation_seconds": []}
    phase = "making the graph"
    try:
        graph = build_scale_graph(num_nodes)
        case["neighbours"] = float(graph.degree.mean())
        forget_peak()
        phase = "making the model's inputs"
        config = build_config({"model": model, "device": "cpu", "partitions": partitions})
        torch.manual_seed(config.seed)
        module = build_classifier(config, graph)
        optimizer = module.configure_optimizers()
        for epoch in range(epochs):
            loader = build_loader(config, graph, epoch=lambda at=epoch: at)
            phase, began = "a training step", time.perf_counter()
            module.train()
            module.on_train_epoch_start()
            for batch in loader:
                optimizer.zero_grad()
                module.training_step(batch, 0).backward()
                optimizer.step()
            phase, stepped = "the evaluation", time.perf_counter()
            module.eval()
            with torch.inference_mode():
                for batch in OneStep():
                    module.validation_step(batch, 0)
                case["stopping_acc"] = module.score(module.stopping_index).acc
            case["steps_seconds"].append(stepped - began)
            case["evaluation_seconds"].append(time.perf_counter() - stepped)
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and "memory" not in str(error).lower():
            raise
        case["stopped"] = f"out of memory in {phase}"
    return case | {"peak_gb": read_peak_gb()}


def start_case(num_nodes, partitions, *, model, epochs, limit_gb):
    """Runs one case in a process of its own, with the allocator set as trainers have it."""
    from core.backends.local.backend import KEEP_MEMORY

    command = [sys.executable, "-m", "tests.bench.scale", "--case", f"{num_nodes}:{partitions}"]
    command += ["--model", model, "--epochs", str(epochs), "--limit-gb", str(limit_gb)]
    answer = subprocess.run(
        command, cwd=PROJECT, env=KEEP_MEMORY | os.environ, stdout=subprocess.PIPE, text=True, check=False
    )
    if answer.returncode == 0:
        return json.loads(answer.stdout)
    stopped = "killed, as the system does when memory is gone" if answer.returncode == -9 else "failed"
    return {"num_nodes": num_nodes, "partitions": partitions, "stopped": stopped}


def format_row(case):
    """One line of the table."""
    # The first epoch makes what the others keep, and warms up.
    steps, evaluation = (
        f"{median(values[1:] or values):.2f}" if values else "-"
        for values in (case.get("steps_seconds"), case.get("evaluation_seconds"))
    )
    kind = "full-batch" if case["partitions"] == 1 else f"{case['partitions']} parts"
    peak = f"{case['peak_gb']:.2f}" if "peak_gb" in case else "-"
    end = case.get("stopped", "ran")
    return f"| {case['num_nodes']:,} | {kind} | {steps} | {evaluation} | {peak} | {end} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000", help="numbers of articles")
    parser.add_argument("--model", default="gcn", help="architecture, at its default size: 2 layers of 256")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--limit-gb", type=float, default=0.0, help="the most address space of a case (0: no limit)")
    parser.add_argument("--case", help=argparse.SUPPRESS)  # articles:parts, run in this process
    arguments = parser.parse_args()
    if arguments.case:
        if arguments.limit_gb:
            limit = int(arguments.limit_gb * 1e9)
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        num_nodes, partitions = map(int, arguments.case.split(":"))
        print(json.dumps(run_case(num_nodes, partitions, model=arguments.model, epochs=arguments.epochs)))
        return
    print("| articles | trained on | steps s | evaluation s | peak GB | end |")
    print("|---:|---|---:|---:|---:|---|", flush=True)
    for num_nodes in map(int, arguments.sizes.split(",")):
        for partitions in (1, max(FEWEST_PARTS, num_nodes // PART)):
            case = start_case(
                num_nodes, partitions, model=arguments.model, epochs=arguments.epochs, limit_gb=arguments.limit_gb
            )
            print(format_row(case), flush=True)


if __name__ == "__main__":
    main()
