"""Mini-batches of a graph: each epoch its articles fall at random into parts, and every part makes one step."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import torch
from torch import Tensor

from core.config.train import TrainConfig
from core.errors import ConfigError
from core.graph.graph import Graph

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
