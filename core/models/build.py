"""From a config and a graph to a model and its inputs."""

from typing import Final

import torch
from torch import Tensor, nn

from core.config.model import ModelConfig
from core.config.models import MODEL_SPECS, ModelName, Normalisation
from core.graph.graph import Graph
from core.models.appnp import APPNP
from core.models.features import normalise_features
from core.models.gat import GAT
from core.models.gatv2 import GATv2
from core.models.gcn import GCN
from core.models.mlp import MLP
from core.models.ops.adjacency import Adjacency, build_adjacency
from core.models.ops.reach import Reach
from core.models.sage import SAGE
from core.models.sgc import SGC
from core.models.stack import Stack

MODELS: Final[dict[ModelName, type[nn.Module]]] = {
    "mlp": MLP,
    "gcn": GCN,
    "sage": SAGE,
    "gat": GAT,
    "gatv2": GATv2,
    "appnp": APPNP,
    "sgc": SGC,
}


def choose_normalisation(config: ModelConfig) -> Normalisation | None:
    """How the links of this config's model are weighed; None for a model that is blind to them."""
    spec = MODEL_SPECS[config.model]
    return spec.looped_links if config.self_loops and spec.looped_links else spec.links


def build_model(config: ModelConfig, *, in_channels: int, out_channels: int) -> nn.Module:
    """A model with fresh weights, called as `model(x, adj)`, giving logits [N, out_channels]."""
    fields = {name: getattr(config, name) for name in sorted(MODEL_SPECS[config.model].fields)}
    return MODELS[config.model](in_channels=in_channels, out_channels=out_channels, **fields)


class ModelInputs(nn.Module):
    """What a model is called with: features x [N, F] float32 and, unless it is blind to links, the adjacency."""

    x: Tensor

    def __init__(self, x: Tensor, adj: Adjacency | None) -> None:
        super().__init__()
        self.register_buffer("x", x, persistent=False)
        self.adj = adj


def build_reach(model: nn.Module, adj: Adjacency | None, rows: Tensor) -> Reach | None:
    """What `model(x, adj, reach)` computes for the logits of the articles `rows` [M] alone; None: model(x, adj)[rows].

    rows: sorted indices.
    """
    return model.build_reach(adj, rows) if isinstance(model, Stack) else None


def build_inputs(config: ModelConfig, graph: Graph) -> ModelInputs:
    """The inputs that this config's model takes from a graph, links made undirected."""
    x = torch.tensor(normalise_features(graph.x, config.feature_norm))
    kind = choose_normalisation(config)
    return ModelInputs(x, build_adjacency(graph.undirected, kind) if kind else None)
