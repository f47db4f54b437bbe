"""One process's training: the module, what an epoch trains on, and Lightning's trainer around them."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lightning.pytorch import Callback, Trainer
from lightning.pytorch.strategies import Strategy

from core.config.train import TrainConfig
from core.graph.graph import Graph
from core.training.checkpoint import Checkpoint
from core.training.device import DeviceName
from core.training.module import NodeClassifier, OneStep

if TYPE_CHECKING:
    from core.training.parts.loader import RandomParts


def build_classifier(config: TrainConfig, graph: Graph, checkpoint: Checkpoint | None = None) -> NodeClassifier:
    """The module that trains this config: on the full graph, or part by part. Its weights are fresh.

    checkpoint: what it is to go on from. Once GCN alone obeyed its refinements, and a run begun then goes on so.
    """
    refines = checkpoint is None or checkpoint.refines or config.model == "gcn"
    if config.partitions == 1:
        return NodeClassifier(config, graph, refines=refines)
    from core.training.parts.classifier import PartitionedClassifier  # a run on the full graph needs none of it

    return PartitionedClassifier(config, graph, refines=refines)


def build_loader(
    config: TrainConfig, graph: Graph, *, epoch: Callable[[], int], rank: int = 0
) -> "OneStep | RandomParts":
    """What one epoch of this config trains on, one step each; see `RandomParts`."""
    if config.partitions == 1:
        return OneStep()
    from core.training.parts.loader import RandomParts

    return RandomParts(config, graph, epoch=epoch, rank=rank)


def build_trainer(
    config: TrainConfig, device: DeviceName, callbacks: list[Callback], *, epochs: int, strategy: Strategy | None = None
) -> Trainer:
    """A trainer of `epochs` more epochs that leaves all writing to the callbacks."""
    return Trainer(
        accelerator=device,
        strategy=strategy or "auto",
        devices=config.devices,
        precision=config.precision,
        max_epochs=epochs,
        callbacks=callbacks,
        use_distributed_sampler=False,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )


@contextmanager
def quiet_lightning() -> Iterator[None]:
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
