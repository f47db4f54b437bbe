"""What a stored run needs to be trained: its config, and the graph that it was submitted for."""

from dataclasses import dataclass
from pathlib import Path

import torch

from core.config.train import TrainConfig, build_config
from core.errors import GraphNotFoundError, TrainingError
from core.graph.archive import GraphOrigin, build_graph, compute_digest, load_arrays
from core.graph.graph import Graph
from core.graph.library import ARCHIVE
from core.runs import files
from core.runs.environment import read_cpu_name
from core.runs.folder import RunFolder


@dataclass(frozen=True)
class Job:
    """A run's config and graph."""

    config: TrainConfig
    graph: Graph


def load_job(folder: RunFolder, home: Path) -> Job:
    """Raises ConfigError, GraphNotFoundError, or TrainingError when the graph is no longer the one of the submit."""
    config = build_config(folder.read_json(files.CONFIG))
    expected = folder.read_json(files.ENVIRONMENT).get("graph_digest", "")
    path = home / "graphs" / config.graph / ARCHIVE
    if not path.exists():
        raise GraphNotFoundError(
            f"graph {config.graph!r} is not in {home / 'graphs'} any more: fetch it (wikics graph), then resume the run"
        )
    arrays = load_arrays(path)
    digest = compute_digest(arrays)
    if digest != expected:
        raise TrainingError(
            f"graph {config.graph!r} has changed since the run was submitted (digest {digest[:12]}, "
            f"expected {expected[:12]}): restore it and resume the run, or start a new one"
        )
    return Job(config, build_graph(arrays, GraphOrigin(config.graph, "archive", config.graph, ""), digest))


def note_device(folder: RunFolder, config: TrainConfig) -> None:
    """Adds to `environment.json` what only the training process knows: device, CUDA, threads."""
    environment = folder.read_json(files.ENVIRONMENT)
    if config.device != "cpu" and torch.cuda.is_available():
        device = torch.cuda.get_device_name(0)
    elif config.device != "cpu" and torch.backends.mps.is_available():
        device = "Apple GPU (MPS)"
    else:
        device = read_cpu_name()
    environment |= {"device": device, "cuda": torch.version.cuda, "num_threads": torch.get_num_threads()}
    folder.write_json(files.ENVIRONMENT, environment)
