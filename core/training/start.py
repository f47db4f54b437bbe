"""Where a run goes on: after the last epoch of which all is there that it relies on, else from the beginning."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.errors import DamagedFileError
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import read_rows
from core.storage.names import PARTIAL_SUFFIX
from core.training.checkpoint import Checkpoint, check_fits, load_checkpoint
from core.training.module import NodeClassifier

# What a trainer alone writes, so that whatever a kill left half written is its own.
_OWN: Final = (
    *(files.ENVIRONMENT, files.METRICS, files.SNAPSHOTS, files.HISTOGRAMS),
    *(files.LAST_CHECKPOINT, files.PREVIOUS_CHECKPOINT),
    *(files.BEST_WEIGHTS, files.PREDICTIONS, files.REPORT),
)

Build = Callable[[Checkpoint | None], NodeClassifier]


@dataclass(frozen=True)
class Start:
    """A module that is ready to be trained, and the checkpoint that it has taken up, if there is one.

    lost: a sentence for a person about what could not be gone on from; empty where all was whole.
    """

    module: NodeClassifier
    checkpoint: Checkpoint | None = None
    path: Path | None = None  # of the checkpoint
    lost: str = ""

    @property
    def origin(self) -> str:
        """What the run did."""
        if self.checkpoint is None or self.path is None:
            return "began again from the beginning"
        return f"went on from {self.path.name}, after epoch {self.checkpoint.progress.epoch}"


def find_start(folder: RunFolder, build: Build) -> Start:
    """The newest checkpoint that is whole, fits what `build` makes and has its rows in `metrics.csv`.

    Those that are not are deleted: the next one must not be kept beside them. Raises UnavailableError.
    """
    for name in _OWN:
        for partial in folder.path.glob(f"{name}.*{PARTIAL_SUFFIX}"):
            partial.unlink(missing_ok=True)  # a kill came while it was written
    num_rows = _count_rows(folder / files.METRICS)
    damaged, missing, start = dict[Path, str](), list[str](), None
    for path in (folder / files.LAST_CHECKPOINT, folder / files.PREVIOUS_CHECKPOINT):
        try:
            if found := _take_up(path, num_rows, build):
                start = found
                break
            missing.append(path.name)
        except DamagedFileError as error:
            damaged[path] = str(error)
    for path in damaged:
        path.unlink(missing_ok=True)
    # Where no row was written nothing was trained, and nothing is lost.
    what = ", and ".join(damaged.values()) or (f"there is no {missing[0]}" if missing and num_rows else "")
    start = start or Start(build(None))
    return replace(start, lost=f"{what}: the run {start.origin}" if what else "")


def _take_up(path: Path, num_rows: int, build: Build) -> Start | None:
    """What goes on from this checkpoint; None where there is none. Raises DamagedFileError, UnavailableError."""
    checkpoint = load_checkpoint(path)
    if checkpoint is None:
        return None
    epoch = checkpoint.progress.epoch
    if num_rows < epoch:
        rows = f"has {num_rows} of the {epoch} rows" if num_rows else f"has none of the {epoch} rows"
        raise DamagedFileError(f"{files.METRICS} {rows} before {path.name}")
    module = build(checkpoint)
    try:
        check_fits(checkpoint, module, module.configure_optimizers())
    except ValueError as error:
        raise DamagedFileError(f"{path.name} is damaged, or of another run") from error
    return Start(module, checkpoint, path)


def _count_rows(path: Path) -> int:
    """How many epochs from the first on have their row."""
    try:
        rows = read_rows(path.read_bytes())
    except FileNotFoundError:
        return 0
    epochs = [row["epoch"] for row in rows]
    return next((count for count, epoch in enumerate(epochs) if epoch != count + 1), len(epochs))
