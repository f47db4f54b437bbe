"""R replicas in training: weights, splits, progress and one epoch of all of them, on the device throughout."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.config.train import TrainConfig
from core.graph.graph import Graph
from core.models.build import build_model
from core.models.inputs import ModelInputs
from core.models.ops.dropout import Dropout
from core.models.ops.thinning import thin_links
from core.training.replicas.models import Weights, build_replicas, stack_weights
from core.training.replicas.refinements import ReplicaAverage, ReplicaRefinements

SCORES: Final = ("train_loss", "train_acc", "stopping_loss", "stopping_acc", "val_loss", "val_acc")


class ReplicaKey(NamedTuple):
    """What makes a replica: on which split it trains, and from which seed its weights come."""

    split: int
    seed: int


class ReplicaProgress:
    """How far R replicas have come, and their best epochs so far; a replica that is done no longer changes.

    The rules are those of `core.training.checkpoint.Progress`.
    """

    def __init__(self, replicas: int, num_nodes: int, num_classes: int, device: torch.device) -> None:
        self.epoch = torch.zeros((), dtype=torch.int64, device=device)  # of the stack
        self.tensors = {
            "epochs": torch.zeros(replicas, dtype=torch.int64, device=device),  # trained until done
            "best_epoch": torch.zeros(replicas, dtype=torch.int64, device=device),
            "best_acc": torch.full((replicas,), -1.0, device=device),
            "best_loss": torch.full((replicas,), float("inf"), device=device),
            "done": torch.zeros(replicas, dtype=torch.bool, device=device),
            "best_logits": torch.zeros(replicas, num_nodes, num_classes, device=device),
        }

    def update(self, acc: Tensor, loss: Tensor, logits: Tensor, *, patience: int) -> None:
        """Counts an epoch with these stopping accuracies and losses [R] and logits [N, R, C], in place."""
        now = self.tensors
        self.epoch += 1
        ties = (acc == now["best_acc"]) & (loss < now["best_loss"])
        better = ~now["done"] & ((acc > now["best_acc"]) | ties)
        now["epochs"] += ~now["done"]
        now["best_acc"].copy_(torch.where(better, acc, now["best_acc"]))
        now["best_loss"].copy_(torch.where(better, loss, now["best_loss"]))
        now["best_epoch"].copy_(torch.where(better, self.epoch, now["best_epoch"]))
        now["best_logits"].copy_(torch.where(better[:, None, None], logits.transpose(0, 1), now["best_logits"]))
        now["done"] |= (now["best_epoch"] > 0) & (self.epoch - now["best_epoch"] >= patience)

    def keep(self, positions: Tensor) -> None:
        """Forgets all replicas but these."""
        self.tensors = {name: tensor[positions] for name, tensor in self.tensors.items()}


class ReplicaTraining:
    """R replicas of one config, all of the same age.

    The loss is the sum of the replicas' mean losses, each over the training articles of its own split:
    so every replica's gradient, and with Adam every step, is what it would be alone.
    """

    def __init__(
        self, config: TrainConfig, graph: Graph, inputs: ModelInputs, pairs: Sequence[ReplicaKey], device: torch.device
    ) -> None:
        self.config, self.inputs = config, inputs
        self.sizes = {"in_channels": graph.x.shape[1], "out_channels": graph.num_classes}
        weights = stack_weights(draw_weights(config, graph, [pair.seed for pair in pairs]))
        self.model = build_replicas(config, {name: value.to(device) for name, value in weights.items()}, **self.sizes)
        self.optimizer = self._build_optimizer(self.model)
        self.y = torch.tensor(graph.y, device=device).clamp_min(0)  # one without a category is in no mask
        splits = [pair.split for pair in pairs]
        masks = np.stack([graph.train_masks[splits], graph.stopping_masks[splits], graph.val_masks[splits]])
        self.masks = torch.tensor(masks, device=device)  # [3, R, N]
        self.refinements = ReplicaRefinements(config, self.y, self.masks, graph.num_classes, inputs.around)
        self.feature_dropout = Dropout(config.feature_dropout)
        self.average = ReplicaAverage(self.model, config.average_decay) if config.average_decay else None
        self.scores = torch.empty(len(SCORES), len(pairs), device=device)
        self.progress = ReplicaProgress(len(pairs), graph.num_nodes, graph.num_classes, device)

    @property
    def replicas(self) -> int:
        return self.masks.shape[1]

    def run_epoch(self) -> None:
        """A step and an evaluation of every replica; `scores` [6, R] are then this epoch's. Waits for nothing."""
        self.model.train()
        self.optimizer.zero_grad(set_to_none=True)
        logits = self._predict()
        losses, accs = self._score(logits, self.masks[:1])
        total = losses.sum()
        if self.average is not None and self.config.consistency:
            total = total + self.refinements.teach(logits, self.average.num_updates).sum()
        total.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        with torch.no_grad():
            if self.average is not None:
                self.average.update(self.model)
            logits = self.refinements.choose(self._evaluate())
            held_losses, held_accs = self._score(logits, self.masks[1:])
            every_loss, every_acc = torch.cat([losses.detach(), held_losses]), torch.cat([accs, held_accs])
            self.scores.copy_(torch.stack([every_loss, every_acc], dim=1).flatten(0, 1))
            self.progress.update(held_accs[0], held_losses[0], logits, patience=self.config.patience)

    def keep(self, positions: list[int]) -> None:
        """Goes on with the replicas at these positions alone."""
        index = torch.tensor(positions, device=self.y.device)
        weights: Weights = {name: value[index] for name, value in self.model.state_dict().items()}
        model = build_replicas(self.config, weights, **self.sizes)
        optimizer = self._build_optimizer(model)
        for old, new in zip(self.model.parameters(), model.parameters(), strict=True):
            state = self.optimizer.state[old]
            optimizer.state[new] = {
                name: value[index] if value.dim() else value.clone() for name, value in state.items()
            }
        if self.average is not None:
            means = {name: value[index] for name, value in self.average.model.state_dict().items()}
            num_updates = self.average.num_updates
            self.average = ReplicaAverage(build_replicas(self.config, means, **self.sizes), self.config.average_decay)
            self.average.num_updates.copy_(num_updates)
        self.model, self.optimizer = model, optimizer
        self.refinements.keep(index, self.masks[:, index])
        self.masks, self.scores = self.masks[:, index], self.scores[:, index]
        self.progress.keep(index)

    def _predict(self) -> Tensor:
        """Logits [N, R, C] of a step, over links that all replicas share and features of each one's own."""
        x, adj = self.inputs.x, self.inputs.adj
        if adj is not None and self.config.link_dropout:
            adj = thin_links(adj, self.config.link_dropout)
        if self.feature_dropout.p:
            self.feature_dropout.train()
            x = self.feature_dropout(x.unsqueeze(1).expand(-1, self.replicas, -1))
        logits: Tensor = self.model(x, adj)
        return logits

    def _evaluate(self) -> Tensor:
        """Logits [N, R, C] of what is evaluated, before anything refines them."""
        evaluated = self.model.eval() if self.average is None else self.average.model
        logits: Tensor = evaluated(self.inputs.x, self.inputs.adj)
        return logits

    def _score(self, logits: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cross entropy and accuracy [S, R] of logits [N, R, C] over the articles of each mask [S, R, N].

        All articles are scored and then chosen: shapes stay, and nothing is gathered or scattered.
        """
        by_replica = logits.transpose(0, 1)  # [R, N, C]
        y = self.y.expand(by_replica.shape[:2])
        entropies = F.cross_entropy(by_replica.flatten(0, 1), y.flatten(), reduction="none").view_as(y)
        hits = by_replica.detach().argmax(dim=-1) == y
        counts = masks.sum(dim=-1)
        return torch.where(masks, entropies, 0.0).sum(dim=-1) / counts, (masks & hits).sum(dim=-1) / counts

    def _build_optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        on_cuda = next(model.parameters()).is_cuda
        return torch.optim.Adam(
            model.parameters(),
            lr=self.config.lr,
            weight_decay=self.config.weight_decay,
            capturable=on_cuda,
            fused=on_cuda,
        )


def draw_weights(config: TrainConfig, graph: Graph, seeds: Sequence[int]) -> list[dict[str, Tensor]]:
    """The weights with which a run of each seed begins. The random state is left as it was."""
    drawn = []
    with torch.random.fork_rng(devices=[]):
        for seed in seeds:
            torch.manual_seed(seed)
            model = build_model(config, in_channels=graph.x.shape[1], out_channels=graph.num_classes)
            drawn.append(model.state_dict())
    return drawn
