"""A model with what goes around it: dropout of links and features before, alignment and smoothing after."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.models.inputs import ModelInputs
from core.models.ops.adjacency import Adjacency
from core.models.ops.dropout import Dropout
from core.models.ops.reach import Reach
from core.models.ops.thinning import thin_links
from core.models.refine.alignment import Alignment
from core.models.refine.smoothing import Smoothing
from core.models.stack import Stack

BASE = "base."


@dataclass(frozen=True, eq=False)
class Told:
    """What refinements are chosen by: the categories y [N] of the articles `stopping`.

    prior: [C], how frequent each category is among the training articles; None where those do not tell.
    untold: the articles whose category no step is told.
    """

    prior: Tensor | None
    untold: Tensor
    y: Tensor
    stopping: Tensor


class Refined(nn.Module):
    """`base`, any model that is called as `base(x, adj)`, and around it as much as is asked for.

    link_dropout: share of the links, self-loops apart, over which a training step passes no message.
    feature_dropout: share of the values of x that a training step reads as 0.
    distribution_alignment, smoothing_steps: for `Alignment` and, after it, `Smoothing`, which change what comes out
    in evaluation mode; 0 steps for none.

    Its state names the weights as `base` does, so that a run's files do not depend on what was around its model.
    """

    def __init__(
        self,
        base: nn.Module,
        out_channels: int,
        *,
        link_dropout: float = 0.0,
        feature_dropout: float = 0.0,
        distribution_alignment: bool = False,
        smoothing_steps: int = 0,
    ) -> None:
        super().__init__()
        self.base = base
        if isinstance(base, Stack):
            base.begins_alike = not (link_dropout or feature_dropout)
        self.link_dropout = link_dropout
        self.feature_dropout = Dropout(feature_dropout)
        self.alignment = Alignment(out_channels) if distribution_alignment else None
        self.smoothing = Smoothing(smoothing_steps) if smoothing_steps else None
        self.register_state_dict_post_hook(_drop_base)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_pre_hook(_add_base)  # type: ignore[no-untyped-call]

    def build_reach(self, inputs: ModelInputs, rows: Tensor) -> Reach | None:
        """What `self(inputs, reach)` computes for the logits of the articles `rows` [M] alone, sorted indices.

        None where that saves nothing: self(inputs)[rows]. With `link_dropout` it is not known before a step what it
        reads.
        """
        if self.link_dropout or not isinstance(self.base, Stack):
            return None
        return self.base.build_reach(self._choose_links(inputs.adj), rows)

    def forward(self, inputs: ModelInputs, reach: Reach | None = None) -> Tensor:
        """Logits [N, out_channels]; with `reach`, in training, those of its M articles alone."""
        if not self.training:
            return self._refine(self.base(inputs.x, inputs.adj), inputs.around)
        adj = self._choose_links(inputs.adj)
        links = thin_links(adj, self.link_dropout) if adj is not None and self.link_dropout else adj
        x = self.feature_dropout(inputs.x)
        logits: Tensor = self.base(x, links) if reach is None else self.base(x, links, reach)
        return logits

    def reset(self) -> None:
        """Shifts and smoothes nothing any more."""
        for refinement in (self.alignment, self.smoothing):
            if refinement is not None:
                refinement.reset()

    def choose(self, logits: Tensor, inputs: ModelInputs, told: Told) -> Tensor:
        """Refines the logits [N, C] that came out after `reset` as far as the articles `told.stopping` gain by it.

        What is chosen is kept with the weights: from here on, evaluation gives what is returned.
        """
        if self.alignment is not None and told.prior is not None:
            logits = self.alignment.choose(logits, told.prior, told.untold, told.y, told.stopping)
        if self.smoothing is not None:
            logits = self.smoothing.choose(logits, _need(inputs.around), told.y, told.stopping)
        return logits

    def _choose_links(self, adj: Adjacency | None) -> Adjacency | None:
        # Where features change from step to step, a product of them would be kept in vain.
        return adj.unkept() if adj is not None and self.feature_dropout.p else adj

    def _refine(self, logits: Tensor, around: Adjacency | None) -> Tensor:
        logits = logits if self.alignment is None else self.alignment(logits)
        return logits if self.smoothing is None else self.smoothing(logits, _need(around))


def _need(around: Adjacency | None) -> Adjacency:
    if around is None:
        raise TypeError("smoothing needs links: build the inputs with the config that the model was built with")
    return around


def _drop_base(module: nn.Module, state: dict[str, Any], prefix: str, _metadata: object) -> None:  # noqa: ARG001
    start = prefix + BASE
    for name in [name for name in state if name.startswith(start)]:
        state[prefix + name.removeprefix(start)] = state.pop(name)


def _add_base(module: nn.Module, state: dict[str, Any], prefix: str, *_: object) -> None:
    own = {prefix + name: value for name, value in module.named_buffers() if not name.startswith(BASE)}
    for name in [name for name in state if name.startswith(prefix) and name not in own]:
        state[prefix + BASE + name.removeprefix(prefix)] = state.pop(name)
    # Runs of other models than GCN once ignored what was to go around them: nothing is shifted then, nor smoothed.
    for name, value in own.items():
        state.setdefault(name, torch.zeros_like(value))
