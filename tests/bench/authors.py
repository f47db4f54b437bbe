"""Curves on the twin beside those of WikiCS's authors: `python -m tests.bench.authors --splits 0-4`.

The authors logged every epoch of 100 runs of MLP, GCN and GAT each on the real WikiCS (../shared/wikics/authors-runs,
TensorBoard's event files). The twin is trained by their published settings, one seed a split.
"""

import argparse
import struct
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from core.config.train import build_config
from core.graph.archive import build_graph
from core.graph.twin.build import build_twin_arrays, describe_twin
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import read_rows
from core.training.fit import train_run

RUNS = Path(__file__).parents[3] / "shared" / "wikics" / "authors-runs"
COMMON = {"num_layers": 2, "norm": "none", "epochs": 1000, "patience": 100, "device": "cpu"}
SETTINGS = {
    "mlp": {"hidden_channels": 35, "dropout": 0.35, "lr": 0.003},
    "gcn": {"hidden_channels": 33, "dropout": 0.25, "lr": 0.02},
    "gat": {"hidden_channels": 70, "heads": 5, "dropout": 0.5, "attention_dropout": 0.5, "lr": 0.007},
}
COLUMNS = ("train_acc", "stopping_acc", "val_acc", "train_loss", "stopping_loss", "val_loss")
EPOCHS = (1, 5, 10, 20, 50, 100, 150, 200)


def list_records(content: bytes) -> Iterator[bytes]:
    """The records of an event file: each its length in 8 bytes, a checksum of 4, itself, a checksum of 4."""
    place = 0
    while place + 12 <= len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        yield content[place + 12 : place + 12 + length]
        place += 16 + length


def read_varint(message: bytes, place: int) -> tuple[int, int]:
    """A number of protobuf's, 7 bits a byte, and the place after it."""
    value = shift = 0
    while True:
        byte = message[place]
        place, value, shift = place + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, place


def list_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The number and the value of every field of a protobuf message."""
    place = 0
    while place < len(message):
        key, place = read_varint(message, place)
        if key & 7 == 0:
            value, place = read_varint(message, place)
            yield key >> 3, value
            continue
        length, place = {1: (8, place), 5: (4, place)}.get(key & 7) or read_varint(message, place)
        yield key >> 3, message[place : place + length]
        place += length


def read_events(content: bytes) -> dict[str, dict[int, float]]:
    """What an event file says of each tag, by epoch counted from 1."""
    found: dict[str, dict[int, float]] = {}
    for record in list_records(content):
        event = dict(list_fields(record))
        for _, value in list_fields(event.get(5, b"")):  # a summary, of values
            parts = dict(list_fields(value))
            if 1 in parts and 2 in parts:  # a tag and a simple value
                found.setdefault(parts[1].decode(), {})[event.get(2, 0) + 1] = struct.unpack("<f", parts[2])[0]
    return found


def list_authors(model: str) -> Iterator[np.ndarray]:
    """[epochs, 6] the columns of each of the authors' runs."""
    names = [f"{kind}/{part}" for kind in ("accuracy", "loss") for part in ("train", "stopping", "val")]
    with tarfile.open(RUNS / f"{model}_optimized.tar.xz") as archive:
        for member in archive:
            if "tfevents" in member.name:
                events = read_events(archive.extractfile(member).read())
                yield np.array([[events[name][epoch] for name in names] for epoch in sorted(events[names[0]])])


def list_ours(model: str, splits: range) -> Iterator[np.ndarray]:
    """[epochs, 6] the same of a run on the twin for each split."""
    graph = build_graph(build_twin_arrays(), describe_twin())
    for split in splits:
        with tempfile.TemporaryDirectory() as folder:
            run = RunFolder(Path(folder))
            config = build_config({**COMMON, **SETTINGS[model], "model": model, "split": split})
            train_run(run, config, graph)
            rows = read_rows((run / files.METRICS).read_bytes())
        yield np.array([[row[name] for name in COLUMNS] for row in rows])


def print_table(title: str, curves: list[np.ndarray]) -> None:
    """Means over the runs that came so far, at some epochs and at each run's best one."""
    best = [max(range(len(curve)), key=lambda row: (curve[row, 1], -curve[row, 4])) for curve in curves]
    print(f"{title}: {len(curves)} runs, best epoch {np.mean(best) + 1:.0f} of {np.mean([*map(len, curves)]):.0f}")
    at = [curve[row] for curve, row in zip(curves, best, strict=True)]
    rows = [(str(epoch), [curve[epoch - 1] for curve in curves if len(curve) >= epoch]) for epoch in EPOCHS]
    for name, values in [*rows, ("best", at)]:
        if len(values) >= len(curves) / 2:
            means = np.mean(values, axis=0)
            shown = [*(f"{100 * value:.1f}" for value in means[:3]), *(f"{value:.2f}" for value in means[3:])]
            print(f"| {name} | {' | '.join(shown)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=SETTINGS, default=[*SETTINGS])
    parser.add_argument("--splits", default="0-4")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    first, _, last = arguments.splits.partition("-")
    print(f"| epoch | {' | '.join(COLUMNS)} |")
    for model in arguments.models:
        print_table(f"{model}, WikiCS", list(list_authors(model)))
        print_table(f"{model}, twin", list(list_ours(model, range(int(first), int(last or first) + 1))))


if __name__ == "__main__":
    main()
