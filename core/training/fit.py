"""Trains one run in its folder, from its beginning or from where it was interrupted."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from statistics import median

import numpy as np
import torch
from lightning.pytorch import Callback

from core.config.race import settle_race
from core.config.train import TrainConfig
from core.errors import TrainingError
from core.evaluation.report import build_report
from core.graph.graph import Graph
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import find_last_and_best, read_rows
from core.runs.report import Outcome, Racer, RunFacts, find_winner
from core.storage.local import write_atomically
from core.training.checkpoint import Checkpoint, Progress
from core.training.device import DeviceName, read_device_name, read_peak_memory_mb, resolve_device
from core.training.histograms import HistogramKeeper
from core.training.loop import build_classifier, build_loader, build_trainer, quiet_lightning
from core.training.module import NodeClassifier, OneStep
from core.training.profiling import EpochProfiler
from core.training.race import run_race
from core.training.recorder import EpochAbandonedError, RunRecorder
from core.training.sinks import open_sinks
from core.training.start import Start, find_start

log = logging.getLogger(__name__)


def train_run(
    folder: RunFolder,
    config: TrainConfig,
    graph: Graph,
    *,
    resume: bool = False,
    on_epoch: Callable[[int], None] = lambda _: None,
    on_race: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Trains `config` on `graph` and writes the run's metrics, snapshots, checkpoints, predictions and report.

    With `resume` it goes on from its last checkpoint (from the one before where that is damaged, from the
    beginning where there is none); on a CPU the weights are then bit for bit those of a run that was never
    interrupted. What could not be gone on from is logged as a warning. `on_epoch` is called after every
    epoch, counted from 1. A stop is obeyed between epochs, or within one that takes long, of which
    nothing is kept: the run is then finalised with its best epoch so far, so that it can be asked,
    and can still be resumed. It is for the caller to remove the request before a resume. With
    several `devices`, rank 0 is this process, which alone writes; peak memory is its own. With
    `race_epochs` the architecture is chosen first, see `core.training.race`: `on_race` is told how far that is,
    in words.

    Raises ConfigError for a device or precision that this machine has not, InvalidInputError for a
    split that the graph has not, TrainingError when memory runs out or the loss is no number,
    StorageFullError.
    """
    graph.check_split(config.split)
    device = resolve_device(config)
    race: tuple[Racer, ...] = ()
    if config.race_epochs:

        def train(racer: RunFolder, entered: TrainConfig, title: str) -> Outcome:
            def tell(epoch: int) -> None:
                on_race(f"choosing the architecture: {title}, epoch {epoch} of {entered.epochs}")

            return train_run(racer, entered, graph, resume=True, on_epoch=tell)

        race = run_race(folder, config, graph, train, resume=resume)
        if not race:
            log.warning("stopped within the race: nothing is trained yet, and a resume goes on with the race")
            return "stopped"
        config, resume = settle_race(config, find_winner(race)), True
    return _train(folder, config, graph, device, race, resume=resume, on_epoch=on_epoch)


def _train(
    folder: RunFolder,
    config: TrainConfig,
    graph: Graph,
    device: DeviceName,
    race: tuple[Racer, ...],
    *,
    resume: bool,
    on_epoch: Callable[[int], None],
) -> Outcome:
    """Trains the architecture that the config names, which won `race`, if there was one."""
    with quiet_lightning(), _memory_errors(config):

        def build(checkpoint: Checkpoint | None) -> NodeClassifier:
            torch.manual_seed(config.seed)
            return build_classifier(config, graph, checkpoint)

        start = find_start(folder, build) if resume else Start(build(None))
        lost_seconds = sum(racer.seconds or 0.0 for racer in race if not racer.is_chosen)
        recorder = RunRecorder(
            folder, config, num_classes=graph.num_classes, on_epoch=on_epoch, race_seconds=lost_seconds
        )
        for lost in (start.lost, recorder.resume(start.checkpoint) if start.checkpoint else ""):
            if lost:
                log.warning(lost)
        if not recorder.is_done:
            try:
                with suppress(EpochAbandonedError):
                    _fit(start, recorder, graph, device)
            finally:
                recorder.close()
        outcome: Outcome = "stopped" if recorder.stopped else "finished"
        if recorder.epoch:
            facts = _collect_facts(folder, start.module, recorder, outcome, device)
            _finalise(folder, graph, recorder.progress, replace(facts, race=race))
        else:
            log.warning("stopped within the first epoch: nothing is trained yet, and a resume begins anew")
    return outcome


def _fit(start: Start, recorder: RunRecorder, graph: Graph, device: DeviceName) -> None:
    config, epochs = recorder.config, recorder.config.epochs - recorder.epoch
    callbacks: list[Callback] = [HistogramKeeper(recorder)] if config.histogram_every else []
    callbacks.append(recorder)
    if recorder.folder.profile_requested:
        callbacks.append(EpochProfiler(recorder.folder))
    callbacks += open_sinks(recorder)
    loader = build_loader(config, graph, epoch=lambda: recorder.epoch)
    if config.devices == 1:
        build_trainer(config, device, callbacks, epochs=epochs).fit(start.module, loader, OneStep())
        return
    from core.training.group.lead import lead_group  # a run in one process needs none of it

    with lead_group(config, graph, device, start.path) as lead:
        trainer = build_trainer(config, device, [*callbacks, lead.leader], epochs=epochs, strategy=lead.strategy)
        trainer.fit(start.module, loader, OneStep())


def _finalise(folder: RunFolder, graph: Graph, progress: Progress, facts: RunFacts) -> None:
    assert progress.best_logits is not None, "every epoch that ends leaves a best one"
    logits = progress.best_logits.numpy()
    weights, predictions = io.BytesIO(), io.BytesIO()
    torch.save(progress.best_weights, weights)
    np.savez(predictions, logits=logits)
    write_atomically(folder / files.BEST_WEIGHTS, weights.getvalue())
    write_atomically(folder / files.PREDICTIONS, predictions.getvalue())
    folder.write_json(files.REPORT, asdict(build_report(logits, graph, facts)))


def _collect_facts(
    folder: RunFolder, module: NodeClassifier, recorder: RunRecorder, outcome: Outcome, device: DeviceName
) -> RunFacts:
    progress = recorder.progress
    rows = read_rows((folder / files.METRICS).read_bytes())
    seconds = [row["epoch_seconds"] for row in rows]
    last_val_acc, best_val_acc = find_last_and_best([row["val_acc"] for row in rows])
    return RunFacts(
        outcome=outcome,
        split=recorder.config.split,
        best_epoch=progress.best_epoch,
        epochs=progress.epoch,
        seconds_per_epoch=median(value for value in seconds if value is not None),
        seconds=recorder.race_seconds + progress.elapsed_seconds,
        num_parameters=sum(parameter.numel() for parameter in module.model.parameters()),
        device=read_device_name(device),
        peak_memory_mb=round(read_peak_memory_mb(device), 1),
        last_val_acc=last_val_acc,
        best_val_acc=best_val_acc,
        energy_wh=progress.energy_wh,
    )


@contextmanager
def _memory_errors(config: TrainConfig) -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        text = str(error).lower()
        is_memory = isinstance(error, MemoryError | torch.OutOfMemoryError)
        # torch's allocator for the CPU raises a plain RuntimeError.
        if not is_memory and "not enough memory" not in text and "can't allocate memory" not in text:
            raise
        raise TrainingError(
            f"memory ran out: lower hidden_channels (now {config.hidden_channels}) or num_layers "
            f"(now {config.num_layers}), or train on a machine with more"
        ) from error
