"""How a fork begins: its parent's checkpoint, taken back to the epoch at which it was forked."""

from dataclasses import replace
from typing import Any

from torch import Tensor

from core.errors import DamagedFileError
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import read_rows
from core.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint


def begin_fork(folder: RunFolder) -> None:
    """Writes a fork's first checkpoint, where it has none of its own. Raises DamagedFileError."""
    if not folder.read_json(files.ENVIRONMENT).get("fork"):
        return
    if any((folder / name).exists() for name in (files.LAST_CHECKPOINT, files.PREVIOUS_CHECKPOINT)):
        return
    checkpoint = load_checkpoint(folder / files.FORK_CHECKPOINT)
    if checkpoint is None:
        raise DamagedFileError(f"{files.FORK_CHECKPOINT} is missing: fork the run again")
    rows = read_rows((folder / files.METRICS).read_bytes())
    save_checkpoint(folder / files.LAST_CHECKPOINT, take_back(checkpoint, rows))


def take_back(checkpoint: Checkpoint, rows: list[dict[str, float | None]]) -> Checkpoint:
    """A run's checkpoint as of the last of these rows: its last epoch, as it is, or its best.

    Of the best epoch there are weights alone: the optimiser begins anew.
    """
    progress = checkpoint.progress
    if len(rows) == progress.epoch:
        return checkpoint
    if len(rows) != progress.best_epoch or progress.best_weights is None:
        raise DamagedFileError(
            f"{files.FORK_CHECKPOINT} has the weights of epochs {progress.best_epoch} and {progress.epoch}, not of "
            f"{len(rows)}: fork the run again"
        )
    last = rows[-1]
    return replace(
        checkpoint,
        progress=replace(
            progress,
            epoch=len(rows),
            step=int(last["step"] or 0),
            elapsed_seconds=last["elapsed_seconds"] or 0.0,
            energy_wh=last["energy_wh"],
        ),
        weights=_find_best_weights(checkpoint.weights, progress.best_weights),
        optimizer=_begin_anew(checkpoint.optimizer),
    )


def _find_best_weights(weights: dict[str, Tensor], best: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those of the best epoch under all their names: where a mean of the weights was evaluated, it is what is known."""
    named = {name: name.removeprefix("average.") for name in weights}
    return {name: best.get(named[name], value).clone() for name, value in weights.items()}


def _begin_anew(optimizer: dict[str, Any]) -> dict[str, object]:
    return {**optimizer, "state": {}}
