"""From a config to a model."""

from typing import Final

from torch import nn

from core.config.model import ModelConfig
from core.config.models import MODEL_SPECS, REFINEMENTS, ModelName
from core.models.appnp import APPNP
from core.models.gat import GAT
from core.models.gatv2 import GATv2
from core.models.gcn import GCN
from core.models.mlp import MLP
from core.models.refine.refined import Refined
from core.models.sage import SAGE
from core.models.sgc import SGC

MODELS: Final[dict[ModelName, type[nn.Module]]] = {
    "mlp": MLP,
    "gcn": GCN,
    "sage": SAGE,
    "gat": GAT,
    "gatv2": GATv2,
    "appnp": APPNP,
    "sgc": SGC,
}


def build_model(config: ModelConfig, *, in_channels: int, out_channels: int) -> nn.Module:
    """A model with fresh weights, called as `model(x, adj)`, giving logits [N, out_channels]."""
    fields = {name: getattr(config, name) for name in sorted(MODEL_SPECS[config.model].fields)}
    return MODELS[config.model](in_channels=in_channels, out_channels=out_channels, **fields)


def build_refined(config: ModelConfig, *, in_channels: int, out_channels: int) -> Refined:
    """The same with all that the config puts around it, called as `model(inputs)`."""
    base = build_model(config, in_channels=in_channels, out_channels=out_channels)
    return Refined(base, out_channels, **{name: getattr(config, name) for name in REFINEMENTS})
