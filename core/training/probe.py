"""`python -m core.training.probe HOME GRAPH PRESET`: trains two epochs and prints the seconds of the second."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from core.config.presets import load_preset
from core.config.train import TrainConfig, build_config
from core.graph.library import GraphLibrary
from core.runs.folder import RunFolder
from core.training.fit import train_run

NICENESS: Final = 10  # a visitor's own clicks and runs come first


def measure_epoch(home: Path, graph_id: str, config: TrainConfig) -> float:
    """Seconds of the second of two epochs; the first warms up."""
    graph = GraphLibrary(home / "graphs").load(graph_id)
    ends: list[float] = []
    with TemporaryDirectory() as folder:
        train_run(RunFolder(Path(folder)), config, graph, on_epoch=lambda _: ends.append(time.perf_counter()))
    return ends[-1] - ends[-2]


def main(argv: Sequence[str]) -> int:
    """Prints the seconds of an epoch."""
    home, graph_id, preset = argv
    os.nice(NICENESS)
    config = build_config({**load_preset(preset).values, "epochs": 2, "graph": graph_id})
    print(measure_epoch(Path(home), graph_id, config))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
