"""All shortest paths from one article to another."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInputError
from core.graph.graph import Graph

if TYPE_CHECKING:
    from scipy import sparse

MAX_PATHS = 500


@dataclass(frozen=True)
class Paths:
    """The shortest paths between two articles. `num_paths` is exact, `paths` lists at most the limit asked for."""

    source: int
    target: int
    directed: bool
    distance: int | None  # in links; None when no path exists
    num_paths: int
    paths: tuple[tuple[int, ...], ...]  # each from source to target, in order of indices


def compute_paths(graph: Graph, source: int, target: int, *, directed: bool = False, limit: int = MAX_PATHS) -> Paths:
    """Every shortest path, along the links' direction or not. An article has one path to itself, of no links.

    Raises ArticleNotFoundError, InvalidInputError.
    """
    source, target = graph.index_of(source), graph.index_of(target)
    if not 1 <= limit <= MAX_PATHS:
        raise InvalidInputError(f"limit is {limit}: ask for 1 to {MAX_PATHS} paths")
    forward = graph.successors if directed else graph.undirected
    backward = graph.predecessors if directed else graph.undirected
    distances = _compute_distances(forward, source, target)
    distance = int(distances[target])
    if distance < 0:
        return Paths(source, target, directed, None, 0, ())
    steps = _compute_steps(backward, distances, target)
    counts = {target: 1}  # paths from here to the target; Python's integers, which never overflow
    for layer in reversed(steps):
        for article, following in layer.items():
            counts[article] = sum(counts[after] for after in following)
    return Paths(source, target, directed, distance, counts[source], _list_paths(steps, source, limit))


def _compute_distances(links: "sparse.csr_array", source: int, target: int) -> NDArray[np.int64]:
    """[N] links from the source, -1 where not reached by the time the target is."""
    distances = np.full(links.shape[0], -1, dtype=np.int64)
    distances[source] = 0
    frontier = np.array([source])
    while len(frontier) and distances[target] < 0:
        reached = np.zeros(len(distances), dtype=np.bool_)
        reached[links[frontier].indices] = True
        frontier_distance = distances[frontier[0]]
        frontier = np.flatnonzero(reached & (distances < 0))
        distances[frontier] = frontier_distance + 1
    return distances


def _compute_steps(
    backward: "sparse.csr_array", distances: NDArray[np.int64], target: int
) -> list[dict[int, list[int]]]:
    """For every distance, from 0: the articles of shortest paths there, each with those that may follow, sorted."""
    steps: list[dict[int, list[int]]] = []
    layer = np.array([target])
    for distance in range(int(distances[target]) - 1, -1, -1):
        rows = backward[layer]
        after = np.repeat(layer, np.diff(rows.indptr))
        on_path = distances[rows.indices] == distance
        step: dict[int, list[int]] = {}
        for article, following in zip(rows.indices[on_path].tolist(), after[on_path].tolist(), strict=True):
            step.setdefault(article, []).append(following)
        steps.append(step)
        layer = np.unique(rows.indices[on_path])
    return steps[::-1]


def _list_paths(steps: list[dict[int, list[int]]], source: int, limit: int) -> tuple[tuple[int, ...], ...]:
    """The first `limit` paths in order of indices. No step leads astray, so this is as short as its answer."""
    found: list[tuple[int, ...]] = []
    waiting: list[tuple[int, ...]] = [(source,)]
    while waiting and len(found) < limit:
        path = waiting.pop()
        if len(path) > len(steps):
            found.append(path)
        else:
            waiting.extend((*path, after) for after in reversed(steps[len(path) - 1][path[-1]]))
    return tuple(found)
