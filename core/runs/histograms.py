"""`histograms.jsonl`: a line an epoch, each with the histograms of weights, gradients and logits; written and read."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

import orjson

from core.errors import DamagedFileError, FileNotStoredError
from core.runs import files
from core.runs.refusals import explain_damage
from core.storage.base import Storage
from core.storage.documents import parse_json, read_whole
from core.storage.local import disk_errors, write_atomically
from core.storage.streams import open_to_read

NUM_BINS: Final = 40
MAX_KEPT: Final = 100  # epochs beside the first; where there are more, every second one goes
MAX_TENSORS: Final = 200  # of an epoch
MAX_BYTES: Final = 2**24  # of the whole file
MAX_NAME: Final = 200  # characters of a tensor's

Kind = Literal["weights", "gradients", "logits"]


@dataclass(frozen=True)
class Histogram:
    """How many values of one tensor lie in each of equally wide bins from `low` to `high`; what is not finite apart."""

    kind: Kind
    name: str
    low: float
    high: float
    counts: tuple[int, ...]
    nan: int = 0
    inf: int = 0

    @property
    def tensor(self) -> str:
        """What one tensor of a run is called: `weights:layers.0.weight`."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True)
class EpochHistograms:
    """Those of one epoch, of as many tensors as are kept."""

    epoch: int
    histograms: tuple[Histogram, ...]
    left_out: int = 0  # tensors beyond MAX_TENSORS


@dataclass(frozen=True)
class HistogramHistory:
    """The histograms of a run, oldest first: of all its tensors, or of the one that was asked for.

    damage: a sentence about what of the file could not be read; empty where it is whole.
    """

    run: str
    tensors: tuple[str, ...] = ()
    epochs: tuple[EpochHistograms, ...] = ()
    damage: str = ""


class HistogramWriter:
    """Appends a line to a run's file after its first epoch and every `every`-th, of which at most 100 stay.

    Where there are more, those of every second one go, so that which are kept depends on the last epoch alone.
    """

    def __init__(self, path: Path, *, every: int, keep_epochs: int = 0) -> None:
        """Opens the file with what it holds of epochs 1 to `keep_epochs`; what is damaged of it goes."""
        self._path, self._every = path, every
        self._interval = self._find_interval(keep_epochs)
        self._rewrite(keep_epochs)

    def _find_interval(self, epoch: int) -> int:
        """Epochs between two that are kept once this one has been trained."""
        interval = self._every
        while epoch // interval > MAX_KEPT:
            interval *= 2
        return interval

    def wants(self, epoch: int) -> bool:
        """Whether this epoch is to be kept."""
        return epoch == 1 or epoch % self._find_interval(epoch) == 0

    def append(self, found: EpochHistograms) -> None:
        """Writes one line."""
        interval = self._find_interval(found.epoch)
        if interval > self._interval:
            self._interval = interval
            self._rewrite(found.epoch - 1)
        with disk_errors(self._path), self._path.open("ab") as file:
            file.write(orjson.dumps(asdict(found)) + b"\n")

    def _rewrite(self, until_epoch: int) -> None:
        content = self._path.read_bytes() if until_epoch and self._path.exists() else b""
        lines = [
            line
            for line, found in _read_lines(content)
            if found and found.epoch <= until_epoch and (found.epoch == 1 or found.epoch % self._interval == 0)
        ]
        write_atomically(self._path, b"".join(line + b"\n" for line in lines))


def load_histograms(storage: Storage, run_id: str, tensor: str = "") -> HistogramHistory:
    """What a run has kept; nothing where it keeps none. A file that cannot be read is named, and nothing raised."""
    try:
        with open_to_read(storage, f"{files.RUNS}{run_id}/{files.HISTOGRAMS}") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotStoredError:
        return HistogramHistory(run_id)
    except OSError:
        return HistogramHistory(run_id, damage=explain_damage(run_id, files.HISTOGRAMS))
    if len(content) > MAX_BYTES:
        too_large = f"{files.HISTOGRAMS} of run {run_id} is larger than {MAX_BYTES >> 20} MB, the most that is read"
        return HistogramHistory(run_id, damage=f"{too_large}: its histograms are not shown")
    return read_histograms(content, run_id, tensor)


def read_histograms(content: bytes, run_id: str, tensor: str = "") -> HistogramHistory:
    """The whole lines of a file's bytes; a last one that is still being written is left out."""
    found = [epoch for _, epoch in _read_lines(content)]
    whole = [epoch for epoch in found if epoch]
    names = dict.fromkeys(each.tensor for epoch in whole for each in epoch.histograms)
    damage, lost = "", len(found) - len(whole)
    if lost:
        lines = f"in {lost:,} of its {len(found):,} lines, which are left out"
        damage = explain_damage(run_id, files.HISTOGRAMS).replace("is damaged", f"is damaged {lines}", 1)
    if tensor:
        whole = [_pick(epoch, tensor) for epoch in whole]
    return HistogramHistory(run_id, tuple(names), tuple(epoch for epoch in whole if epoch.histograms), damage)


def _pick(epoch: EpochHistograms, tensor: str) -> EpochHistograms:
    kept = tuple(each for each in epoch.histograms if each.tensor == tensor)
    return EpochHistograms(epoch.epoch, kept, epoch.left_out)


def _read_lines(content: bytes) -> Iterator[tuple[bytes, EpochHistograms | None]]:
    """Each whole line and what it says; None for one that is damaged, or whose epoch does not follow."""
    last = 0
    for line in content[: content.rfind(b"\n") + 1].split(b"\n")[:-1]:
        found = _read_line(line)
        if found and found.epoch <= last:
            found = None
        last = found.epoch if found else last
        yield line, found


def _read_line(line: bytes) -> EpochHistograms | None:
    try:
        found = read_whole(EpochHistograms, parse_json(line, files.HISTOGRAMS), files.HISTOGRAMS)
        return found if len(found.histograms) <= MAX_TENSORS and all(map(_is_whole, found.histograms)) else None
    except (DamagedFileError, TypeError):  # the latter where a histogram inside lacks something
        return None


def _is_whole(found: Histogram) -> bool:
    is_named = 0 < len(found.name) <= MAX_NAME and found.name.isprintable()
    return is_named and len(found.counts) == NUM_BINS and found.low < found.high
