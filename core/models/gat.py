"""GAT: neighbours weighted by learned attention (Veličković et al., arXiv 1710.10903)."""

from core.models.attention import GATConv, build_attention_layers
from core.models.stack import JumpingKnowledge, Norm, Stack, layer_widths


class GAT(Stack):
    """`num_layers` attention layers; the one that gives the logits has a single head."""

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        num_layers: int,
        out_channels: int,
        *,
        heads: int = 8,
        attention_dropout: float = 0.0,
        dropout: float = 0.5,
        norm: Norm = "layer",
        residual: bool = False,
        jk: JumpingKnowledge = "none",
    ) -> None:
        widths = layer_widths(in_channels, hidden_channels, num_layers, out_channels, jk)
        layers = build_attention_layers(
            GATConv,
            widths,
            heads=heads,
            attention_dropout=attention_dropout,
            last_heads=1 if jk == "none" else heads,
        )
        super().__init__(layers, widths, out_channels, dropout=dropout, norm=norm, residual=residual, jk=jk)
