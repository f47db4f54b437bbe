"""What a stored job needs to be trained: its config, and the graph that it was submitted for."""

import torch

from core.config.train import TrainConfig, build_config
from core.errors import FileNotStoredError, GraphNotFoundError, TrainingError
from core.graph.archive import Arrays, GraphOrigin, build_graph, compute_digest, load_arrays
from core.graph.graph import Graph
from core.graph.library import ARCHIVE
from core.graph.manifests import GRAPHS
from core.graph.twin import build as twin
from core.graph.twin.versions import is_older_twin, name_twin
from core.runs import files
from core.runs.environment import read_cpu_name
from core.runs.folder import RunFolder
from core.runs.turn import Turn
from core.storage.base import Storage
from core.storage.names import HOME
from core.storage.streams import open_to_read
from core.training.fit import train_run
from core.training.fork import begin_fork


def prepare_run(folder: RunFolder, storage: Storage) -> Turn:
    """The one turn of the stored run, which goes on from a checkpoint where it has one.

    Raises ConfigError, and what `load_graph` raises.
    """
    config = build_config(folder.read_json(files.CONFIG))
    graph = load_graph(storage, config.graph, folder.read_json(files.ENVIRONMENT).get("graph_digest", ""))
    begin_fork(folder)
    _note_device(folder, config)
    return lambda note: train_run(
        folder, config, graph, resume=True, on_epoch=note, on_race=lambda message: note(0, message)
    )


def load_graph(storage: Storage, graph_id: str, digest: str) -> Graph:
    """The stored graph of this digest; an older twin is made where it is not stored.

    Raises GraphNotFoundError, ArchiveError, TrainingError when it has changed.
    """
    graph_id = name_twin(graph_id, digest)
    arrays = twin.build_older_twin(graph_id) if is_older_twin(graph_id) else _load_stored_arrays(storage, graph_id)
    found = compute_digest(arrays)
    if found != digest:
        raise TrainingError(
            f"graph {graph_id!r} has changed since this was submitted (digest {found[:12]}, expected {digest[:12]}): "
            "restore it and resume, or start anew"
        )
    return build_graph(arrays, GraphOrigin(graph_id, "archive", graph_id, ""), found)


def _load_stored_arrays(storage: Storage, graph_id: str) -> Arrays:
    try:
        with open_to_read(storage, f"{GRAPHS}{graph_id}/{ARCHIVE}") as file:
            return load_arrays(file, f"graph {graph_id!r}")
    except FileNotStoredError as error:
        raise GraphNotFoundError(
            f"graph {graph_id!r} is not in graphs of {HOME} any more: fetch it (wikics graph), then resume"
        ) from error


def _note_device(folder: RunFolder, config: TrainConfig) -> None:
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
