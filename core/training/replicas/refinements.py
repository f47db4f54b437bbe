"""What goes around R replicas, as `core.models.refine` and `core.training.consistency` put it around one model.

Nothing here waits for the device, and all shapes stay, so that an epoch can be recorded: where a single model asks
whether stopping articles gain, both answers are computed, and each replica takes its own.
"""

from copy import deepcopy
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.config.train import TrainConfig
from core.models.ops.adjacency import Adjacency
from core.models.refine.alignment import NUM_STEPS, RAREST
from core.models.refine.smoothing import OWN_SHARES, Smoothing
from core.training.consistency import RAMP_STEPS


class ReplicaAverage(nn.Module):
    """The running means of R models' weights; see `core.models.refine.averages.AveragedModel`."""

    num_updates: Tensor

    def __init__(self, model: nn.Module, decay: float) -> None:
        super().__init__()
        self.model = deepcopy(model).requires_grad_(requires_grad=False).eval()
        self.decay = decay
        device = next(model.parameters()).device
        self.register_buffer("num_updates", torch.zeros((), device=device))

    def train(self, mode: bool = True) -> Self:  # noqa: ARG002
        return super().train(mode=False)

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Takes the present weights of `model` into the means."""
        share = 1 - ((1 + self.num_updates) / (10 + self.num_updates)).clamp_max(self.decay)
        theirs = model.state_dict()
        for name, mine in self.model.state_dict().items():
            mine.lerp_(theirs[name], share)
        self.num_updates += 1


class ReplicaRefinements:
    """Alignment, smoothing and the teacher of R replicas, whose masks [3, R, N] are those of training, stopping, val.

    y [N]: every article's category. What is refined is logits [N, R, C].
    """

    def __init__(
        self, config: TrainConfig, y: Tensor, masks: Tensor, num_classes: int, around: Adjacency | None
    ) -> None:
        self.config, self.around = config, around
        self.y, self.num_classes = y, num_classes
        self.smoothing = Smoothing(config.smoothing_steps) if config.smoothing_steps else None
        self.teacher = torch.zeros(len(y), masks.shape[1], num_classes, device=y.device) if config.consistency else None
        self._read_masks(masks)

    def _read_masks(self, masks: Tensor) -> None:
        train, self.stopping = masks[0].T, masks[1].T  # [N, R]
        self.untold = _share(~train)  # [N, R], so that a sum over it is a mean
        counts = F.one_hot(self.y, self.num_classes).float().T @ train.float()  # [C, R]
        tells = counts.amin(dim=0) < counts.amax(dim=0)
        self.priors = (counts / counts.sum(dim=0)).T  # [R, C]
        self.tells = (tells & self.config.distribution_alignment)[:, None]  # [R, 1]

    def keep(self, index: Tensor, masks: Tensor) -> None:
        """Goes on with the replicas at these positions alone, whose masks those are."""
        self.teacher = None if self.teacher is None else self.teacher[:, index].contiguous()
        self._read_masks(masks)

    def teach(self, logits: Tensor, num_updates: Tensor) -> Tensor:
        """[R]: what the means of the weights add to each replica's loss, for a step with these logits."""
        assert self.teacher is not None
        sharpened = self.teacher / self.config.teacher_temperature
        if self.config.distribution_alignment:
            sharpened = sharpened + self._find_shifts(sharpened)
        entropies = -(sharpened.softmax(dim=2) * logits.log_softmax(dim=2)).sum(dim=2)
        weight = self.config.consistency * (num_updates / RAMP_STEPS).clamp_max(1.0)
        return weight * (entropies * self.untold).sum(dim=0)

    def choose(self, logits: Tensor) -> Tensor:
        """The logits aligned and smoothed as far as each replica's stopping articles gain by it."""
        if self.teacher is not None:
            self.teacher.copy_(logits)
        if self.config.distribution_alignment:
            logits = self._align(logits)
        return logits if self.smoothing is None else self._smooth(logits, self.smoothing)

    def _align(self, logits: Tensor) -> Tensor:
        shifts = self._find_shifts(logits)
        gains = self._score(logits + shifts)[1] < self._score(logits)[1]
        return logits + torch.where(gains[:, None], shifts, 0.0)

    def _find_shifts(self, logits: Tensor) -> Tensor:
        """[R, C] what to add to each replica's logits so that categories are as frequent as among its training ones."""
        wanted = self.priors.clamp_min(RAREST).log()
        shifts = torch.zeros_like(wanted)
        for _ in range(NUM_STEPS):
            found = ((logits + shifts).softmax(dim=2) * self.untold[:, :, None]).sum(dim=0)
            shifts = shifts + wanted - found.clamp_min(RAREST).log()
        return torch.where(self.tells, shifts, 0.0)

    def _smooth(self, logits: Tensor, smoothing: Smoothing) -> Tensor:
        assert self.around is not None
        flat = _Spread(self.around, logits.shape)
        spread = smoothing.spread(logits.softmax(dim=2), flat)
        best, (best_hits, best_loss) = logits, self._score(logits)
        for share in OWN_SHARES[1:]:
            mixed = smoothing.mix(spread, share)
            hits, loss = self._score(mixed)
            better = (hits > best_hits) | ((hits == best_hits) & (loss < best_loss))
            best = torch.where(better[:, None], mixed, best)
            best_hits, best_loss = torch.where(better, hits, best_hits), torch.where(better, loss, best_loss)
        return best

    def _score(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """How many stopping articles of each replica are named rightly, and the sum of their losses, [R] each."""
        hits = (logits.argmax(dim=2) == self.y[:, None]) & self.stopping
        losses = -logits.log_softmax(dim=2).gather(2, self.y[:, None, None].expand(-1, logits.shape[1], 1)).squeeze(2)
        return hits.sum(dim=0), torch.where(self.stopping, losses, 0.0).sum(dim=0)


class _Spread:
    """The links as `Smoothing` multiplies by them, over all replicas at once."""

    def __init__(self, around: Adjacency, shape: torch.Size) -> None:
        self._around, self._shape = around, shape

    @property
    def loop_weights(self) -> Tensor:
        return self._around.loop_weights.unsqueeze(1)

    def matmul(self, x: Tensor) -> Tensor:
        return self._around.matmul(x.flatten(1)).view(self._shape)


def _share(mask: Tensor) -> Tensor:
    """Of each column's marked rows their share, 0 for the others."""
    return mask.float() / mask.sum(dim=0)
