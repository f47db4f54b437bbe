"""APPNP: an MLP's predictions, spread over the links by personalised PageRank (arXiv 1810.05997)."""

from torch import Tensor

from core.models.mlp import MLP
from core.models.ops.adjacency import Adjacency
from core.models.ops.reach import Reach
from core.models.stack import JumpingKnowledge, Norm


class APPNP(MLP):
    """h ← (1 - alpha) A h + alpha z, `propagation_steps` times, from h = z, the logits of an MLP."""

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        num_layers: int,
        out_channels: int,
        *,
        propagation_steps: int = 10,
        alpha: float = 0.1,
        dropout: float = 0.5,
        norm: Norm = "layer",
        residual: bool = False,
        jk: JumpingKnowledge = "none",
    ) -> None:
        super().__init__(
            in_channels,
            hidden_channels,
            num_layers,
            out_channels,
            dropout=dropout,
            norm=norm,
            residual=residual,
            jk=jk,
        )
        self.propagation_steps = propagation_steps
        self.alpha = alpha

    def build_reach(self, adj: Adjacency | None, rows: Tensor) -> None:
        """None: so many steps reach nearly all articles."""

    def forward(self, x: Tensor, adj: Adjacency | None = None, reach: Reach | None = None) -> Tensor:  # noqa: ARG002
        """Logits [N, out_channels] of features x [N, in_channels]."""
        own = super().forward(x)
        if adj is None:
            raise TypeError("APPNP needs an adjacency: call it as model(x, adj)")
        h = own
        for _ in range(self.propagation_steps):
            h = (1 - self.alpha) * adj.matmul(h) + self.alpha * own
        return h
