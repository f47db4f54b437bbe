"""A run's trained model on its graph. The one module of this room that loads torch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from torch import Tensor

from core.config.race import settle_race
from core.config.train import TrainConfig, build_config
from core.errors import (
    ConfigError,
    ConflictError,
    DamagedFileError,
    FileNotStoredError,
    InvalidInputError,
    UnavailableError,
)
from core.graph.graph import Graph
from core.models.build import build_refined
from core.models.inputs import ModelInputs, build_inputs
from core.models.refine.refined import Refined
from core.models.tensors import load_tensors
from core.runs import files
from core.runs.report import find_winner, read_report
from core.storage.documents import parse_json

ReadFile = Callable[[str], bytes]
MODEL_PREFIX: Final = "model."  # of its weights' names in best.pt


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """`module`, evaluating with the weights and refinements of its run's best epoch, and what it is called with.

    No weight asks for a gradient; `module(inputs)` is differentiable in whatever of the inputs does.
    """

    config: TrainConfig
    graph: Graph
    module: Refined
    inputs: ModelInputs

    def logits(self, mask: Tensor | None = None) -> Tensor:
        """[N, C] float32, those of the run's `predictions.npz` up to rounding.

        mask: [L], what every message over a link counts; see `ModelInputs.masked`. It may require a gradient.
        """
        logits: Tensor = self.module(self.inputs if mask is None else self.inputs.masked(mask))
        return logits.float()


def load_model(run_id: str, read: ReadFile, graph: Graph) -> LoadedModel:
    """The model of a run that has ended, on the graph that it was trained on.

    read: gives one of the run's files by name; FileNotStoredError or FileNotFoundError where it is missing.
    Raises ConflictError for a run without a trained model or trained on another graph, UnavailableError for a damaged
    file, ConfigError.
    """
    config = _settle(_load_config(run_id, read), run_id, read)
    weights = _load_weights(run_id, read)
    module = build_refined(config, in_channels=graph.x.shape[1], out_channels=graph.num_classes)
    try:
        module.load_state_dict(weights)
    except (RuntimeError, AttributeError) as error:  # other names or shapes, or no tensors
        raise ConflictError(
            f"{files.BEST_WEIGHTS} of run {run_id} does not fit its {files.CONFIG} on graph {graph.id}: "
            f"choose graph {config.graph}, on which it was trained, or train again"
        ) from error
    module.requires_grad_(requires_grad=False).eval()
    return LoadedModel(config, graph, module, build_inputs(config, graph))


def _load_config(run_id: str, read: ReadFile) -> TrainConfig:
    content = _read(run_id, read, files.CONFIG)
    try:
        return build_config(parse_json(content, files.CONFIG))
    except DamagedFileError as error:
        raise DamagedFileError(f"{files.CONFIG} of run {run_id} is damaged: restore it, or train again") from error


def _settle(config: TrainConfig, run_id: str, read: ReadFile) -> TrainConfig:
    """The config of the architecture that won the run's race, if there was one."""
    if not config.race_epochs:
        return config
    try:
        race = read_report(parse_json(_read(run_id, read, files.REPORT), files.REPORT)).race
        return settle_race(config, find_winner(race))
    except (DamagedFileError, ConfigError) as error:
        raise DamagedFileError(
            f"{files.REPORT} of run {run_id} does not say which architecture won its race: restore it, or train again"
        ) from error


def _load_weights(run_id: str, read: ReadFile) -> dict[str, Tensor]:
    content = _read(run_id, read, files.BEST_WEIGHTS)
    try:
        weights = load_tensors(content)
    except InvalidInputError as error:
        raise UnavailableError(
            f"{files.BEST_WEIGHTS} of run {run_id} is damaged: restore it, or train again (a run that ended early "
            f"writes it anew when it is resumed)"
        ) from error
    return {str(name).removeprefix(MODEL_PREFIX): value for name, value in weights.items()}


def _read(run_id: str, read: ReadFile, name: str) -> bytes:
    try:
        return read(name)
    except (FileNotStoredError, FileNotFoundError) as error:
        raise ConflictError(f"run {run_id} has no {name} yet: wait until it has ended, or stop it") from error
