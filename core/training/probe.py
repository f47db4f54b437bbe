"""`python -m core.training.probe STORAGE GRAPH DIGEST PRESET`: trains two epochs, prints the seconds of the second."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from core.importing import importing_much
from core.runs.folder import RunFolder
from core.storage.opening import open_storage

if TYPE_CHECKING:
    from core.config.train import TrainConfig
    from core.graph.graph import Graph

NICENESS: Final = 10  # a visitor's own clicks and runs come first


def measure_epoch(graph: "Graph", config: "TrainConfig") -> float:
    """Seconds of the second of two epochs; the first warms up."""
    from core.training.fit import train_run

    ends: list[float] = []
    with TemporaryDirectory() as folder:
        train_run(RunFolder(Path(folder)), config, graph, on_epoch=lambda _: ends.append(time.perf_counter()))
    return ends[-1] - ends[-2]


def main(argv: Sequence[str]) -> int:
    """Prints the seconds of an epoch."""
    address, graph_id, digest, preset = argv
    os.nice(NICENESS)
    with importing_much():  # most of what this process does
        from core.config.presets import load_preset
        from core.config.train import build_config
        from core.training.stored import load_graph

    config = build_config({**load_preset(preset).values, "epochs": 2, "race_epochs": 0, "graph": graph_id})
    print(measure_epoch(load_graph(open_storage(address), graph_id, digest), config))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
