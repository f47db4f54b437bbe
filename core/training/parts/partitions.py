"""Mini-batches of a graph: each epoch its articles fall at random into parts, and every part makes one step."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from core.config.train import TrainConfig
from core.errors import ConfigError
from core.graph.graph import Graph
from core.models.build import ModelInputs, choose_normalisation
from core.models.ops.adjacency import build_adjacency
from core.training.module import NodeClassifier, OneStep, Score

FIRST_RANK: Final = 0


class RandomParts:
    """A loader: the parts of one epoch that hold training articles, each as its articles [M] int64, sorted.

    The parts are drawn by PyG's RandomNodeLoader from (seed, epoch) alone, so that a resumed run and every
    process draws the same ones. Of several processes the one of rank r takes every `devices`-th part from
    the r-th on; where the parts do not come out even the first of them are taken once more, as torch's
    DistributedSampler does, since all processes must make the same number of steps.
    epoch: epochs trained so far, asked whenever a new epoch begins.
    Raises ConfigError when there are not two articles for every part.
    """

    def __init__(self, config: TrainConfig, graph: Graph, *, epoch: Callable[[], int], rank: int = FIRST_RANK) -> None:
        if 2 * config.partitions > graph.num_nodes:
            raise ConfigError(
                f"partitions is {config.partitions}, but {graph.name} has {graph.num_nodes} articles, two or more of "
                f"which make a part: set partitions={max(1, graph.num_nodes // 2)} or fewer"
            )
        self._config, self._epoch, self._rank = config, epoch, rank
        self._train_mask = torch.from_numpy(graph.train_masks[config.split].copy())
        self._num_nodes = graph.num_nodes

    def __iter__(self) -> Iterator[Tensor]:
        # No __len__: how many parts hold training articles is known only once they are drawn.
        parts = [part for part in self.draw(self._epoch()) if self._train_mask[part].any()]
        devices = self._config.devices
        steps = -(-len(parts) // devices)
        for step in range(steps):
            yield parts[(step * devices + self._rank) % len(parts)]

    def draw(self, epoch: int) -> Iterator[Tensor]:
        """All parts of this epoch."""
        from torch_geometric.data import Data  # takes 2 s, which a run on the full graph need not wait for
        from torch_geometric.loader import RandomNodeLoader

        seed = np.random.SeedSequence((self._config.seed, epoch)).generate_state(1, np.uint64)[0]
        # Without its links: PyG would look through all of them for every part (see `cut_links`).
        articles = Data(n_id=torch.arange(self._num_nodes), num_nodes=self._num_nodes)
        generator = torch.Generator().manual_seed(int(seed))
        loader = RandomNodeLoader(articles, self._config.partitions, shuffle=True, generator=generator)
        parts = [part.n_id for part in loader]
        if len(parts[-1]) == 1:  # what is left over; batch normalisation needs two articles
            parts[-2:] = [torch.cat(parts[-2:])]
        for part in parts:
            yield part.sort().values


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

    def __init__(self, config: TrainConfig, graph: Graph) -> None:
        super().__init__(config, graph)
        self._kind = choose_normalisation(config)
        self._links = graph.undirected
        is_train = torch.zeros(graph.num_nodes, dtype=torch.bool)
        is_train[self.train_index] = True
        self.register_buffer("is_train", is_train, persistent=False)
        self._seen = np.zeros(3)  # training articles so far in this epoch, sum of their losses, how many were right

    is_train: Tensor  # [N]

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
        logits = self.model(part.x, part.adj).float().index_select(0, within)
        y = self.y.index_select(0, articles.index_select(0, within))
        loss = F.cross_entropy(logits, y)
        right = (logits.detach().argmax(dim=1) == y).float().sum().item()
        self._seen += (len(y), loss.item() * len(y), right)
        self.train_score = Score(loss=self._seen[1] / self._seen[0], acc=self._seen[2] / self._seen[0])
        return loss

    def validation_step(self, batch: int, batch_idx: int) -> None:
        if self.global_rank == FIRST_RANK:  # which alone records what comes of it
            super().validation_step(batch, batch_idx)


def build_classifier(config: TrainConfig, graph: Graph) -> NodeClassifier:
    """The module that trains this config: on the full graph, or part by part."""
    return NodeClassifier(config, graph) if config.partitions == 1 else PartitionedClassifier(config, graph)


def build_loader(
    config: TrainConfig, graph: Graph, *, epoch: Callable[[], int], rank: int = FIRST_RANK
) -> OneStep | RandomParts:
    """What one epoch of this config trains on, one step each; see `RandomParts`."""
    return OneStep() if config.partitions == 1 else RandomParts(config, graph, epoch=epoch, rank=rank)
