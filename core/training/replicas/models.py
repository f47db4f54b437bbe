"""R models of one config side by side, as one: what keeps a GPU busy where a single small graph does not.

Parameters and buffers are called as those of the single model and stack its tensors: [R, ...]. Hidden
values are [N, R, H], so that one sparse product over [N, R·H] serves all replicas, and one batched
dense product. No replica's value or gradient depends on another's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from core.config.model import ModelConfig
from core.models.attention import NEGATIVE_SLOPE
from core.models.ops.adjacency import Adjacency
from core.models.ops.attention import attend
from core.models.ops.dropout import Dropout
from core.models.stack import layer_widths

Weights = dict[str, Tensor]

# Counts batches, which nothing reads.
_UNSTACKED: Final = "num_batches_tracked"


def stack_weights(weights: Sequence[Mapping[str, Tensor]]) -> Weights:
    """What R single models hold, stacked: [R, ...] a name."""
    names = [name for name in weights[0] if not name.endswith(_UNSTACKED)]
    return {name: torch.stack([each[name] for each in weights]) for name in names}


class _BatchedProduct(torch.autograd.Function):
    """x [N, R, I] times the transpose of weight [R, O, I], written as [N, R, O] without a copy."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        out = x.new_empty(x.shape[0], weight.shape[0], weight.shape[1])
        torch.bmm(x.transpose(0, 1), weight.transpose(1, 2), out=out.transpose(0, 1))
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor]:
        x, weight = ctx.saved_tensors
        grad = grad.contiguous()
        grad_x = None
        if ctx.needs_input_grad[0]:
            grad_x = torch.empty_like(x, memory_format=torch.contiguous_format)
            torch.bmm(grad.transpose(0, 1), weight, out=grad_x.transpose(0, 1))
        return grad_x, torch.bmm(grad.permute(1, 2, 0), x.transpose(0, 1))


class ReplicaLinear(nn.Module):
    """R linear maps of x [N, R, in_channels], or of x [N, in_channels] that all share, to [N, R, out_channels]."""

    def __init__(self, replicas: int, in_channels: int, out_channels: int, *, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(replicas, out_channels, in_channels))
        self.bias = nn.Parameter(torch.empty(replicas, out_channels)) if bias else None

    def forward(self, x: Tensor, adj: Adjacency | None = None) -> Tensor:  # noqa: ARG002
        if x.dim() == 2:
            x = x.unsqueeze(1).expand(-1, len(self.weight), -1)
        out: Tensor = _BatchedProduct.apply(x, self.weight)  # type: ignore[no-untyped-call]
        return out if self.bias is None else out + self.bias


def _pass_messages(x: Tensor, adj: Adjacency) -> Tensor:
    """A x for x [N, R, H], or for x [N, H] that never changes."""
    if x.dim() == 2:
        return adj.matmul_constant(x)
    return adj.matmul(x.flatten(1)).view_as(x)


class ReplicaGCNConv(nn.Module):
    """R graph convolutions; see `core.models.gcn.GCNConv`."""

    def __init__(self, replicas: int, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.lin = ReplicaLinear(replicas, in_channels, out_channels, bias=False)
        self.bias = nn.Parameter(torch.empty(replicas, out_channels))
        self.widens = in_channels < out_channels

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """x [N, R, in_channels] or [N, in_channels] to [N, R, out_channels]."""
        if x.dim() == 2 or self.widens:
            spread: Tensor = self.lin(_pass_messages(x, adj))
            return spread + self.bias
        return _pass_messages(self.lin(x), adj) + self.bias


class ReplicaSAGEConv(nn.Module):
    """R layers of GraphSAGE; see `core.models.sage.SAGEConv`."""

    def __init__(self, replicas: int, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.lin_l = ReplicaLinear(replicas, in_channels, out_channels)
        self.lin_r = ReplicaLinear(replicas, in_channels, out_channels, bias=False)
        self.narrows = in_channels > out_channels

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """x [N, R, in_channels] or [N, in_channels] to [N, R, out_channels]."""
        own: Tensor = self.lin_r(x)
        if x.dim() == 2 or not self.narrows:
            mean: Tensor = self.lin_l(_pass_messages(x, adj))
            return own + mean
        narrow: Tensor = _BatchedProduct.apply(x, self.lin_l.weight)  # type: ignore[no-untyped-call]
        assert self.lin_l.bias is not None
        return own + (_pass_messages(narrow, adj) + self.lin_l.bias)


class ReplicaGATConv(nn.Module):
    """R layers of attention, each with heads of its own; see `core.models.gat.GATConv`."""

    def __init__(self, replicas: int, in_channels: int, out_channels: int, *, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.lin = ReplicaLinear(replicas, in_channels, out_channels, bias=False)
        self.bias = nn.Parameter(torch.empty(replicas, out_channels))
        shape = (replicas, 1, heads, out_channels // heads)
        self.att_src, self.att_dst = nn.Parameter(torch.empty(shape)), nn.Parameter(torch.empty(shape))

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """x [N, R, in_channels] or [N, in_channels] to [N, R, out_channels]."""
        spread: Tensor = self.lin(x)
        values = spread.view(*spread.shape[:2], self.heads, -1)  # [N, R, heads, D]
        of_source, of_target = ((values * att[:, 0]).sum(dim=3).flatten(1) for att in (self.att_src, self.att_dst))
        source, target = adj.edge_index
        scores = of_source.index_select(0, source) + of_target.index_select(0, target)  # [E, R·heads]
        scores = F.leaky_relu(scores, NEGATIVE_SLOPE)
        kept = F.dropout(torch.ones_like(scores), self.dropout) if self.training and self.dropout else None
        if adj.mask is not None:
            mask = adj.mask[:, None].expand_as(scores)
            kept = mask if kept is None else kept * mask
        return attend(scores, values.flatten(1, 2), adj, kept).flatten(1).view_as(spread) + self.bias


class ReplicaLayerNorm(nn.Module):
    """R layer normalisations of x [N, R, channels]."""

    def __init__(self, replicas: int, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(replicas, channels))
        self.bias = nn.Parameter(torch.empty(replicas, channels))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.bias, F.layer_norm(x, x.shape[-1:]), self.weight)


class ReplicaBatchNorm(nn.Module):
    """R batch normalisations of x [N, R, channels]: one over R·channels, since a channel sees only itself."""

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, replicas: int, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(replicas, channels))
        self.bias = nn.Parameter(torch.empty(replicas, channels))
        self.register_buffer("running_mean", torch.empty(replicas, channels))
        self.register_buffer("running_var", torch.empty(replicas, channels))

    def forward(self, x: Tensor) -> Tensor:
        normed = F.batch_norm(
            x.flatten(1),
            self.running_mean.view(-1),
            self.running_var.view(-1),
            self.weight.flatten(),
            self.bias.flatten(),
            training=self.training,
        )
        return normed.view_as(x)


class ReplicaStack(nn.Module):
    """R models of one config whose spec says `is_replicable`, called as `model(x, adj)`; see `core.models.stack.Stack`.

    Fresh weights are whatever the memory held: load those of `stack_weights`.
    """

    def __init__(self, config: ModelConfig, replicas: int, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.config = config
        widths = layer_widths(in_channels, config.hidden_channels, config.num_layers, out_channels, config.jk)
        hidden = widths if config.jk != "none" else widths[:-1]
        self.layers = nn.ModuleList(
            _build_layer(config, replicas, pair, is_hidden=index < len(hidden)) for index, pair in enumerate(widths)
        )
        self.norms = nn.ModuleList(_build_norm(config, replicas, width) for _, width in hidden)
        self.shortcuts = (
            nn.ModuleList(ReplicaLinear(replicas, *pair, bias=False) for pair in hidden) if config.residual else None
        )
        self.dropout = Dropout(config.dropout)
        joined = sum(width for _, width in hidden) if config.jk == "cat" else widths[-1][1]
        self.head = ReplicaLinear(replicas, joined, out_channels) if config.jk != "none" else None

    def activate(self, h: Tensor, norm: nn.Module) -> Tensor:
        """What follows every hidden layer, value by value: one kernel when compiled."""
        activated: Tensor = self.dropout(F.relu(norm(h)))
        return activated

    def forward(self, x: Tensor, adj: Adjacency | None) -> Tensor:
        """Logits [N, R, out_channels] of features x [N, in_channels], or [N, R, in_channels] of each replica's own."""
        outputs = []
        for index, norm in enumerate(self.norms):
            h = self.layers[index](x, adj)
            if self.shortcuts is not None:
                h = h + self.shortcuts[index](x)
            x = self.activate(h, norm)
            outputs.append(x)
        logits: Tensor
        if self.head is None:
            logits = self.layers[-1](x, adj)
        elif self.config.jk == "last":
            logits = self.head(x)
        elif self.config.jk == "cat":
            logits = self.head(torch.cat(outputs, dim=-1))
        else:
            logits = self.head(torch.stack(outputs).amax(dim=0))
        return self._propagate(logits, adj) if self.config.model == "appnp" else logits

    def _propagate(self, own: Tensor, adj: Adjacency | None) -> Tensor:
        assert adj is not None
        h, alpha = own, self.config.alpha
        for _ in range(self.config.propagation_steps):
            h = (1 - alpha) * _pass_messages(h, adj) + alpha * own
        return h


class ReplicaSGC(nn.Module):
    """R linear classifiers of features smoothed over the links; see `core.models.sgc.SGC`."""

    def __init__(self, config: ModelConfig, replicas: int, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.propagation_steps = config.propagation_steps
        self.lin = ReplicaLinear(replicas, in_channels, out_channels)

    def forward(self, x: Tensor, adj: Adjacency) -> Tensor:
        """Logits [N, R, out_channels] of features x [N, in_channels], or [N, R, in_channels] of each replica's own."""
        if x.dim() == 2:
            spread = adj.matmul_constant(x, self.propagation_steps)
        else:
            spread = adj.matmul_power(x.flatten(1), self.propagation_steps).view_as(x)
        logits: Tensor = self.lin(spread)
        return logits


def _build_layer(config: ModelConfig, replicas: int, widths: tuple[int, int], *, is_hidden: bool) -> nn.Module:
    if config.model == "gat":
        heads = config.heads if is_hidden else 1
        return ReplicaGATConv(replicas, *widths, heads=heads, dropout=config.attention_dropout)
    build = {"gcn": ReplicaGCNConv, "sage": ReplicaSAGEConv}.get(config.model, ReplicaLinear)
    return build(replicas, *widths)


def _build_norm(config: ModelConfig, replicas: int, channels: int) -> nn.Module:
    if config.norm == "batch":
        return ReplicaBatchNorm(replicas, channels)
    return ReplicaLayerNorm(replicas, channels) if config.norm == "layer" else nn.Identity()


def build_replicas(config: ModelConfig, weights: Weights, *, in_channels: int, out_channels: int) -> nn.Module:
    """The models that `weights` (of `stack_weights`) belong to, as one, where the weights are."""
    first = next(iter(weights.values()))
    build = ReplicaSGC if config.model == "sgc" else ReplicaStack
    model = build(config, len(first), in_channels, out_channels).to(first.device)
    model.load_state_dict(weights)
    return model
