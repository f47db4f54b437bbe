"""What happens between two epochs: the row of metrics, the best epoch, snapshots, checkpoints, stopping."""

import math
import time
from collections.abc import Callable
from typing import Final

from lightning.pytorch import Callback, LightningModule, Trainer

from core.config.train import TrainConfig
from core.errors import DamagedFileError, TrainingError
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import MetricsWriter
from core.training.checkpoint import (
    Checkpoint,
    Progress,
    read_rng_states,
    restore_optimizer,
    restore_rng_states,
    save_checkpoint,
)
from core.training.gauges import Gauges, open_gauges
from core.training.module import NodeClassifier
from core.training.snapshots import Snapshots

CHECKPOINT_SECONDS: Final = 2.0
LONG_EPOCH_SECONDS: Final = 1.0  # a request to stop waits no longer for the end of an epoch


class EpochAbandonedError(Exception):
    """Ends a training within an epoch that takes long, as it was asked to stop."""


class RunRecorder(Callback):
    """Keeps a run's folder up to date, and ends the training when it is done or asked to stop."""

    def __init__(
        self,
        folder: RunFolder,
        config: TrainConfig,
        *,
        num_classes: int,
        on_epoch: Callable[[int], None],
        race_seconds: float = 0.0,
    ) -> None:
        """race_seconds: how long those trained that lost the run's race, if it had one."""
        self.folder, self.config, self.on_epoch, self.race_seconds = folder, config, on_epoch, race_seconds
        self.progress = Progress()
        self.snapshots = Snapshots(num_classes)
        self.stopped = False
        self.row: dict[str, float] = {}  # of the last epoch, as it was written
        self._metrics: MetricsWriter | None = None
        self._checkpoint: Checkpoint | None = None
        self._saved_at = self._epoch_began_at = 0.0
        self._saved_epoch = 0
        self._gauges = Gauges()

    def resume(self, checkpoint: Checkpoint) -> str:
        """Takes up the run where the checkpoint was made; a sentence says what of it is lost, if anything is."""
        self._checkpoint, self.progress = checkpoint, checkpoint.progress
        logits = checkpoint.progress.best_logits
        assert logits is not None, "every epoch that ends leaves a best one"
        try:
            self.snapshots.load(self.folder / files.SNAPSHOTS, until_epoch=self.epoch, num_articles=len(logits))
        except DamagedFileError as error:
            return f"{error}: what was predicted until epoch {self.epoch} is not shown any more"
        return ""

    @property
    def epoch(self) -> int:
        """Epochs trained."""
        return self.progress.epoch

    @property
    def is_done(self) -> bool:
        return self.progress.is_done(epochs=self.config.epochs, patience=self.config.patience)

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self._metrics = MetricsWriter(self.folder / files.METRICS, keep_epochs=self.progress.epoch)
        if self._checkpoint is not None:
            assert isinstance(pl_module, NodeClassifier)
            restore_optimizer(trainer.optimizers[0], self._checkpoint, pl_module)
            restore_rng_states(self._checkpoint.rng_states, pl_module.device.type)
            self._checkpoint = None
        for layer in pl_module.modules():  # between two layers an epoch can be left too
            layer.register_forward_pre_hook(self._look)
        self._gauges = open_gauges(pl_module.device.type)
        self._saved_epoch = self.progress.epoch
        self._saved_at = self._epoch_began_at = time.perf_counter()

    def on_train_batch_end(self, *_: object) -> None:
        self.progress.step += 1
        self._look()

    def _look(self, *_: object) -> None:
        """Leaves an epoch that takes long once a stop is asked for, where all that was trained before it is saved."""
        is_long = time.perf_counter() - self._epoch_began_at >= LONG_EPOCH_SECONDS
        if is_long and self._saved_epoch == self.progress.epoch and self.folder.stop_requested:
            self.stopped = True
            raise EpochAbandonedError

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        assert isinstance(pl_module, NodeClassifier)
        assert self._metrics is not None
        self.progress.epoch += 1
        self.row = self._record(pl_module)
        self._metrics.append(self.row)
        trainer.should_stop = self.is_done
        if not trainer.should_stop and self.folder.stop_requested:
            self.stopped = trainer.should_stop = True
        if trainer.should_stop or time.perf_counter() - self._saved_at >= CHECKPOINT_SECONDS:
            self._save(trainer, pl_module, self._metrics)
        self.on_epoch(self.progress.epoch)

    def _record(self, module: NodeClassifier) -> dict[str, float]:
        progress = self.progress
        stopping, val = module.score(module.stopping_index), module.score(module.val_index)
        self._refuse_nonsense(module.train_score.loss, stopping.loss)
        if progress.beats_best(stopping.acc, stopping.loss):
            progress.best_epoch, progress.best_acc, progress.best_loss = progress.epoch, stopping.acc, stopping.loss
            progress.best_weights = {name: value.detach().clone() for name, value in module.best_state().items()}
            progress.best_logits = module.logits.cpu().clone()
        if self.snapshots.wants(progress.epoch):
            confidence, pred = module.logits.softmax(dim=1).max(dim=1)
            self.snapshots.add(progress.epoch, pred.cpu().numpy(), confidence.cpu().numpy())
        now = time.perf_counter()
        epoch_seconds, self._epoch_began_at = now - self._epoch_began_at, now
        progress.elapsed_seconds += epoch_seconds
        self._count_energy()
        energy = {} if progress.energy_wh is None else {"energy_wh": round(progress.energy_wh, 6)}
        return {
            "epoch": progress.epoch,
            "step": progress.step,
            "train_loss": module.train_score.loss,
            "train_acc": module.train_score.acc,
            "stopping_loss": stopping.loss,
            "stopping_acc": stopping.acc,
            "val_loss": val.loss,
            "val_acc": val.acc,
            "lr": module.lr,
            "epoch_seconds": round(epoch_seconds, 6),
            "elapsed_seconds": round(self.race_seconds + progress.elapsed_seconds, 6),
            "logged_at": round(time.time(), 3),
            **self._gauges.read(),
            **energy,
        }

    def _save(self, trainer: Trainer, module: NodeClassifier, metrics: MetricsWriter) -> None:
        # The checkpoint goes last: it relies on the rows and snapshots up to its epoch.
        metrics.sync()
        self.snapshots.save(self.folder / files.SNAPSHOTS)
        checkpoint = Checkpoint(
            progress=self.progress,
            weights=module.state_dict(),
            optimizer=trainer.optimizers[0].state_dict(),
            rng_states=read_rng_states(module.device.type),
            refines=module.refines,
        )
        save_checkpoint(self.folder / files.LAST_CHECKPOINT, checkpoint)
        self._saved_at, self._saved_epoch = time.perf_counter(), self.progress.epoch

    def _count_energy(self, *, final: bool = False) -> None:
        if (spent_wh := self._gauges.take_energy_wh(final=final)) is not None:
            self.progress.energy_wh = (self.progress.energy_wh or 0.0) + spent_wh

    def on_train_end(self, *_: object) -> None:
        self._count_energy(final=True)

    def close(self) -> None:
        """Closes the metrics, however training ended."""
        if self._metrics is not None:
            self._metrics.close()

    def _refuse_nonsense(self, *losses: float) -> None:
        if not all(map(math.isfinite, losses)):
            raise TrainingError(
                f"the loss is no number in epoch {self.progress.epoch}: "
                f"lower lr (now {self.config.lr:g}), or set norm=layer or feature_norm=standard"
            )
