"""MLP: a network of each article's own features, blind to links; the baseline of every graph model."""

from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency
from core.models.stack import JumpingKnowledge, Norm, Stack, layer_widths


class LinearLayer(nn.Linear):
    """A linear map that is called like a graph layer."""

    def forward(self, x: Tensor, adj: Adjacency | None = None) -> Tensor:  # noqa: ARG002
        return super().forward(x)


class MLP(Stack):
    """`num_layers` linear maps of the features alone."""

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        num_layers: int,
        out_channels: int,
        *,
        dropout: float = 0.5,
        norm: Norm = "layer",
        residual: bool = False,
        jk: JumpingKnowledge = "none",
    ) -> None:
        widths = layer_widths(in_channels, hidden_channels, num_layers, out_channels, jk)
        layers = [LinearLayer(*pair) for pair in widths]
        super().__init__(layers, widths, out_channels, dropout=dropout, norm=norm, residual=residual, jk=jk)
