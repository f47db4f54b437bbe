"""How many threads serve a run best: `python -m tests.bench.threads`.

An epoch of some presets with one thread, with two and so on up to one a core; then the same run twice, one after
the other with all cores, and at once with half of them each. Trainers are started by the rule that this bears out:
the cores of the machine are shared out among the runs that may train at once.
"""

import argparse
import multiprocessing
import time
from functools import partial
from pathlib import Path
from statistics import median

import torch

from core.config.presets import load_preset
from core.config.train import build_config
from core.graph.archive import GraphOrigin, build_graph, load_arrays
from core.runs.environment import count_cpus, read_cpu_name
from tests.bench.epoch import GRAPHS, OurTraining
from tests.bench.machine import keep_memory

PRESETS = ("gcn", "sage", "gat", "appnp", "best")


def time_epochs(path, preset, threads, epochs, barrier=None):
    """Median seconds of an epoch of this preset, after two to warm up."""
    keep_memory()
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    graph = build_graph(load_arrays(path), GraphOrigin("bench", "archive", "Bench", ""))
    training = OurTraining(build_config({**load_preset(preset).values, "device": "cpu"}), graph)
    for _ in range(2):
        training.epoch()
    if barrier is not None:
        barrier.wait()
    times = []
    for _ in range(epochs):
        began = time.perf_counter()
        training.epoch()
        times.append(time.perf_counter() - began)
    return median(times)


def _report(seconds, *arguments, **keywords):
    seconds.put(time_epochs(*arguments, **keywords))


def time_processes(path, preset, threads, epochs, processes):
    """Mean over `processes` at once of their median seconds of an epoch, each with `threads`."""
    context = multiprocessing.get_context("spawn")
    seconds, barrier = context.Queue(), context.Barrier(processes)
    work = partial(_report, seconds, path, preset, threads, epochs, barrier=barrier)
    workers = [context.Process(target=work) for _ in range(processes)]
    for worker in workers:
        worker.start()
    mean = sum(seconds.get() for _ in workers) / processes
    for worker in workers:
        worker.join()
    return mean


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.threads", description=__doc__)
    parser.add_argument("--graph", type=Path, default=GRAPHS / "amazon-computers-20.npz", help="a graph archive")
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--epochs", type=int, default=9)
    arguments = parser.parse_args()
    cpus = count_cpus()
    if not arguments.graph.exists() or cpus < 2:
        print(f"skipped: it needs {arguments.graph} and two cores")
        return
    print(f"{arguments.graph.stem}; {read_cpu_name()}, {cpus} cores, torch {torch.__version__}; seconds an epoch")
    counts = [2**power for power in range(cpus.bit_length()) if 2**power < cpus] + [cpus]
    for preset in arguments.presets:
        work = (arguments.graph, preset)
        alone = {threads: time_processes(*work, threads, arguments.epochs, 1) for threads in counts}
        shared = time_processes(*work, cpus // 2, arguments.epochs, 2)
        table = ", ".join(f"{threads} threads {seconds:.3f}" for threads, seconds in alone.items())
        print(
            f"{preset:6} {table}; two runs at once, {cpus // 2} threads each: {shared:.3f}, "
            f"{2 * alone[cpus] / shared:.2f} times the epochs of one after the other",
            flush=True,
        )


if __name__ == "__main__":
    main()
