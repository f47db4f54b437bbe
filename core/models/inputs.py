"""What models are called with: a graph's features and its links."""

import torch
from torch import Tensor, nn

from core.config.model import ModelConfig
from core.config.models import MODEL_SPECS, Normalisation
from core.graph.graph import Graph
from core.models.features import normalise_features
from core.models.ops.adjacency import Adjacency, build_adjacency


class ModelInputs(nn.Module):
    """Features x [N, F] float32 and, unless the model is blind to links, the adjacency it passes messages over.

    around: the links over which predictions are smoothed, symmetrically normalised, self-loops among them; None where
    nothing is smoothed.
    """

    x: Tensor

    def __init__(self, x: Tensor, adj: Adjacency | None, around: Adjacency | None = None) -> None:
        super().__init__()
        self.register_buffer("x", x, persistent=False)
        self.adj = adj
        self.around = around

    def masked(self, mask: Tensor) -> "ModelInputs":
        """The same inputs, every message over a link multiplied by its `mask` [L], which may require a gradient.

        mask: one value for each direction of a link, in the order of `Graph.undirected`; self-loops stay as they are.
        """
        adj = None if self.adj is None else _mask_links(self.adj, mask)
        around = adj if self.around is self.adj else None if self.around is None else _mask_links(self.around, mask)
        return ModelInputs(self.x, adj, around)


def _mask_links(adj: Adjacency, mask: Tensor) -> Adjacency:
    is_link = torch.ones_like(adj.matrix.weights, dtype=torch.bool).index_fill_(0, adj.loops, value=False)
    return adj.masked(mask.new_ones(len(is_link)).masked_scatter(is_link, mask))


def choose_normalisation(config: ModelConfig) -> Normalisation | None:
    """How the links of this config's model are weighed; None for a model that is blind to them."""
    spec = MODEL_SPECS[config.model]
    return spec.looped_links if config.self_loops and spec.looped_links else spec.links


def build_inputs(config: ModelConfig, graph: Graph) -> ModelInputs:
    """The inputs that this config's model takes from a graph, links made undirected."""
    x = torch.tensor(normalise_features(graph.x, config.feature_norm))
    kind = choose_normalisation(config)
    adj = build_adjacency(graph.undirected, kind) if kind else None
    if not config.smoothing_steps:
        return ModelInputs(x, adj)
    return ModelInputs(x, adj, adj if kind == "symmetric" else build_adjacency(graph.undirected, "symmetric"))
