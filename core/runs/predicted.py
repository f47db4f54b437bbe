"""The arrays of a run's folder, read and judged: what it predicts, and what it predicted on the way."""

from collections.abc import Collection
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import DamagedFileError, FileNotStoredError
from core.runs import files
from core.runs.refusals import explain_damage
from core.storage.arrays import UNREADABLE, load_npz
from core.storage.base import Storage
from core.storage.streams import open_to_read

PREDICTION_KEYS: Final = ("logits",)
SNAPSHOT_KEYS: Final = ("epochs", "interval", "pred", "confidence")


def load_logits(storage: Storage, run_id: str) -> NDArray[np.float32] | None:
    """[N, C] logits of the best epoch; None where there is no file of them. Raises DamagedFileError."""
    arrays = _load(storage, run_id, files.PREDICTIONS, PREDICTION_KEYS)
    if arrays is None:
        return None
    logits = arrays.get("logits", np.empty(0))
    if logits.ndim != 2 or not logits.size or logits.dtype.kind != "f" or not np.isfinite(logits).all():
        raise DamagedFileError(explain_damage(run_id, files.PREDICTIONS))
    return logits.astype(np.float32, copy=False)


def load_snapshots(storage: Storage, run_id: str) -> dict[str, NDArray[Any]]:
    """The arrays of `snapshots.npz` by name; empty while there are none. Raises DamagedFileError."""
    return _load(storage, run_id, files.SNAPSHOTS, SNAPSHOT_KEYS) or {}


def _load(storage: Storage, run_id: str, file_name: str, keys: Collection[str]) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file that have these keys; None where there is no file. Raises DamagedFileError."""
    try:
        with open_to_read(storage, f"{files.RUNS}{run_id}/{file_name}") as file:
            return load_npz(file, keys)
    except FileNotStoredError:
        return None
    except UNREADABLE as error:
        raise DamagedFileError(explain_damage(run_id, file_name)) from error
