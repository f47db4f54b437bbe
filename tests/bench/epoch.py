"""Epochs of our models against PyG's stock layers, both in this process: `python -m tests.bench.epoch`.

An epoch is a training step and an evaluation of all articles. Logits and gradients are compared before
anything is timed. Times are medians of rounds in which the two sides take turns, first with glibc's allocator
as it comes, then told to keep memory, on both sides.
"""

import argparse
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch

from core.config.presets import load_preset
from core.config.train import build_config
from core.graph.archive import GraphOrigin, build_graph, load_arrays
from core.runs.environment import count_cpus, read_cpu_name
from core.training.module import NodeClassifier
from tests.bench.machine import keep_memory, measure_bandwidth, measure_matmul, measure_usage
from tests.bench.stock import StockModel, StockTraining

GRAPHS = Path(__file__).parents[3] / "shared" / "graphs"
SIZES = {"gcn": (3, 256), "sage": (3, 256), "gat": (2, 256)}
DROPOUT, LR = 0.5, 0.001
ALLOCATORS = ("default", "keeps memory")


class OurTraining:
    """An epoch of `core.training`, without Lightning's loop around it."""

    def __init__(self, config, graph):
        self.module = NodeClassifier(config, graph)
        self.model = self.module.model.base
        self.optimizer = self.module.configure_optimizers()

    def backward(self):
        self.module.train()
        self.optimizer.zero_grad()
        loss = self.module.training_step(0, 0)
        loss.backward()
        return loss.detach()

    def predict(self):
        self.module.eval()
        with torch.inference_mode():
            self.module.validation_step(0, 0)
        return self.module.logits

    def epoch(self):
        self.backward()
        self.optimizer.step()
        self.module.on_train_batch_end(None, 0, 0)
        return self.predict()


def time_best(graph, rounds):
    """Prints what an epoch of `best` takes with each of its architectures, beside one of tuned-gcn, by turns."""
    recipes = {"tuned-gcn": load_preset("tuned-gcn").values}
    best = {**load_preset("best").values, "race_epochs": 0}
    recipes |= {f"best as {model}": {**best, "model": model} for model in SIZES}
    sides = [OurTraining(build_config({**values, "device": "cpu"}), graph) for values in recipes.values()]
    tuned, *_ = times = time_rounds(sides, rounds)
    for name, seconds in zip(recipes, times, strict=True):
        print(f"{name:12} {seconds:.3f} s, {seconds / tuned:.2f} times tuned-gcn's", flush=True)


def build_sides(graph, model, *, dropout):
    """Both sides with the same weights."""
    num_layers, hidden_channels = SIZES[model]
    config = build_config(
        {
            "model": model,
            "num_layers": num_layers,
            "hidden_channels": hidden_channels,
            "heads": 1,
            "norm": "layer",
            "dropout": dropout,
            "lr": LR,
            "weight_decay": 0.0,
            "device": "cpu",
        }
    )
    ours = OurTraining(config, graph)
    stock = StockModel(
        model, graph.x.shape[1], hidden_channels, num_layers, graph.num_classes, dropout=ours.model.dropout.p
    )
    stock.load_state_dict(ours.model.state_dict())
    x, y, train_index = torch.tensor(graph.x), torch.tensor(graph.y), ours.module.train_index
    target, source = graph.undirected.nonzero()
    edge_index = torch.tensor(np.stack([source, target]), dtype=torch.int64)
    return ours, StockTraining(stock, x, edge_index, y, train_index, lr=LR)


def compare(ours, stock, epochs=2):
    """Largest differences of logits and of gradients over a few epochs without dropout.

    Every epoch begins with the same weights: Adam would blow up what rounding does to a tiny gradient.
    """
    logits, gradients = 0.0, 0.0
    for _ in range(epochs):
        stock.model.load_state_dict(ours.model.state_dict())
        ours.backward(), stock.backward()
        for name, parameter in ours.model.named_parameters():
            gradients = max(gradients, (parameter.grad - stock.model.get_parameter(name).grad).abs().max().item())
        ours.optimizer.step()
        stock.model.load_state_dict(ours.model.state_dict())
        logits = max(logits, (ours.predict() - stock.predict()).abs().max().item())
    return logits, gradients


def time_rounds(sides, rounds):
    """Median seconds of an epoch of each side, by turns, after one to warm up."""
    times = [[] for _ in sides]
    for turn in range(rounds + 1):
        for side, seconds in zip(sides, times, strict=True):
            began = time.perf_counter()
            side.epoch()
            if turn:
                seconds.append(time.perf_counter() - began)
    return [median(seconds) for seconds in times]


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.epoch", description=__doc__)
    parser.add_argument("--graph", type=Path, default=GRAPHS / "amazon-computers-20.npz", help="a graph archive")
    parser.add_argument("--models", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=count_cpus())
    arguments = parser.parse_args()
    if not arguments.graph.exists():
        print(f"skipped: there is no {arguments.graph}")
        return
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    graph = build_graph(load_arrays(arguments.graph), GraphOrigin("bench", "archive", "Bench", ""))
    num_messages, num_features = graph.undirected.nnz, graph.x.shape[1]
    print(f"{arguments.graph.stem}: {graph.num_nodes} articles, {num_messages} messages, {num_features} features")
    print(f"{read_cpu_name()}, {arguments.threads} threads, torch {torch.__version__}")
    for model in arguments.models:
        logits, gradients = compare(*build_sides(graph, model, dropout=0.0))
        verdict = "equal" if max(logits, gradients) < 1e-4 else "DIFFERENT"
        print(f"{model}: {verdict} to 1e-4; largest difference of logits {logits:.1e}, of gradients {gradients:.1e}")
    time_best(graph, arguments.rounds)
    pairs = {model: build_sides(graph, model, dropout=DROPOUT) for model in arguments.models}
    print("model     allocator       PyG s   ours s   ratio")
    for allocator in ALLOCATORS:
        if allocator != "default" and not keep_memory():
            print(f"skipped: {allocator} needs glibc")
            break
        for model, sides in pairs.items():
            ours, stock = time_rounds(sides, arguments.rounds)
            size = "×".join(map(str, SIZES[model]))
            print(f"{model + ' ' + size:9} {allocator:13} {stock:7.3f} {ours:8.3f} {stock / ours:7.1f}", flush=True)
    bandwidth, flops = measure_bandwidth(), measure_matmul()
    print(f"this machine: copy {bandwidth / 1e9:.1f} GB/s, dense product {flops / 1e9:.0f} GFLOP/s")
    for model, (ours, _) in pairs.items():
        usage = measure_usage(ours.epoch)
        bound = usage.dense_flops / flops + usage.sparse_bytes / bandwidth
        print(
            f"{model}: {usage.dense_seconds / usage.seconds:.0%} of our epoch in dense products "
            f"({usage.dense_flops / 1e9:.1f} GFLOP, {usage.dense_flops / usage.dense_seconds / 1e9:.0f} GFLOP/s), "
            f"{usage.sparse_seconds / usage.seconds:.0%} in sparse ones "
            f"({usage.sparse_bytes / 1e9:.2f} GB, {usage.sparse_bytes / usage.sparse_seconds / 1e9:.1f} GB/s); "
            f"bound {bound:.3f} s, {bound / usage.seconds:.0%} of it reached"
        )


if __name__ == "__main__":
    main()
