"""Trains one run in its folder, from its beginning or from where it was interrupted."""

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import median

import numpy as np
import torch
from lightning.pytorch import Callback, Trainer
from lightning.pytorch.strategies import DDPStrategy

from core.config.train import TrainConfig
from core.errors import TrainingError
from core.evaluation.report import build_report
from core.graph.graph import Graph
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import read_rows
from core.runs.report import Outcome, RunFacts
from core.storage.local import write_atomically
from core.training.checkpoint import load_checkpoint
from core.training.device import DeviceName, describe_device, read_peak_memory_mb, resolve_device
from core.training.group.follower import Follower, Leader
from core.training.group.processes import Rank, start_group
from core.training.module import NodeClassifier, OneStep
from core.training.parts.partitions import FIRST_RANK, build_classifier, build_loader
from core.training.profiling import EpochProfiler
from core.training.recorder import RunRecorder


def train_run(
    folder: RunFolder,
    config: TrainConfig,
    graph: Graph,
    *,
    resume: bool = False,
    on_epoch: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Trains `config` on `graph` and writes the run's metrics, snapshots, checkpoints, predictions and report.

    With `resume` it goes on from `last.ckpt` (from the beginning where there is none); on a CPU the
    weights are then bit for bit those of a run that was never interrupted. `on_epoch` is called after
    every epoch, counted from 1. A stop is obeyed between epochs: the run is then finalised with its
    best epoch so far, so that it can be asked, and can still be resumed. It is for the caller to
    remove the request before a resume. With several `devices`, rank 0 is this process, which alone
    writes; peak memory is its own.

    Raises ConfigError for a device or precision that this machine has not, InvalidInputError for a
    split that the graph has not, TrainingError when memory runs out or the loss is no number,
    StorageFullError.
    """
    graph.check_split(config.split)
    device = resolve_device(config)
    with _quiet_lightning(), _memory_errors(config):
        torch.manual_seed(config.seed)
        module = build_classifier(config, graph)
        recorder = RunRecorder(folder, config, num_classes=graph.num_classes, on_epoch=on_epoch)
        if resume:
            recorder.resume(module)
        if not recorder.is_done:
            loader = build_loader(config, graph, epoch=lambda: recorder.progress.epoch)
            try:
                if config.devices == 1:
                    _build_trainer(config, device, recorder).fit(module, loader, OneStep())
                else:
                    checkpoint = folder / files.LAST_CHECKPOINT if resume else None
                    with start_group(config.devices, device, _follow, checkpoint, config, graph, device) as rank:
                        _build_trainer(config, device, recorder, rank).fit(module, loader, OneStep())
            finally:
                recorder.close()
        outcome: Outcome = "stopped" if recorder.stopped else "finished"
        _finalise(folder, graph, module, recorder, outcome, device)
    return outcome


def _follow(rank: Rank, checkpoint: Path | None, config: TrainConfig, graph: Graph, device: DeviceName) -> None:
    """What a run's other processes do: they train beside the first one, from the same checkpoint on."""
    with _quiet_lightning():
        module = build_classifier(config, graph)  # takes the weights of rank 0
        follower = Follower(
            seed=config.seed, rank=rank.rank, checkpoint=load_checkpoint(checkpoint) if checkpoint else None
        )
        loader = build_loader(config, graph, epoch=lambda: follower.epoch, rank=rank.rank)
        _build_trainer(config, device, follower, rank).fit(module, loader, OneStep())


def _build_trainer(
    config: TrainConfig, device: DeviceName, callback: RunRecorder | Follower, rank: Rank | None = None
) -> Trainer:
    """rank: of this process, where several train together."""
    # Buffers are the graph's, the same everywhere, and those of batch normalisation, of which rank 0's count.
    strategy = "auto" if rank is None else DDPStrategy(cluster_environment=rank, broadcast_buffers=False)
    return Trainer(
        accelerator=device,
        strategy=strategy,
        devices=config.devices,
        precision=config.precision,
        max_epochs=config.epochs - callback.epoch,
        callbacks=[callback, *_list_watchers(callback, rank)],
        use_distributed_sampler=False,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )


def _list_watchers(callback: RunRecorder | Follower, rank: Rank | None) -> list[Callback]:
    """What else follows the training: the profiler that was asked for, and what leads the other processes."""
    watchers: list[Callback] = []
    if isinstance(callback, RunRecorder) and callback.folder.profile_requested:
        watchers.append(EpochProfiler(callback.folder))
    if rank is not None and rank.rank == FIRST_RANK:
        watchers.append(Leader())
    return watchers


def _finalise(
    folder: RunFolder, graph: Graph, module: NodeClassifier, recorder: RunRecorder, outcome: Outcome, device: DeviceName
) -> None:
    progress = recorder.progress
    assert progress.best_logits is not None, "every epoch that ends leaves a best one"
    logits = progress.best_logits.numpy()
    weights, predictions = io.BytesIO(), io.BytesIO()
    torch.save(progress.best_weights, weights)
    np.savez(predictions, logits=logits)
    write_atomically(folder / files.BEST_WEIGHTS, weights.getvalue())
    write_atomically(folder / files.PREDICTIONS, predictions.getvalue())
    seconds = [row["epoch_seconds"] for row in read_rows((folder / files.METRICS).read_bytes())]
    facts = RunFacts(
        outcome=outcome,
        split=recorder.config.split,
        best_epoch=progress.best_epoch,
        epochs=progress.epoch,
        seconds_per_epoch=median(value for value in seconds if value is not None),
        seconds=progress.elapsed_seconds,
        num_parameters=sum(parameter.numel() for parameter in module.model.parameters()),
        device=describe_device(device),
        peak_memory_mb=round(read_peak_memory_mb(device), 1),
    )
    folder.write_json(files.REPORT, asdict(build_report(logits, graph, facts)))


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


@contextmanager
def _quiet_lightning() -> Iterator[None]:
    """Keeps Lightning's advice out of a run's log; errors still pass."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"lightning\.(pytorch|fabric)")
            yield
    finally:
        logger.setLevel(level)
