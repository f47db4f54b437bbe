"""A graph of articles: features, links, categories, splits and texts, as read-only arrays."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import ArticleNotFoundError, InvalidInputError
from core.graph.titles import TitleLookup, parse_index, shorten

if TYPE_CHECKING:
    from scipy import sparse

GraphKind = Literal["wikics", "twin", "archive"]
UNLABELLED: Final = "Unlabelled"  # what an article without a category has for one, whose number in `y` is -1
MAX_NAMED: Final = 5  # articles of one title that a message names
MAX_OFFERED: Final = 3  # titles that hold what was asked for


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
    y: NDArray[np.int64]  # [N], -1 for an article without a category, which is in no mask
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

    def name_category(self, index: int) -> str:
        """The name of an article's category."""
        category = self.y[index]
        return UNLABELLED if category < 0 else self.class_names[category]

    @property
    def num_splits(self) -> int:
        return len(self.train_masks)

    @cached_property
    def successors(self) -> "sparse.csr_array":
        """[N, N] directed links without duplicates and self-links, as 0/1."""
        from scipy import sparse  # late: no listing waits for SciPy

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
    def predecessors(self) -> "sparse.csr_array":
        """[N, N] the same links, turned round."""
        from scipy import sparse

        matrix = sparse.csr_array(self.successors.T)
        matrix.sort_indices()
        return matrix

    @cached_property
    def undirected(self) -> "sparse.csr_array":
        """[N, N] symmetric 0/1 adjacency without self-links: what message passing sees."""
        from scipy import sparse

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
    def names(self) -> TitleLookup:
        """The articles by their titles."""
        return TitleLookup(self.titles)

    def index_of(self, article: int | str) -> int:
        """The index of an article. Raises ArticleNotFoundError, also where several have the title that is given.

        A number is an index. A text is a title, see `TitleLookup`; else, if it is digits or `#` and digits, an index.
        """
        found = [] if isinstance(article, int) else self.names.find(article)
        if len(found) == 1:
            return found[0]
        if found:
            raise ArticleNotFoundError(self._name_several(str(article), found))
        index = article if isinstance(article, int) else parse_index(article)
        if index is None:
            raise ArticleNotFoundError(
                f"no article of {self.name} is titled {shorten(str(article))!r}: {self._offer_others(str(article))}"
            )
        if not 0 <= index < self.num_nodes:
            raise ArticleNotFoundError(
                f"article {index} does not exist in {self.name}: indices run from 0 to {self.num_nodes - 1}"
            )
        return index

    def key_of(self, index: int) -> str:
        """What `index_of` reads as this index: its digits, or `#` and digits where those are another's title."""
        return self.names.write_index(index)

    def _offer_others(self, name: str) -> str:
        """What can be given in place of a title that no article has: some that hold it, or an index."""
        found = self.names.find_holders(name, most=MAX_OFFERED)
        titles = f"give a whole title, such as {' or '.join(repr(shorten(self.titles[i])) for i in found)}"
        return f"{titles if found else 'give a title as it is written'}, or an index from 0 to {self.num_nodes - 1}"

    def _name_several(self, name: str, found: list[int]) -> str:
        """Says which articles have a title."""
        places = ", ".join(f"{self.key_of(index)} ({shorten(self.titles[index])!r})" for index in found[:MAX_NAMED])
        more = f" and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else ""
        return (
            f"{len(found)} articles of {self.name} are titled {shorten(name)!r}: give the index of the one that is "
            f"meant, {places}{more}"
        )

    def check_split(self, split: int) -> int:
        """The split's number, if there is such a split. Raises InvalidInputError."""
        if not 0 <= split < self.num_splits:
            raise InvalidInputError(
                f"split {split} does not exist in {self.name}: splits run from 0 to {self.num_splits - 1}"
            )
        return split
