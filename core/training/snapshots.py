"""`snapshots.npz`: what was predicted for every article as training went on. No torch here."""

import io
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import DamagedFileError
from core.runs.predicted import SNAPSHOT_KEYS
from core.storage.arrays import UNREADABLE, load_npz
from core.storage.local import write_atomically

MAX_SNAPSHOTS: Final = 200


class Snapshots:
    """Predicted category and confidence of N articles after every 2^k-th epoch.

    k rises whenever more than 200 are kept, so which epochs are kept depends on the last one alone.
    """

    def __init__(self, num_classes: int) -> None:
        self.pred_dtype = np.uint8 if num_classes <= 256 else np.uint16
        self.interval = 1  # 2^k
        self.epochs: list[int] = []
        self.preds: list[NDArray[Any]] = []
        self.confidences: list[NDArray[np.uint8]] = []

    def wants(self, epoch: int) -> bool:
        """Whether this epoch is to be kept."""
        return epoch % self.interval == 0

    def add(self, epoch: int, pred: NDArray[Any], confidence: NDArray[np.float32]) -> None:
        """Keeps pred [N] and confidence [N], a probability stored in steps of 1/255."""
        self.epochs.append(epoch)
        self.preds.append(pred.astype(self.pred_dtype))
        self.confidences.append(np.rint(confidence * 255).astype(np.uint8))
        if len(self.epochs) > MAX_SNAPSHOTS:
            self.interval *= 2
            self._keep([epoch % self.interval == 0 for epoch in self.epochs])

    def _keep(self, flags: list[bool]) -> None:
        self.epochs = [epoch for epoch, flag in zip(self.epochs, flags, strict=True) if flag]
        self.preds = [pred for pred, flag in zip(self.preds, flags, strict=True) if flag]
        self.confidences = [confidence for confidence, flag in zip(self.confidences, flags, strict=True) if flag]

    def save(self, path: Path) -> None:
        """Writes epochs [T] int32, pred [T, N] uint8 or uint16, confidence [T, N] uint8 (255 is certain)."""
        if not self.epochs:
            return
        buffer = io.BytesIO()
        np.savez(
            buffer,
            epochs=np.array(self.epochs, dtype=np.int32),
            pred=np.stack(self.preds),
            confidence=np.stack(self.confidences),
            interval=np.array(self.interval),
        )
        write_atomically(path, buffer.getvalue())

    def load(self, path: Path, *, until_epoch: int, num_articles: int | None = None) -> None:
        """Takes up what was saved of epochs 1 to `until_epoch`, of so many articles where that is known.

        Raises DamagedFileError where that is not whole: then they begin anew, since no weight depends on them.
        """
        try:
            with path.open("rb") as file:
                saved = load_npz(file, SNAPSHOT_KEYS)
            epochs, interval = saved["epochs"].tolist(), int(saved["interval"])
            preds, confidences = saved["pred"], saved["confidence"]
        except FileNotFoundError as error:
            raise DamagedFileError(f"{path.name} is missing") from error
        except UNREADABLE as error:
            raise DamagedFileError(f"{path.name} is damaged") from error
        shape = (len(epochs), preds.shape[-1] if num_articles is None else num_articles)
        if preds.shape != shape or confidences.shape != shape or not _are_epochs(epochs, interval):
            raise DamagedFileError(f"{path.name} is damaged")
        self.epochs, self.interval, self.preds, self.confidences = epochs, interval, list(preds), list(confidences)
        self._keep([epoch <= until_epoch for epoch in self.epochs])


def _are_epochs(found: Any, interval: int) -> bool:
    """Whether these are the epochs that a run keeps at this interval, or the later ones of them."""
    if not isinstance(found, list) or not found or interval < 1 or not isinstance(found[-1], int):
        return False
    return bool(found == list(range(found[-1] - (len(found) - 1) * interval, found[-1] + 1, interval))) and (
        found[0] >= interval and found[0] % interval == 0
    )
