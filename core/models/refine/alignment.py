"""Alignment: categories are predicted as often as they occur among the articles whose category is told."""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NUM_STEPS: Final = 20  # after which the frequencies agree to a thousandth
RAREST: Final = 1e-6  # taken for the frequency of what does not occur


def find_shift(logits: Tensor, prior: Tensor) -> Tensor:
    """What to add to every row of logits [M, C] so that their mean probabilities are `prior` [C], which sums to 1.

    Source: the distribution alignment of ReMixMatch (arXiv 1911.09785), repeated until it holds.
    """
    # Exponentials once, and products with what multiplies each category after that: a shift of logits multiplies odds.
    # float64 holds what NUM_STEPS can come to, 1 / RAREST each; without it (MPS) the CPU computes.
    exact = logits.double() if logits.device.type != "mps" else logits.cpu().double()
    odds = (exact - exact.amax(dim=1, keepdim=True)).exp()
    wanted = prior.to(odds).clamp_min(RAREST)
    factors = torch.ones_like(wanted)
    for _ in range(NUM_STEPS):
        found = factors * ((odds @ factors).reciprocal() @ odds) / len(odds)
        factors = factors * wanted / found.clamp_min(RAREST)
    return factors.log().to(prior)


class Alignment(nn.Module):
    """Adds to logits [N, C] the buffer `shift` [C], which is kept with the weights; zeros until `choose` finds better.

    Few training articles tell a model little about how frequent a category is, so it predicts rare ones too often.
    """

    shift: Tensor

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.register_buffer("shift", torch.zeros(num_classes))

    def reset(self) -> None:
        """Shifts nothing."""
        self.shift.zero_()

    def forward(self, logits: Tensor) -> Tensor:
        """The shifted logits [N, C]."""
        shifted: Tensor = logits + self.shift
        return shifted

    def choose(self, logits: Tensor, prior: Tensor, untold: Tensor, y: Tensor, index: Tensor) -> Tensor:
        """Sets the shift and returns the shifted logits [N, C].

        It is the one that gives the articles `untold` the frequencies `prior` [C], unless the articles `index` with
        the categories y [N] lose by it: where their loss would rise, nothing is shifted.
        """
        self.reset()
        shift = find_shift(logits.index_select(0, untold), prior)
        known, truth = logits.index_select(0, index), y.index_select(0, index)
        if F.cross_entropy(known + shift, truth) < F.cross_entropy(known, truth):
            self.shift.copy_(shift)
        shifted: Tensor = self(logits)
        return shifted
