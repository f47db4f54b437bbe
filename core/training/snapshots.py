"""`snapshots.npz`: what was predicted for every article as training went on. No torch here."""

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

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

    def load(self, path: Path, *, until_epoch: int) -> None:
        """Takes up what was saved of epochs 1 to `until_epoch`."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                self.epochs, self.interval = saved["epochs"].tolist(), int(saved["interval"])
                self.preds, self.confidences = list(saved["pred"]), list(saved["confidence"])
        except (FileNotFoundError, zipfile.BadZipFile, EOFError, KeyError, ValueError, zlib.error):
            return  # none, or damaged: they begin anew, since no weight depends on them
        self._keep([epoch <= until_epoch for epoch in self.epochs])
