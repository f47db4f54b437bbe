"""SGC: a linear classifier of features smoothed over the links (Wu et al., arXiv 1902.07153)."""

from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency


class SGC(nn.Module):
    """A^K x W + b with K = `propagation_steps`; A^K x of a constant x is computed once."""

    def __init__(self, in_channels: int, out_channels: int, *, propagation_steps: int = 2) -> None:
        super().__init__()
        self.propagation_steps = propagation_steps
        self.lin = nn.Linear(in_channels, out_channels)

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """Logits [N, out_channels] of features x [N, in_channels]."""
        logits: Tensor = self.lin(adj.matmul_constant(x, self.propagation_steps))
        return logits
