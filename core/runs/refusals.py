"""Why something cannot be had of a run, and the way on."""

from collections.abc import Mapping
from typing import Final

from core.errors import ConflictError
from core.runs.record import RunRecord
from core.runs.state import ACTIVE, StateName
from core.runs.versions import describe_standing

_HOW_IT_ENDED: Final[Mapping[StateName, str]] = {
    "failed": "failed",
    "crashed": "crashed",
    "stopped": "was stopped",
    "finished": "has lost its predictions.npz",
}


def explain_damage(run_id: str, file_name: str) -> str:
    """Of a file that cannot be read."""
    return (
        f"{file_name} of run {run_id} is damaged: resume the run, which writes it anew, or choose another run, and "
        f"delete this one (wikics runs delete {run_id})"
    )


def refuse_active(run_id: str, state: StateName) -> None:
    """Raises ConflictError for a run that cannot be deleted yet."""
    if state in ACTIVE:
        raise ConflictError(f"run {run_id} is {state}: stop it before deleting it (wikics runs stop {run_id})")


def refuse_kept(record: RunRecord) -> None:
    """Raises ConflictError for a run that bears an alias: deleted or trained further, it is that model no more."""
    if record.aliases:
        raise ConflictError(
            f"run {record.id} is {describe_standing(record.version, record.aliases)}, and is kept as it is: put "
            "another there (wikics models promote) or take the alias away (wikics models withdraw), then try again"
        )


def explain_no_predictions(record: RunRecord) -> str:
    """Why there are none, and the way on."""
    run_id = record.id
    if record.imported:
        return f"run {run_id} was trained elsewhere, and nothing of it predicts here: choose a run of your own"
    if record.state in ACTIVE:
        return f"run {run_id} has no predictions yet: wait until it has finished, or stop it"
    why = record.message.strip().rstrip(".")
    ended = f"run {run_id} {_HOW_IT_ENDED[record.state]}" + (f" ({why})" if why else "")
    return f"{ended}, so that it has no predictions: resume it (wikics runs resume {run_id}), or choose another run"
