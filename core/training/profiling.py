"""`profile.json`: where the time of a few epochs goes, for `wikics train --profile`."""

from typing import Final

from lightning.pytorch import Callback, LightningModule, Trainer
from torch.profiler import profile

from core.runs import files
from core.runs.folder import RunFolder
from core.storage.names import PARTIAL_SUFFIX

WARMUP_EPOCHS: Final = 2  # the first makes the products that are kept
PROFILED_EPOCHS: Final = 3
TABLE_ROWS: Final = 15


class EpochProfiler(Callback):
    """Profiles a few epochs of a run that was asked to, once: a trace into its folder, a table into its log.

    Nothing that a run learns depends on it; the profiled epochs are slower.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._epochs_begun = 0
        self._profile: profile | None = None

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        if self._epochs_begun == WARMUP_EPOCHS:
            self._profile = profile()  # of all that this machine computes on
            self._profile.start()
        self._epochs_begun += 1

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        if self._profile is not None and self._epochs_begun == WARMUP_EPOCHS + PROFILED_EPOCHS:
            self._finish(self._profile)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        if self._profile is not None:  # the run was shorter
            self._finish(self._profile)

    def _finish(self, recorded: profile) -> None:
        self._profile = None
        recorded.stop()
        partial = self._folder / (files.PROFILE + PARTIAL_SUFFIX)
        recorded.export_chrome_trace(str(partial))
        partial.replace(self._folder / files.PROFILE)
        (self._folder / files.PROFILE_REQUEST).unlink(missing_ok=True)
        print(f"profile of {self._epochs_begun - WARMUP_EPOCHS} epochs:")
        print(recorded.key_averages().table(sort_by="self_cpu_time_total", row_limit=TABLE_ROWS), flush=True)
