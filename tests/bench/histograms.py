"""What histograms cost a run: `python -m tests.bench.histograms [--presets gcn,sage] [--rounds 3] [--device cpu]`.

Trains presets on the twin of WikiCS in one process, in turns without histograms and with those of the default. Prints
a Markdown table: milliseconds of the processor that an epoch takes without and with them (medians of the rounds' means,
so that every 10th epoch's share is in them), their ratio, and the share that was spent within their own code.
"""

import argparse
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median

from core.config.presets import load_preset
from core.config.train import TrainConfig, build_config
from core.graph.archive import GraphOrigin, build_graph
from core.graph.twin.build import build_twin_arrays
from core.runs.folder import RunFolder
from core.training.fit import train_run
from core.training.histograms import HistogramKeeper

EPOCHS = 62  # the first two warm up, and of the others six are kept
HOOKS = ("on_train_batch_end", "on_train_epoch_end")


class Stopwatch:
    """Sums up the seconds of the processor within some methods of a class while the block runs."""

    def __init__(self, owner, names):
        self.owner, self.kept, self.seconds = owner, {name: getattr(owner, name) for name in names}, 0.0

    def __enter__(self):
        for name, method in self.kept.items():
            setattr(self.owner, name, self._time(method))
        return self

    def _time(self, method):
        def timed(*args):
            began = time.process_time()
            method(*args)
            self.seconds += time.process_time() - began

        return timed

    def __exit__(self, *_):
        for name, method in self.kept.items():
            setattr(self.owner, name, method)


def measure(graph, values, every):
    """Seconds of the processor that an epoch takes, the first ones left out, and those within histograms."""
    ends = []
    config = build_config({**values, "epochs": EPOCHS, "patience": EPOCHS, "histogram_every": every})
    with tempfile.TemporaryDirectory() as folder, Stopwatch(HistogramKeeper, HOOKS) as watch:
        train_run(RunFolder(Path(folder)), config, graph, on_epoch=lambda _: ends.append(time.process_time()))
    return (ends[-1] - ends[1]) / (EPOCHS - 2), watch.seconds / EPOCHS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presets", default="gcn,sage,tuned-gat,best")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    graph = build_graph(build_twin_arrays(), GraphOrigin("twin", "twin", "Twin", ""))
    default = TrainConfig.model_fields["histogram_every"].default
    print("| preset | ms of an epoch | with histograms | ratio | within histograms |")
    print("|---|---:|---:|---:|---:|", flush=True)
    for preset in asked.presets.split(","):
        values = {**load_preset(preset).values, "race_epochs": 0, "device": asked.device}
        rounds = [[measure(graph, values, every) for every in (0, default)] for _ in range(asked.rounds)]
        without, kept = (median(each[place][0] for each in rounds) for place in (0, 1))
        own = median(each[1][1] / each[1][0] for each in rounds)
        times = f"{1000 * without:.1f} | {1000 * kept:.1f} | {kept / without:.3f}"
        print(f"| {preset} | {times} | {100 * own:.2f} % |", flush=True)


if __name__ == "__main__":
    main()
