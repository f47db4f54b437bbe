"""One epoch: a training step on the training articles, then an evaluation of all articles."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from lightning.pytorch import LightningModule
from torch import Tensor, nn

from core.graph.graph import Graph
from core.models.build import build_inputs, build_model, build_reach
from core.training.config import TrainConfig


@dataclass(frozen=True)
class Score:
    """Mean cross entropy (nats) and accuracy (a fraction) over one set of articles."""

    loss: float
    acc: float


class OneStep:
    """A loader of one batch, the whole graph. Unlike DataLoader it draws no random number."""

    def __iter__(self) -> Iterator[int]:
        return iter((0,))

    def __len__(self) -> int:
        return 1


class NodeClassifier(LightningModule):
    """A model, its inputs and one split. After an epoch, `logits` [N, C] and `train_score` are those of that epoch."""

    y: Tensor  # [N]
    train_index: Tensor
    stopping_index: Tensor
    val_index: Tensor

    def __init__(self, config: TrainConfig, graph: Graph) -> None:
        super().__init__()
        self.lr, self.weight_decay = config.lr, config.weight_decay
        self.model: nn.Module = build_model(config, in_channels=graph.x.shape[1], out_channels=graph.num_classes)
        self.inputs = build_inputs(config, graph)
        self.register_buffer("y", torch.tensor(graph.y), persistent=False)
        masks = {"train": graph.train_masks, "stopping": graph.stopping_masks, "val": graph.val_masks}
        for name, mask in masks.items():
            index = torch.tensor(mask[config.split]).nonzero().flatten()
            self.register_buffer(f"{name}_index", index, persistent=False)
        self.reach = build_reach(self.model, self.inputs.adj, self.train_index)
        self.train_score = Score(loss=float("nan"), acc=float("nan"))
        self.logits = torch.empty(0)

    def forward(self) -> Tensor:
        """Logits [N, C] of all articles."""
        logits: Tensor = self.model(self.inputs.x, self.inputs.adj)
        return logits.float()

    def train_logits(self) -> Tensor:
        """Logits [M, C] of the training articles, computed for them alone where the model can."""
        if self.reach is None:
            everyone: Tensor = self()
            return everyone.index_select(0, self.train_index)
        logits: Tensor = self.model(self.inputs.x, self.inputs.adj, self.reach).float()
        return logits

    def training_step(self, batch: int, batch_idx: int) -> Tensor:  # noqa: ARG002
        logits, y = self.train_logits(), self.y.index_select(0, self.train_index)
        loss = F.cross_entropy(logits, y)
        self.train_score = Score(loss.item(), (logits.detach().argmax(dim=1) == y).float().mean().item())
        return loss

    def validation_step(self, batch: int, batch_idx: int) -> None:  # noqa: ARG002
        self.logits = self()

    def score(self, index: Tensor) -> Score:
        """How well this epoch's logits fit the articles `index`."""
        logits, y = self.logits.index_select(0, index), self.y.index_select(0, index)
        return Score(F.cross_entropy(logits, y).item(), (logits.argmax(dim=1) == y).float().mean().item())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=self.lr, weight_decay=self.weight_decay)
