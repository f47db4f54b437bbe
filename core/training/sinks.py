"""Where else a run logs, if it was told to: TensorBoard and W&B, through Lightning's loggers. None costs nothing."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from lightning.pytorch import Callback
from lightning.pytorch.loggers import Logger, TensorBoardLogger, WandbLogger

from core.config.train import TrainConfig
from core.runs import files
from core.runs.folder import RunFolder
from core.training.recorder import RunRecorder

PROJECT: Final = "wikics"  # at W&B

log = logging.getLogger(__name__)


def _open_tensorboard(folder: RunFolder) -> Logger:
    return TensorBoardLogger(folder / files.SINK_TENSORBOARD, name="", version="", default_hp_metric=False)


def _open_wandb(folder: RunFolder) -> Logger:
    """A run at W&B of the same id, which a resume goes on with; key and mode are in W&B's own variables."""
    place = folder / files.SINK_WANDB
    place.mkdir(exist_ok=True)
    return WandbLogger(project=PROJECT, id=folder.id, name=folder.id, save_dir=place, resume="allow")


OPENERS: Final[Mapping[str, Callable[[RunFolder], Logger]]] = {
    "tensorboard": _open_tensorboard,
    "wandb": _open_wandb,
}


def open_sinks(recorder: RunRecorder) -> list[Callback]:
    """What logs elsewhere, by `sinks` of the run's `environment.json`. What cannot be opened is told in its log."""
    folder = recorder.folder
    if not (folder / files.ENVIRONMENT).exists():
        return []
    names = folder.read_json(files.ENVIRONMENT).get("sinks")
    known = [name for name in names if name in OPENERS] if isinstance(names, list) else []
    return [Sink(name, OPENERS[name], recorder) for name in known]


class Sink(Callback):
    """Hands each row of metrics on, behind the recorder. Whatever fails in it ends it, and never the run."""

    def __init__(self, name: str, open_logger: Callable[[RunFolder], Logger], recorder: RunRecorder) -> None:
        self.name, self._open, self._recorder = name, open_logger, recorder
        self._logger: Logger | None = None

    def on_train_start(self, *_: object) -> None:
        self._attempt(self._begin)

    def on_train_epoch_end(self, *_: object) -> None:
        if self._logger is not None:
            self._attempt(self._log_row)

    def teardown(self, *_: object, **__: object) -> None:
        if self._logger is not None:
            self._attempt(self._end)

    def _begin(self) -> None:
        self._logger = self._open(self._recorder.folder)
        config: TrainConfig = self._recorder.config
        self._logger.log_hyperparams(config.model_dump())

    def _log_row(self) -> None:
        assert self._logger is not None
        row = self._recorder.row
        self._logger.log_metrics({name: value for name, value in row.items() if name != "step"}, step=int(row["epoch"]))

    def _end(self) -> None:
        assert self._logger is not None
        self._logger.finalize("success")
        if isinstance(self._logger, WandbLogger):  # which Lightning leaves open
            self._logger.experiment.finish()

    def _attempt(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:  # noqa: BLE001  # whatever another program does, the run goes on
            self._logger = None
            reason = " ".join(str(error).split())[:300]
            log.warning(
                f"nothing is logged to {self.name} any more ({type(error).__name__}: {reason}); the run goes on"
            )
