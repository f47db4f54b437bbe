"""What the attention models share: heads side by side, and how their layers are stacked."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency
from core.models.ops.attention import attend
from core.models.stack import JumpingKnowledge, Norm, Stack, layer_widths

NEGATIVE_SLOPE = 0.2


class AttentionConv(nn.Module):
    """Heads side by side, dropout of attention weights, a bias. Links must hold self-loops; their weights are not used.

    What makes the scores is for each model to add.
    """

    def __init__(self, in_channels: int, out_channels: int, *, heads: int, dropout: float) -> None:
        super().__init__()
        self.in_channels, self.heads, self.dropout = in_channels, heads, dropout
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def new_attention(self) -> nn.Parameter:
        """[1, heads, D] weights by Glorot."""
        return nn.Parameter(nn.init.xavier_uniform_(torch.empty(1, self.heads, len(self.bias) // self.heads)))

    def new_linear(self, *, bias: bool) -> nn.Linear:
        """A map to all heads, by Glorot."""
        linear = nn.Linear(self.in_channels, len(self.bias), bias=bias)
        nn.init.xavier_uniform_(linear.weight)
        if bias:
            nn.init.zeros_(linear.bias)
        return linear

    def split(self, x: Tensor) -> Tensor:
        """[N, out_channels] as [N, heads, D], in at least float32 whatever the precision around it."""
        return x.view(len(x), self.heads, -1).to(torch.promote_types(x.dtype, torch.float32))

    def combine(self, scores: Tensor, values: Tensor, adj: Adjacency) -> Tensor:
        """[M, out_channels] out of scores [E, heads] and values [N, heads, D]."""
        kept = F.dropout(torch.ones_like(scores), self.dropout) if self.training and self.dropout else None
        if adj.mask is not None:
            mask = adj.mask[:, None].expand_as(scores)
            kept = mask if kept is None else kept * mask
        return attend(scores, values, adj, kept).flatten(1) + self.bias


class AttentionStack(Stack):
    """`num_layers` layers of the class `conv`; the one that gives the logits has a single head."""

    conv: type[AttentionConv]

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
        counts = [heads] * (num_layers - 1) + [1 if jk == "none" else heads]
        layers = [
            self.conv(*pair, heads=count, dropout=attention_dropout) for pair, count in zip(widths, counts, strict=True)
        ]
        super().__init__(layers, widths, out_channels, dropout=dropout, norm=norm, residual=residual, jk=jk)
