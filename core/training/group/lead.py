"""One run in several processes: this one leads and alone writes, the others follow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lightning.pytorch.strategies import DDPStrategy

from core.config.train import TrainConfig
from core.graph.graph import Graph
from core.training.checkpoint import load_checkpoint
from core.training.device import DeviceName
from core.training.group.follower import Follower, Leader
from core.training.group.processes import Rank, start_group
from core.training.loop import build_classifier, build_loader, build_trainer, quiet_lightning
from core.training.module import OneStep


@dataclass(frozen=True)
class Lead:
    """What rank 0's trainer takes beside its own: how gradients are shared, and what tells the others to end."""

    strategy: DDPStrategy
    leader: Leader


@contextmanager
def lead_group(config: TrainConfig, graph: Graph, device: DeviceName, checkpoint: Path | None) -> Iterator[Lead]:
    """While the block runs, this process leads others that train beside it, from the same checkpoint on.

    Raises TrainingError when one of them fails.
    """
    with start_group(config.devices, device, _follow, checkpoint, config, graph, device) as rank:
        yield Lead(_build_strategy(rank), Leader())


def _follow(rank: Rank, path: Path | None, config: TrainConfig, graph: Graph, device: DeviceName) -> None:
    """What a run's other processes do: they train beside the first one."""
    with quiet_lightning():
        checkpoint = load_checkpoint(path) if path else None
        module = build_classifier(config, graph, checkpoint)  # takes the weights of rank 0
        follower = Follower(seed=config.seed, rank=rank.rank, checkpoint=checkpoint)
        loader = build_loader(config, graph, epoch=lambda: follower.epoch, rank=rank.rank)
        epochs = config.epochs - follower.epoch
        trainer = build_trainer(config, device, [follower], epochs=epochs, strategy=_build_strategy(rank))
        trainer.fit(module, loader, OneStep())


def _build_strategy(rank: Rank) -> DDPStrategy:
    # Buffers are the graph's, the same everywhere, and those of batch normalisation, of which rank 0's count.
    return DDPStrategy(cluster_environment=rank, broadcast_buffers=False)
