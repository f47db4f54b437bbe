"""One epoch: a training step on the training articles, then an evaluation of all articles."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from lightning.pytorch import LightningModule
from torch import Tensor

from core.config.train import TrainConfig
from core.graph.graph import Graph
from core.models.build import build_model, build_refined
from core.models.inputs import build_inputs
from core.models.refine.averages import AveragedModel
from core.models.refine.refined import Refined, Told
from core.training.consistency import measure_disagreement, ramp_weight


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
    """A model, its inputs and one split. After an epoch, `logits` [N, C] and `train_score` are those of that epoch.

    What is evaluated is `average`, where the config asks for a mean of the weights, else the model itself.
    refines: whether the config's refinements are obeyed.
    """

    y: Tensor  # [N]
    train_index: Tensor
    stopping_index: Tensor
    val_index: Tensor
    untold_index: Tensor  # articles whose category no step is told
    prior: Tensor | None  # [C], how frequent each category is among the training articles, to align predictions with

    def __init__(self, config: TrainConfig, graph: Graph, *, refines: bool = True) -> None:
        super().__init__()
        self.refines = refines
        self.lr, self.weight_decay = config.lr, config.weight_decay
        self.consistency, self.teacher_temperature = config.consistency, config.teacher_temperature
        sizes = {"in_channels": graph.x.shape[1], "out_channels": graph.num_classes}
        self.model = (
            build_refined(config, **sizes) if refines else Refined(build_model(config, **sizes), graph.num_classes)
        )
        self.inputs = build_inputs(config, graph)
        self.register_buffer("y", torch.tensor(graph.y), persistent=False)
        masks = {"train": graph.train_masks, "stopping": graph.stopping_masks, "val": graph.val_masks}
        for name, mask in masks.items():
            index = torch.tensor(mask[config.split]).nonzero().flatten()
            self.register_buffer(f"{name}_index", index, persistent=False)
        untold = torch.tensor(~graph.train_masks[config.split]).nonzero().flatten()
        self.register_buffer("untold_index", untold, persistent=False)
        counts = torch.bincount(self.y[self.train_index], minlength=graph.num_classes)
        # Equally many articles of each category were picked so: they tell nothing of frequencies.
        tells = config.distribution_alignment and bool(counts.min() < counts.max())
        self.register_buffer("prior", counts / counts.sum() if tells else None, persistent=False)
        self.reach = None if config.consistency else self.model.build_reach(self.inputs, self.train_index)
        self.average = AveragedModel(self.model, config.average_decay) if config.average_decay else None
        self._unrefined: Tensor | None = None  # [N, C], of the last evaluation
        self.train_score = Score(loss=float("nan"), acc=float("nan"))
        self.logits = torch.empty(0)

    def forward(self) -> Tensor:
        """Logits [N, C] of all articles."""
        logits: Tensor = self.model(self.inputs)
        return logits.float()

    def train_logits(self) -> Tensor:
        """Logits [M, C] of the training articles, computed for them alone where the model can."""
        if self.reach is None:
            everyone: Tensor = self()
            return everyone.index_select(0, self.train_index)
        logits: Tensor = self.model(self.inputs, self.reach).float()
        return logits

    def training_step(self, batch: int, batch_idx: int) -> Tensor:  # noqa: ARG002
        everyone: Tensor | None = self() if self.consistency else None
        logits = self.train_logits() if everyone is None else everyone.index_select(0, self.train_index)
        y = self.y.index_select(0, self.train_index)
        loss = F.cross_entropy(logits, y)
        self.train_score = Score(loss.item(), (logits.detach().argmax(dim=1) == y).float().mean().item())
        return loss if everyone is None else loss + self._teach(everyone)

    def _teach(self, logits: Tensor) -> Tensor:
        """What the mean of the weights adds to the loss of a step with these logits [N, C]."""
        assert self.average is not None
        num_steps = int(self.average.num_updates.item())
        if num_steps == 0:
            return logits.new_zeros(())
        if self._unrefined is None:  # resumed
            with torch.no_grad():
                self._evaluate()
        assert self._unrefined is not None
        untold = self.untold_index
        disagreement = measure_disagreement(
            logits.index_select(0, untold),
            self._unrefined.index_select(0, untold),
            self.teacher_temperature,
            prior=self.prior,
        )
        return ramp_weight(self.consistency, num_steps) * disagreement

    def on_train_batch_end(self, outputs: object, batch: object, batch_idx: int) -> None:  # noqa: ARG002
        if self.average is not None:
            self.average.update(self.model)

    def validation_step(self, batch: int, batch_idx: int) -> None:  # noqa: ARG002
        self.logits = self._evaluate()

    def _evaluate(self) -> Tensor:
        """Logits [N, C] of what is evaluated, aligned and smoothed as far as the stopping articles gain by it."""
        evaluated = self.model if self.average is None else self.average.model
        evaluated.reset()
        logits: Tensor = evaluated(self.inputs).float()
        # A clone made outside inference mode, so that a loss may use it.
        with torch.inference_mode(False):
            self._unrefined = logits.clone() if self.consistency else None
        return evaluated.choose(logits, self.inputs, Told(self.prior, self.untold_index, self.y, self.stopping_index))

    def best_state(self) -> dict[str, Tensor]:
        """Weights and buffers of what is evaluated, under the model's own names."""
        if self.average is None:
            return dict(self.state_dict())
        return {f"model.{name}": value for name, value in self.average.model.state_dict().items()}

    def score(self, index: Tensor) -> Score:
        """How well this epoch's logits fit the articles `index`."""
        logits, y = self.logits.index_select(0, index), self.y.index_select(0, index)
        return Score(F.cross_entropy(logits, y).item(), (logits.argmax(dim=1) == y).float().mean().item())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=self.lr, weight_decay=self.weight_decay)
