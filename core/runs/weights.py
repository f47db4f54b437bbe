"""A run's weights as plain arrays, without torch: whether they are whole, and what they are told by."""

from dataclasses import dataclass

import numpy as np

from core.errors import ArchiveError, DamagedFileError
from core.graph.archive import compute_digest
from core.graph.formats.given import Given
from core.graph.formats.torch import load_saved
from core.runs import files


@dataclass(frozen=True)
class Weights:
    """What is to be known of the weights in a `best.pt`. The same numbers under the same names have one digest."""

    digest: str  # sha256, hexadecimal
    num_numbers: int
    num_not_finite: int


def read_weights(run_id: str, content: bytes) -> Weights:
    """The weights in the bytes of a run's `best.pt`. Raises DamagedFileError."""
    name = files.BEST_WEIGHTS
    try:
        saved = load_saved(Given(name, {name: content}), name)
    except (ArchiveError, StopIteration) as error:
        raise DamagedFileError(f"{name} of run {run_id} is damaged, or cut off: train it again") from error
    if not isinstance(saved, dict) or not saved or not all(isinstance(one, np.ndarray) for one in saved.values()):
        raise DamagedFileError(f"{name} of run {run_id} holds something other than weights: train it again")
    arrays = {str(key): value for key, value in saved.items()}
    if len(arrays) < len(saved):
        raise DamagedFileError(f"{name} of run {run_id} holds two weights of one name: train it again")
    floats = [array for array in arrays.values() if array.dtype.kind == "f"]
    not_finite = sum(array.size - int(np.isfinite(array).sum()) for array in floats)
    return Weights(compute_digest(arrays), sum(array.size for array in floats), not_finite)
