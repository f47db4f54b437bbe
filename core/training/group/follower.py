"""What a run's processes agree on between two epochs: that the first one decides, and the others follow."""

import signal
import threading

import numpy as np
import torch
from lightning.pytorch import Callback, LightningModule, Trainer

from core.training.checkpoint import Checkpoint, restore_optimizer
from core.training.module import NodeClassifier


class _SigtermKept(Callback):
    """Leaves SIGTERM to whoever had it: Lightning's handler broadcasts out of turn, and all would wait for ever."""

    def __init__(self) -> None:
        self._handler = signal.getsignal(signal.SIGTERM) or signal.SIG_DFL

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._handler)


class Leader(_SigtermKept):
    """Of rank 0, after the recorder: tells the other processes whether training ends here."""

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        trainer.should_stop = trainer.strategy.broadcast(trainer.should_stop)


class Follower(_SigtermKept):
    """Of every other rank: writes nothing, and ends when rank 0 says so.

    Dropout of every epoch is drawn from (seed, rank, epoch), since checkpoints keep rank 0's generators alone.
    """

    def __init__(self, *, seed: int, rank: int, checkpoint: Checkpoint | None) -> None:
        super().__init__()
        self.epoch = checkpoint.progress.epoch if checkpoint else 0  # epochs trained
        self._seed, self._rank = seed, rank
        self._checkpoint = checkpoint

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        super().on_train_start(trainer, pl_module)
        if self._checkpoint is not None:
            assert isinstance(pl_module, NodeClassifier)
            restore_optimizer(trainer.optimizers[0], self._checkpoint, pl_module)
            self._checkpoint = None

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        seeds = np.random.SeedSequence((self._seed, self._rank, self.epoch))
        torch.manual_seed(int(seeds.generate_state(1, np.uint64)[0]))

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        self.epoch += 1
        trainer.should_stop = trainer.strategy.broadcast(False)
