"""How fast a benchmark trains as replicas, printed as JSON: `python -m tests.bench.replicas [--graph G.npz]`.

It times GCN 3×256 (dropout 0.5, layer normalisation, lr 0.001) on all splits: as replicas, to the end;
and one run after the other, a few epochs of it, with PyG's stock layers and with ours, both without
Lightning. It also compares the losses of both ways without dropout. It needs a GPU to mean anything.
It needs no Lightning, and PyG for the stock layers alone.
"""

import argparse
import json
import time
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F

from core.config.train import build_config
from core.graph.archive import GraphOrigin, build_graph, load_arrays
from core.graph.twin.build import build_twin_arrays
from core.models.build import build_model
from core.models.inputs import build_inputs
from core.models.ops.kernels import wait_for
from core.training.device import list_devices, read_device_name, read_peak_memory_mb
from core.training.replicas.memory import count_fitting, read_free_bytes
from core.training.replicas.speedups import Speedups, choose_speedups
from core.training.replicas.train import train_replicas

RECIPE = {"model": "gcn", "num_layers": 3, "norm": "layer", "dropout": 0.5, "lr": 0.001, "weight_decay": 0.0}
WARM_UP_EPOCHS = 3
DEFAULT_GRAPH = Path(__file__).parents[2].parent / "shared/graphs/amazon-computers-20.npz"


class StockGCN(torch.nn.Module):
    """The recipe with PyG's own layers, as PyG's examples write it."""

    def __init__(self, config, in_channels, out_channels):
        from torch_geometric.nn import GCNConv

        super().__init__()
        hidden = config.hidden_channels
        widths = [in_channels, *[hidden] * (config.num_layers - 1), out_channels]
        self.dropout = config.dropout
        self.convs = torch.nn.ModuleList(GCNConv(*pair) for pair in pairwise(widths))
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(hidden) for _ in widths[2:])

    def forward(self, x, edge_index):
        for conv, norm in zip(self.convs, self.norms, strict=False):
            x = F.dropout(norm(conv(x, edge_index)).relu(), self.dropout, self.training)
        return self.convs[-1](x, edge_index)


def run_single(model, inputs, graph, config, *, epochs, device):
    """Trains one run as a plain loop does; the training losses, and the seconds of an epoch after the first few."""
    y = torch.tensor(graph.y, device=device)
    names = ("train_masks", "stopping_masks", "val_masks")
    index = [torch.tensor(getattr(graph, name)[config.split], device=device).nonzero().flatten() for name in names]
    optimizer = torch.optim.Adam(model.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    losses = []
    for epoch in range(epochs):
        if epoch == min(WARM_UP_EPOCHS, epochs - 1):
            wait_for(torch.device(device))
            began_at, counted = time.perf_counter(), epochs - epoch
        model.train()
        optimizer.zero_grad()
        loss = F.cross_entropy(model(*inputs)[index[0]], y[index[0]])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        model.eval()
        with torch.no_grad():
            pred = model(*inputs).argmax(dim=1)
            for held in index[1:]:
                (pred[held] == y[held]).float().mean().item()
    wait_for(torch.device(device))
    return losses, (time.perf_counter() - began_at) / counted


def run_ours(config, graph, *, epochs, device):
    """One run with our layers."""
    torch.manual_seed(config.seed)
    model = build_model(config, in_channels=graph.x.shape[1], out_channels=graph.num_classes).to(device)
    inputs = build_inputs(config, graph).to(device)
    return run_single(model, (inputs.x, inputs.adj), graph, config, epochs=epochs, device=device)


def run_stock(config, graph, *, epochs, device):
    """One run with PyG's layers; None where PyG is not installed."""
    try:
        model = StockGCN(config, graph.x.shape[1], graph.num_classes).to(device)
    except ImportError:
        return None
    target, source = graph.undirected.nonzero()
    edge_index = torch.stack([torch.tensor(source), torch.tensor(target)]).long().to(device)
    x = torch.tensor(graph.x, device=device)
    return run_single(model, (x, edge_index), graph, config, epochs=epochs, device=device)[1]


def time_replicas(config, graph, pairs, speedups, replicas):
    """Seconds of the whole training, weights, recording and the last copy to the host included."""
    began_at = time.perf_counter()
    train_replicas(config, graph, pairs, speedups=speedups, replicas=replicas)
    return time.perf_counter() - began_at


def compare_losses(config, graph, pairs, *, epochs, device, replicas):
    """The largest difference of a training loss between both ways, without dropout, over the first runs."""
    plain = config.model_copy(update={"dropout": 0.0, "epochs": epochs, "patience": epochs})
    outcomes = train_replicas(plain, graph, pairs[:3], replicas=replicas)
    worst = 0.0
    for (split, seed), outcome in zip(pairs[:3], outcomes, strict=True):
        losses, _ = run_ours(
            plain.model_copy(update={"split": split, "seed": seed}), graph, epochs=epochs, device=device
        )
        worst = max(
            worst, *(abs(ours - alone) for ours, alone in zip(outcome.scores[:, 0].tolist(), losses, strict=True))
        )
    return worst


def measure(graph, splits, args):
    """Everything that is printed."""
    device = list_devices()[0]
    config = build_config(
        {**RECIPE, "hidden_channels": args.hidden, "epochs": args.epochs, "patience": args.epochs, "device": device}
    )
    pairs = [(split, 0) for split in splits]
    inputs = build_inputs(config, graph).to(device)
    replicas = args.replicas or min(len(pairs), count_fitting(config, graph, read_free_bytes(device)))
    began_at = time.perf_counter()
    chosen = choose_speedups(config, inputs, replicas)
    choosing = time.perf_counter() - began_at
    time_replicas(config.model_copy(update={"epochs": 2}), graph, pairs[:1], Speedups(), 1)  # libraries load
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    seconds = time_replicas(config, graph, pairs, chosen, replicas)
    peak = read_peak_memory_mb(device)
    short = config.model_copy(update={"epochs": args.probe, "patience": args.probe})
    ways = {"plain": Speedups(chosen.kernel)}
    if device == "cuda":
        ways["captured"] = Speedups(chosen.kernel, captured=True)
        ways["captured and compiled"] = Speedups(chosen.kernel, captured=True, compiled=True)
    single, stock = (run(config, graph, epochs=args.probe, device=device) for run in (run_ours, run_stock))
    whole = len(pairs) * args.epochs
    return {
        "graph": graph.name,
        "device": read_device_name(device),
        "torch": torch.__version__,
        "config": {name: getattr(config, name) for name in (*RECIPE, "hidden_channels", "epochs")},
        "runs": len(pairs),
        "replicas": replicas,
        "kernel": chosen.kernel,
        "seconds_choosing": choosing,
        "seconds_replicas": seconds,
        "seconds_ours_one_by_one": single[1] * whole,
        "seconds_stock_one_by_one": stock and stock * whole,
        "ratio_to_ours": single[1] * whole / seconds,
        "ratio_to_stock": stock and stock * whole / seconds,
        "peak_memory_mb": peak,
        "seconds_of_probes": {
            f"{name}, {args.probe} epochs": time_replicas(short, graph, pairs, way, replicas)
            for name, way in ways.items()
        },
        "loss_difference": compare_losses(config, graph, pairs, epochs=args.probe, device=device, replicas=replicas),
    }


def parse_splits(text):
    """`0-19` or `0,3` as numbers."""
    if "-" in text:
        first, last = text.split("-")
        return list(range(int(first), int(last) + 1))
    return [int(part) for part in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--graph", type=Path, default=DEFAULT_GRAPH, help="an archive; the twin where it is absent")
    parser.add_argument("--splits", type=parse_splits, default="0-19")
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--probe", type=int, default=20, help="epochs of what is not trained to the end")
    parser.add_argument("--replicas", type=int, help="how many at once; by default as many as fit")
    args = parser.parse_args()
    name = args.graph.stem if args.graph.exists() else "twin"
    arrays = load_arrays(args.graph) if args.graph.exists() else build_twin_arrays()
    graph = build_graph(arrays, GraphOrigin(name, "archive", name, "Measured here."))
    print(json.dumps(measure(graph, args.splits, args), indent=2))


if __name__ == "__main__":
    main()
