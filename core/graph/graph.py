"""A graph of articles: features, links, categories, splits and texts, as read-only arrays."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.errors import ArticleNotFoundError, InvalidInputError

GraphKind = Literal["wikics", "twin", "archive"]


@dataclass(frozen=True)
class Tokens:
    """The words of every article: those of article i are `vocabulary[indices[offsets[i]:offsets[i + 1]]]`."""

    indices: NDArray[np.int32]  # [T]
    offsets: NDArray[np.int64]  # [N + 1]
    vocabulary: tuple[str, ...]  # [V]

    def of(self, index: int) -> list[str]:
        """The words of one article in their order."""
        return [self.vocabulary[token] for token in self.indices[self.offsets[index] : self.offsets[index + 1]]]


@dataclass(frozen=True, eq=False)
class Graph:
    """One graph with N articles, E directed links, C categories and S splits.

    All splits share `test_mask`. Arrays are not to be written to.
    """

    id: str
    kind: GraphKind
    name: str
    source: str  # one sentence: where it came from
    notices: tuple[str, ...]  # what a person must know: that it is the twin, that titles are missing
    digest: str  # sha256 over its arrays, hexadecimal
    x: NDArray[np.float32]  # [N, F]
    edge_index: NDArray[np.int64]  # [2, E], directed: source, target
    y: NDArray[np.int64]  # [N]
    train_masks: NDArray[np.bool_]  # [S, N]
    val_masks: NDArray[np.bool_]  # [S, N]
    stopping_masks: NDArray[np.bool_]  # [S, N]
    test_mask: NDArray[np.bool_]  # [N]
    class_names: tuple[str, ...]  # [C]
    titles: tuple[str, ...]  # [N]
    page_ids: NDArray[np.int64] | None = None  # [N], Wikipedia's own
    tokens: Tokens | None = None

    @property
    def num_nodes(self) -> int:
        return len(self.y)

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    @property
    def num_splits(self) -> int:
        return len(self.train_masks)

    @cached_property
    def successors(self) -> sparse.csr_array:
        """[N, N] directed links without duplicates and self-links, as 0/1."""
        source, target = self.edge_index
        keep = source != target
        matrix = sparse.csr_array(
            (np.ones(int(keep.sum()), dtype=np.int8), (source[keep], target[keep])),
            shape=(self.num_nodes, self.num_nodes),
        )
        matrix.sum_duplicates()
        matrix.data[:] = 1
        matrix.sort_indices()
        return matrix

    @cached_property
    def predecessors(self) -> sparse.csr_array:
        """[N, N] the same links, turned round."""
        matrix = sparse.csr_array(self.successors.T)
        matrix.sort_indices()
        return matrix

    @cached_property
    def undirected(self) -> sparse.csr_array:
        """[N, N] symmetric 0/1 adjacency without self-links: what message passing sees."""
        matrix = sparse.csr_array(self.successors.maximum(self.predecessors))
        matrix.sort_indices()
        return matrix

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """[N] number of distinct neighbours, direction ignored."""
        return np.diff(self.undirected.indptr).astype(np.int64)

    def neighbours(self, index: int) -> NDArray[np.int64]:
        """Indices of the distinct neighbours of one article, direction ignored, sorted."""
        matrix = self.undirected
        return matrix.indices[matrix.indptr[index] : matrix.indptr[index + 1]].astype(np.int64)

    @cached_property
    def _index_of_title(self) -> dict[str, int]:
        # Later duplicates do not hide the first.
        index_of: dict[str, int] = {}
        for index, title in enumerate(self.titles):
            index_of.setdefault(title.casefold(), index)
        return index_of

    def index_of(self, article: int | str) -> int:
        """The index of an article named by index or by title (case ignored). Raises ArticleNotFoundError.

        Digits are an index where they are one, else a title.
        """
        if isinstance(article, str):
            name = article.strip()
            if name.isdecimal() and int(name) < self.num_nodes:
                return int(name)
            if (by_title := self._index_of_title.get(name.casefold())) is not None:
                return by_title
            raise ArticleNotFoundError(
                f"no article of {self.name} is titled {article!r}: "
                f"search for it, or give an index from 0 to {self.num_nodes - 1}"
            )
        if not 0 <= article < self.num_nodes:
            raise ArticleNotFoundError(
                f"article {article} does not exist in {self.name}: indices run from 0 to {self.num_nodes - 1}"
            )
        return article

    def check_split(self, split: int) -> int:
        """The split's number, if there is such a split. Raises InvalidInputError."""
        if not 0 <= split < self.num_splits:
            raise InvalidInputError(
                f"split {split} does not exist in {self.name}: splits run from 0 to {self.num_splits - 1}"
            )
        return split
