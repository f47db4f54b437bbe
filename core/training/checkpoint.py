"""`last.ckpt`: all that a run needs to go on as if it had never been interrupted."""

import io
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.errors import InvalidInputError, TrainingError
from core.models.tensors import load_tensors
from core.storage.local import PARTIAL_SUFFIX, write_atomically

OptimizerState = dict[str, object]


@dataclass
class Progress:
    """How far a run has come, and its best epoch so far: best stopping accuracy, ties by lower stopping loss."""

    epoch: int = 0  # epochs trained
    step: int = 0  # steps of the optimiser
    elapsed_seconds: float = 0.0  # training time, summed over resumes
    best_epoch: int = 0
    best_acc: float = -1.0
    best_loss: float = float("inf")
    best_weights: dict[str, Tensor] | None = None
    best_logits: Tensor | None = None  # [N, C] float32

    def beats_best(self, stopping_acc: float, stopping_loss: float) -> bool:
        return (stopping_acc, -stopping_loss) > (self.best_acc, -self.best_loss)

    def is_done(self, *, epochs: int, patience: int) -> bool:
        """Whether all epochs are trained, or the last `patience` of them brought nothing better."""
        return self.epoch >= epochs or (self.best_epoch > 0 and self.epoch - self.best_epoch >= patience)


@dataclass(frozen=True)
class Checkpoint:
    """One moment of a run, between two epochs."""

    progress: Progress
    weights: dict[str, Tensor]
    optimizer: OptimizerState
    rng_states: dict[str, Tensor]  # device to generator state
    refines: bool  # whether the run obeys its refinements, whatever its model


def read_rng_states(device: str) -> dict[str, Tensor]:
    """State of the random number generators that dropout draws from."""
    states = {"cpu": torch.get_rng_state()}
    if device == "cuda":
        states["cuda"] = torch.cuda.get_rng_state()
    if device == "mps":
        states["mps"] = torch.mps.get_rng_state()
    return states


def restore_rng_states(states: dict[str, Tensor], device: str) -> None:
    """Sets the generators back; a run that changes device begins its new device's generator afresh."""
    torch.set_rng_state(states["cpu"])
    if device == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"])
    if device == "mps" and "mps" in states:
        torch.mps.set_rng_state(states["mps"])


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Replaces the file whole: a kill at any moment leaves the old checkpoint or the new one."""
    progress = {field.name: getattr(checkpoint.progress, field.name) for field in fields(Progress)}
    content = {
        "progress": progress,
        "weights": checkpoint.weights,
        "optimizer": checkpoint.optimizer,
        "rng_states": checkpoint.rng_states,
        "refines": checkpoint.refines,
    }
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_atomically(path, buffer.getvalue())


def load_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint, on the CPU; None where a run was interrupted before its first.

    Older ones do not say how many steps there were, nor know refinements of other models than GCN.
    Raises TrainingError for a file that is not whole.
    """
    for partial in path.parent.glob(f"{path.name}.*{PARTIAL_SUFFIX}"):
        partial.unlink(missing_ok=True)  # a kill came while it was written
    if not path.exists():
        return None
    try:
        content = load_tensors(path.read_bytes())
        return Checkpoint(
            progress=Progress(**{"step": _count_steps(content["optimizer"])} | content["progress"]),
            weights=content["weights"],
            optimizer=content["optimizer"],
            rng_states=content["rng_states"],
            refines=content.get("refines", False),
        )
    except (InvalidInputError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{path.name} is damaged, so that the run cannot go on from it: delete {path} and resume the run, which "
            "then begins anew, or start another"
        ) from error


def _count_steps(optimizer: dict[str, Any]) -> int:
    """The steps that Adam has made, as it counts them itself."""
    return max((int(state["step"]) for state in optimizer["state"].values()), default=0)
