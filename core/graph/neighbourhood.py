"""What is around an article: its rings by distance, its links, how far its neighbours agree with it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInputError
from core.graph.graph import Graph

if TYPE_CHECKING:
    from scipy import sparse

Indices = NDArray[np.int64]
Direction = Literal["in", "out", "both"]

MAX_HOPS = 3
MAX_SHOWN = 300
MAX_LINKS = 2_000  # as many as a picture of 300 articles bears


@dataclass(frozen=True)
class Neighbourhood:
    """An article's rings, direction ignored: how many stand in each, and those chosen to be shown."""

    centre: int
    hops: int
    counts: tuple[int, ...]  # articles at distance 0, 1 … `hops`, shown or not
    articles: tuple[int, ...]  # shown: the centre, then ring by ring, the most relevant of a ring first
    hop_of: tuple[int, ...]  # distance of each shown article
    num_links: int  # directed links among the shown articles
    links: tuple[tuple[int, int], ...]  # at most 2,000 of them: source and target as positions in `articles`


@dataclass(frozen=True)
class Neighbour:
    """One neighbour of an article. "in" links to it, "out" is linked from it, "both" does both."""

    index: int
    direction: Direction


def compute_neighbourhood(graph: Graph, index: int, hops: int = 2, limit: int = MAX_SHOWN) -> Neighbourhood:
    """The rings around one article with at most `limit` articles shown, the centre included.

    When not all fit, ring 1 gets half of the places, ring 2 half of the rest, and so on, the last ring what is
    left; places that a ring or those beyond it cannot fill go to the others. Within ring 1 articles with most
    links to others of ring 1 come first, farther out those with most links to shown articles of the ring before;
    ties go to the higher degree, then the lower index. An article farther out is shown only beside one that leads
    to it. Raises ArticleNotFoundError, InvalidInputError.

    When there are more than 2,000 links among the shown, those of the centre are kept, one for every article that
    ties it to the ring before, and then those whose two articles have the fewest neighbours: they say most.
    """
    centre = graph.index_of(index)
    if not 1 <= hops <= MAX_HOPS:
        raise InvalidInputError(f"hops is {hops}: ask for 1 to {MAX_HOPS}")
    if not 1 <= limit <= MAX_SHOWN:
        raise InvalidInputError(f"limit is {limit}: ask for 1 to {MAX_SHOWN} articles")
    rings = compute_rings(graph, centre, hops)
    shown = [rings[0]]
    places = limit - 1
    for hop, ring in enumerate(rings[1:], start=1):
        beyond = sum(map(len, rings[hop + 1 :]))
        share = max((places + 1) // 2, places - beyond) if beyond else places
        chosen = _choose(graph, ring, near=ring if hop == 1 else shown[-1], count=share)
        shown.append(chosen)
        places -= len(chosen)
    articles = np.concatenate(shown)
    hop_of = np.repeat(np.arange(hops + 1), list(map(len, shown)))
    links = np.stack(graph.successors[articles][:, articles].tocoo().coords).astype(np.int64)
    kept = links[:, _choose_links(links, hop_of, graph.degree[articles])]
    return Neighbourhood(
        centre=centre,
        hops=hops,
        counts=tuple(map(len, rings)),
        articles=tuple(articles.tolist()),
        hop_of=tuple(hop_of.tolist()),
        num_links=links.shape[1],
        links=tuple(zip(*kept.tolist(), strict=True)),
    )


def compute_rings(graph: Graph, centre: int, hops: int) -> list[Indices]:
    """All articles at distance 0, 1 … `hops` from the centre, direction ignored, each ring sorted."""
    links = graph.undirected
    seen = np.zeros(graph.num_nodes, dtype=np.bool_)
    seen[centre] = True
    rings = [np.array([centre], dtype=np.int64)]
    for _ in range(hops):
        reached = np.zeros_like(seen)
        reached[links[rings[-1]].indices] = True
        rings.append(np.flatnonzero(reached & ~seen))
        seen |= reached
    return rings


def _choose(graph: Graph, ring: Indices, *, near: Indices, count: int) -> Indices:
    """Up to `count` of the ring, those with most links to `near` first and none without such a link in outer rings."""
    is_near = np.zeros(graph.num_nodes, dtype=np.int64)
    is_near[near] = 1
    num_links = graph.undirected[ring] @ is_near
    order = np.lexsort((ring, -graph.degree[ring], -num_links))
    if near is not ring:
        order = order[num_links[order] > 0]
    return ring[order[: max(count, 0)]]


def _choose_links(links: Indices, hop_of: Indices, degree: Indices) -> Indices:
    """Which of the links [2, L] between positions are shown, as sorted indices; see `compute_neighbourhood`."""
    source, target = links
    by_weight = np.lexsort((target, source, degree[source] * degree[target]))
    inwards = by_weight[hop_of[source[by_weight]] != hop_of[target[by_weight]]]
    outer = np.where(hop_of[source] > hop_of[target], source, target)
    ties = inwards[np.unique(outer[inwards], return_index=True)[1]]
    of_centre = np.flatnonzero((source == 0) | (target == 0))
    first = np.concatenate([of_centre, ties, by_weight])
    distinct = first[np.sort(np.unique(first, return_index=True)[1])]
    return np.sort(distinct[:MAX_LINKS])


def compute_neighbours(graph: Graph, index: int) -> tuple[Neighbour, ...]:
    """Every neighbour once, higher degree first. Raises ArticleNotFoundError."""
    index = graph.index_of(index)
    found = graph.neighbours(index)
    is_out = np.isin(found, _row(graph.successors, index))
    is_in = np.isin(found, _row(graph.predecessors, index))
    order = np.lexsort((found, -graph.degree[found]))
    directions: list[Direction] = [
        "both" if out and into else "out" if out else "in" for out, into in zip(is_out, is_in, strict=True)
    ]
    return tuple(Neighbour(int(found[place]), directions[place]) for place in order)


def compute_agreement(graph: Graph, index: int) -> float | None:
    """The share of an article's neighbours that are of its category, among those that have one.

    None without any such, and for an article without a category.
    """
    index = graph.index_of(index)
    categories = graph.y[graph.neighbours(index)]
    known = categories[categories >= 0]
    return float((known == graph.y[index]).mean()) if len(known) and graph.y[index] >= 0 else None


def _row(matrix: "sparse.csr_array", index: int) -> NDArray[np.int32]:
    row: NDArray[np.int32] = matrix.indices[matrix.indptr[index] : matrix.indptr[index + 1]]
    return row
