"""Smoothing: what is predicted for an article mixes with what is predicted around it, as far as that helps."""

from typing import Final, Protocol

import torch
from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency

# How much of its own prediction an article may keep at each step; 1 keeps all of it and is tried first.
OWN_SHARES: Final = (1.0, 0.5, 0.3, 0.2)


class Links(Protocol):
    """What predictions are passed on over: symmetrically normalised links, a self-loop for every article among them."""

    @property
    def loop_weights(self) -> Tensor:
        """The weights of the self-loops, in the shape of p but for its last dimension."""

    def matmul(self, x: Tensor) -> Tensor:
        """The product with x, shaped as p."""


class Smoothing(nn.Module):
    """q ← (1 - a) P q + a p, `steps` times, from q = p, the probabilities; P averages an article and its neighbours.

    a is the entry of OWN_SHARES that the buffer `choice` counts out, so that it is kept with the weights.
    Nothing is smoothed while it is 1.
    Source: the propagation of APPNP (arXiv 1810.05997), on probabilities, after training instead of in it.
    """

    choice: Tensor  # int64

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.register_buffer("choice", torch.tensor(0))

    def reset(self) -> None:
        """Smoothes nothing."""
        self.choice.zero_()

    def forward(self, logits: Tensor, adj: Adjacency) -> Tensor:
        """Logarithms of the smoothed probabilities [N, C]; the logits themselves where nothing is smoothed.

        adj: the symmetrically normalised links, a self-loop for every article among them.
        """
        share = OWN_SHARES[int(self.choice.item())]
        return logits if share == 1.0 else self.mix(self.spread(logits.softmax(dim=1), adj), share)

    def choose(self, logits: Tensor, adj: Adjacency, y: Tensor, index: Tensor) -> Tensor:
        """Sets the share that serves the articles `index` best and returns what it makes of the logits [N, C].

        Best is the highest accuracy for the categories y [N], then the lowest loss.
        """
        spread = self.spread(logits.softmax(dim=1), adj)
        best_score, best = (-1.0, 0.0), logits
        for choice, share in enumerate(OWN_SHARES):
            mixed = logits if share == 1.0 else self.mix(spread, share)
            chosen, truth = mixed.index_select(0, index), y.index_select(0, index)
            hits = (chosen.argmax(dim=1) == truth).float().mean().item()
            score = (hits, -nn.functional.cross_entropy(chosen, truth).item())
            if score > best_score:
                best_score, best = score, mixed
                self.choice.fill_(choice)
        return best

    def spread(self, probs: Tensor, adj: Links) -> list[Tensor]:
        """P^k p for k from 0 to `steps`, each as p [N, ..., C]. P = D^-1/2 A D^1/2, A = `adj`, 1 / D its diagonal."""
        root = adj.loop_weights.rsqrt().unsqueeze(1)
        spread = [probs]
        for _ in range(self.steps):
            spread.append(adj.matmul(spread[-1] * root) / root)
        return spread

    def mix(self, spread: list[Tensor], share: float) -> Tensor:
        """The sum of a (1 - a)^k P^k p over k below K = `steps`, and (1 - a)^K P^K p: what the steps come to."""
        mixed = (1 - share) ** self.steps * spread[-1]
        for k in range(self.steps):
            mixed = mixed + share * (1 - share) ** k * spread[k]
        return mixed.clamp_min(torch.finfo(mixed.dtype).tiny).log()
