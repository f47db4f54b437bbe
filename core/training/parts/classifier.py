"""A step on a part of a graph: the links among its articles, weighed as if there were no others."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from core.config.train import TrainConfig
from core.graph.graph import Graph
from core.models.inputs import ModelInputs, choose_normalisation
from core.models.ops.adjacency import build_adjacency
from core.training.module import NodeClassifier, Score
from core.training.parts.loader import FIRST_RANK


def cut_links(links: sparse.csr_array, index: NDArray[np.int64]) -> sparse.csr_array:
    """The links [M, M] among the articles `index` [M], sorted; reads the rows of these articles alone."""
    part = sparse.csr_array(links[index][:, index])
    part.sort_indices()
    return part


class PartitionedClassifier(NodeClassifier):
    """A NodeClassifier that is trained part by part and evaluated on the full graph.

    A part is the induced subgraph of its articles, its links weighed by the degrees within it, as if it
    were a graph of its own (Cluster-GCN, arXiv 1905.07953, section 3.2, re-normalises what it cuts out in
    the same way). Its loss is the mean over its own training articles. `train_score` is the mean over all
    training articles that this process met in the epoch, each while the weights were those of its step.
    """

    is_train: Tensor  # [N]

    def __init__(self, config: TrainConfig, graph: Graph, *, refines: bool = True) -> None:
        super().__init__(config, graph, refines=refines)
        self._kind = choose_normalisation(config)
        self._links = graph.undirected
        is_train = torch.zeros(graph.num_nodes, dtype=torch.bool)
        is_train[self.train_index] = True
        self.register_buffer("is_train", is_train, persistent=False)
        self._seen = np.zeros(3)  # training articles so far in this epoch, sum of their losses, how many were right

    def cut(self, articles: Tensor) -> ModelInputs:
        """What the model is called with for the part of these articles [M]."""
        x = self.inputs.x.index_select(0, articles)
        if self._kind is None:
            return ModelInputs(x, None)
        adj = build_adjacency(cut_links(self._links, articles.cpu().numpy()), self._kind)
        return ModelInputs(x, adj.to(x.device))

    def on_train_epoch_start(self) -> None:
        self._seen[:] = 0.0

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:  # noqa: ARG002
        articles: Tensor = batch
        part = self.cut(articles)
        within = self.is_train.index_select(0, articles).nonzero().flatten()
        logits = self.model(part).float().index_select(0, within)
        y = self.y.index_select(0, articles.index_select(0, within))
        loss = F.cross_entropy(logits, y)
        right = (logits.detach().argmax(dim=1) == y).float().sum().item()
        self._seen += (len(y), loss.item() * len(y), right)
        self.train_score = Score(loss=self._seen[1] / self._seen[0], acc=self._seen[2] / self._seen[0])
        return loss

    def validation_step(self, batch: int, batch_idx: int) -> None:
        if self.global_rank == FIRST_RANK:  # which alone records what comes of it
            super().validation_step(batch, batch_idx)
