"""The part of a graph that a few articles' logits depend on: the last layers need not run for the others."""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor, nn

from core.models.ops.adjacency import Adjacency
from core.models.ops.products import select_rows

# Leaving out fewer articles than this share saves less than picking the others costs.
WORTHWHILE: Final = 0.1


class Reach(nn.Module):
    """What the last layers compute for the logits of the articles `rows` [M], which are sorted and differ.

    The first `num_whole` layers run over all articles: a norm over the batch reads them all, and what comes
    before the first dropout is shared with the evaluation. Of their output, `inputs` are read on. Every later
    layer has a block: the links into the articles that the layers after it read. adj: None for a
    model blind to links.
    """

    rows: Tensor  # [M]
    inputs: Tensor | None  # [K]

    def __init__(self, adj: Adjacency | None, rows: Tensor, *, num_layers: int, num_whole: int) -> None:
        super().__init__()
        self.num_whole = num_whole
        num_blocks = num_layers - num_whole
        wanted = rows.cpu().numpy()
        needed = [wanted]  # of the output of each layer from the last whole one on
        blocks: list[Adjacency] = []
        if adj is None:
            needed *= num_blocks + 1
        else:
            matrix = adj.matrix.to_scipy()
            for index in reversed(range(num_blocks)):
                block, columns = _cut(matrix, needed[0], keep_columns=index + num_whole == 0)
                blocks.insert(0, block if adj.keeps_products else block.unkept())
                needed.insert(0, columns)
        self.blocks = nn.ModuleList(blocks)
        num_articles = adj.num_rows if adj is not None else None
        is_whole = num_articles is not None and len(needed[0]) == num_articles
        self.register_buffer("rows", rows, persistent=False)
        self.register_buffer("inputs", None if is_whole else torch.from_numpy(needed[0]), persistent=False)
        for number, nodes in enumerate(needed):
            self.register_buffer(f"own{number}", torch.from_numpy(np.searchsorted(nodes, wanted)), persistent=False)

    def links(self, index: int, adj: Adjacency | None) -> Adjacency | None:
        """The links that layer `index` reads; `adj` are all. Raises ValueError for masked ones: blocks are not."""
        if adj is not None and adj.mask is not None:
            raise ValueError("a reach has links of its own, which no mask reaches: call the model without it")
        if index < self.num_whole or adj is None:
            return adj
        block = self.blocks[index - self.num_whole]
        assert isinstance(block, Adjacency)
        return block

    def select_inputs(self, index: int, x: Tensor) -> Tensor:
        """What layer `index` is to read of x, the output of the layer before (the features, for the first)."""
        return select_rows(x, self.inputs) if index == self.num_whole and self.inputs is not None else x

    def select_rows(self, index: int, x: Tensor) -> Tensor:
        """[M, H], the articles `rows`, out of x, what layer `index` reads."""
        own = self.get_buffer(f"own{max(index - self.num_whole, 0)}") if index >= self.num_whole else self.rows
        return select_rows(x, own)


def _cut(
    matrix: sparse.csr_array, rows: NDArray[np.int64], *, keep_columns: bool
) -> tuple[Adjacency, NDArray[np.int64]]:
    """The links into `rows` alone, and the articles that they and those rows come from, in the order of the columns."""
    links = sparse.csr_array(matrix[rows])
    num_articles = matrix.shape[1]
    columns = np.union1d(links.indices, rows)
    if keep_columns or len(columns) > (1 - WORTHWHILE) * num_articles:
        columns = np.arange(num_articles)
    else:
        shape = (len(rows), len(columns))
        links = sparse.csr_array((links.data, np.searchsorted(columns, links.indices), links.indptr), shape=shape)
    return Adjacency.from_scipy(links, own=np.searchsorted(columns, rows)), columns.astype(np.int64)
