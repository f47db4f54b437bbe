"""`last.ckpt`, and the one before it: all that a run needs to go on as if it had never been interrupted."""

import errno
import io
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.errors import DamagedFileError, InvalidInputError, UnavailableError
from core.models.tensors import load_tensors
from core.runs import files
from core.storage.local import disk_errors, name_partial, write_atomically
from core.training.module import NodeClassifier

OptimizerState = dict[str, object]


@dataclass
class Progress:
    """How far a run has come, and its best epoch so far: best stopping accuracy, ties by lower stopping loss."""

    epoch: int = 0  # epochs trained
    step: int = 0  # steps of the optimiser
    elapsed_seconds: float = 0.0  # training time, summed over resumes
    energy_wh: float | None = None  # that a GPU has drawn, summed alike
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


def restore_optimizer(optimizer: torch.optim.Optimizer, checkpoint: Checkpoint, module: NodeClassifier) -> None:
    """Takes up its steps; how fast it learns is the module's, which a fork may have changed."""
    optimizer.load_state_dict(checkpoint.optimizer)
    for group in optimizer.param_groups:
        group |= {"lr": module.lr, "weight_decay": module.weight_decay}


def restore_rng_states(states: dict[str, Tensor], device: str) -> None:
    """Sets the generators back; a run that changes device begins its new device's generator afresh."""
    torch.set_rng_state(states["cpu"])
    if device == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"])
    if device == "mps" and "mps" in states:
        torch.mps.set_rng_state(states["mps"])


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Replaces the file whole: a kill at any moment leaves the old checkpoint or the new one, and a power cut too.

    The one that it replaces is kept as `previous.ckpt`.
    """
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
    if path.exists():
        _keep(path, path.with_name(files.PREVIOUS_CHECKPOINT))
    write_atomically(path, buffer.getvalue())


def _keep(path: Path, kept: Path) -> None:
    """Has the file under another name too, at no cost; there is one of its own name at every moment where links are."""
    partial = name_partial(kept)
    with disk_errors(kept):
        try:
            partial.hardlink_to(path)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
                raise
            path.replace(partial)  # a file system without links
        try:
            partial.replace(kept)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)  # also there where both are one file, and nothing is renamed


def load_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint, on the CPU; None where there is none.

    Older ones do not say how many steps there were, nor know refinements of other models than GCN.
    Raises DamagedFileError for a file that is not whole, UnavailableError for one that must not be read.
    """
    try:
        return _build(load_tensors(path.read_bytes()))
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise UnavailableError(
            f"{path.name} cannot be read: give this user the right to, then resume the run"
        ) from error
    except (InvalidInputError, OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise DamagedFileError(f"{path.name} is damaged") from error


def _build(content: dict[str, Any]) -> Checkpoint:
    """A checkpoint out of what was saved. Raises what comes of reading anything else as one."""
    progress = Progress(**{"step": _count_steps(content["optimizer"])} | content["progress"])
    weights, rng_states, refines = content["weights"], content["rng_states"], content.get("refines", False)
    tensors = [*weights.values(), *rng_states.values(), *(progress.best_weights or {}).values(), progress.best_logits]
    if not all(isinstance(tensor, Tensor) for tensor in tensors) or not isinstance(refines, bool):
        raise TypeError("expected tensors under names")
    if not (isinstance(progress.epoch, int) and 0 < progress.best_epoch <= progress.epoch):
        raise ValueError("expected a best epoch among those that were trained")
    return Checkpoint(progress, weights, content["optimizer"], rng_states, refines)


def check_fits(checkpoint: Checkpoint, module: NodeClassifier, optimizer: torch.optim.Optimizer) -> None:
    """Raises ValueError unless weights, steps and generators are of this module, which takes up the weights."""
    try:
        module.load_state_dict(checkpoint.weights)
        optimizer.load_state_dict(checkpoint.optimizer)
    except (RuntimeError, LookupError, TypeError, AttributeError) as error:
        raise ValueError("expected the weights and steps of this model") from error
    for parameter, state in optimizer.state.items():
        if any(name.startswith("exp_avg") and value.shape != parameter.shape for name, value in state.items()):
            raise ValueError("expected steps of these weights")
    if checkpoint.progress.best_logits is None or len(checkpoint.progress.best_logits) != len(module.y):
        raise ValueError("expected logits of these articles")
    saved, ours = checkpoint.rng_states.get("cpu"), torch.get_rng_state()
    if saved is None or (saved.dtype, saved.shape) != (ours.dtype, ours.shape):
        raise ValueError("expected the state of a generator")


def _count_steps(optimizer: dict[str, Any]) -> int:
    """The steps that Adam has made, as it counts them itself."""
    return max((int(state["step"]) for state in optimizer["state"].values()), default=0)
