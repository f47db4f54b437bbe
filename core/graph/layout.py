"""Where every article stands on the map: near those it links to and those that are about the same.

Categories are never looked at: where they form regions, links and texts put them there.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import KDTree

from core.graph.coarse import compute_coarse_to_fine
from core.graph.graph import Graph
from core.graph.nearest import find_nearest_roughly
from core.graph.tsne import compute_tsne

Array = NDArray[np.float32]
OnProgress = Callable[[float], None]  # hears the fraction that is done

SEED = 0
LAYOUT_VERSION = 2  # of this recipe: a kept layout of another is computed anew
FEW = 100  # fewer articles than this have too few neighbours for t-SNE
MANY = 30_000  # more than this are placed in a shorter way, nearly as well
SKETCH = 256  # more features than this are first mixed into so many (Johnson-Lindenstrauss)
COMPONENTS = 48
MOST_NEIGHBOURS = 12  # of each kind, links and likeness, that pull at an article
LINKS_AT_A_TIME = 1 << 16
ROWS_AT_A_TIME = 4096  # articles whose likes are looked up between two reports of progress
LIKES_SHARE, TSNE_SHARE = (
    0.5,
    0.95,
)  # of the time, by when the likes are found and the places computed (40,000 articles)


def compute_layout(graph: Graph, on_progress: OnProgress = lambda _fraction: None) -> Array:
    """Positions [N, 2] float32 in [-1, 1] for the whole graph, the same at every call.

    t-SNE on two kinds of neighbours, half the pull each: an article's links to those most like it, and the
    articles most like it, linked or not. The second places articles without links, and joins components.
    """
    if graph.num_nodes == 1:
        return np.zeros((1, 2), dtype=np.float32)
    y = _spread(_turn(_place_few(graph) if graph.num_nodes < FEW else _place_many(graph, on_progress)))
    y -= (y.max(axis=0) + y.min(axis=0)) / 2
    return np.asarray(y / np.abs(y).max(), dtype=np.float32)


def _place_many(graph: Graph, on_progress: OnProgress) -> Array:
    traits = compute_traits(graph)
    affinity = _link_affinity(graph, traits)
    if np.ptp(graph.x, axis=0).any() or not affinity.nnz:  # features that are all the same say nothing
        affinity = affinity + _trait_affinity(traits, lambda done: on_progress(LIKES_SHARE * done))
    affinity = sparse.csr_array((affinity + affinity.T) / (2 * affinity.sum()), dtype=np.float32)
    noise = np.random.default_rng(SEED).standard_normal((graph.num_nodes, 2), dtype=np.float32)
    spread = max(float(traits[:, :2].std()), 1e-6)
    start = 0.01 * traits[:, :2] / spread + 1e-4 * noise

    def note(done: float) -> None:
        on_progress(LIKES_SHARE + (TSNE_SHARE - LIKES_SHARE) * done)

    if graph.num_nodes > MANY:
        return compute_coarse_to_fine(affinity, start, seed=SEED, on_progress=note)
    return compute_tsne(affinity, start, on_progress=note)


def _place_few(graph: Graph) -> Array:
    """Distances on the map as near as can be to distances in links (Kamada and Kawai 1989)."""
    import igraph  # not needed for a graph of the usual size

    links = sparse.triu(graph.undirected, format="coo")
    net = igraph.Graph(n=graph.num_nodes, edges=list(zip(*(axis.tolist() for axis in links.coords), strict=True)))
    start = np.random.default_rng(SEED).standard_normal((graph.num_nodes, 2))
    return np.array(net.layout_kamada_kawai(seed=start.tolist()).coords, dtype=np.float32)


def compute_traits(graph: Graph) -> Array:
    """What an article and its surroundings are about, [N, D] of unit length, D at least 2 and at most 48.

    The principal components of features averaged twice over an article and its neighbours, each article's features
    scaled to unit length before, lest a few with large values outweigh their neighbours.
    """
    x = graph.x - graph.x.mean(axis=0)
    x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), np.float32(1e-12))
    if x.shape[1] > SKETCH:
        mix = np.random.default_rng(SEED).standard_normal((x.shape[1], SKETCH), dtype=np.float32)
        x = x @ (mix / np.float32(np.sqrt(SKETCH)))
    if graph.num_nodes > MANY:
        x = _find_components(x)  # now too, since averages of fewer columns take less
    loops = sparse.csr_array(graph.undirected.astype(np.float32) + sparse.eye_array(graph.num_nodes, dtype=np.float32))
    average = sparse.csr_array(sparse.diags_array(1 / np.asarray(loops.sum(axis=1), dtype=np.float32)) @ loops)
    x = average @ (average @ x)
    traits = _find_components(x - x.mean(axis=0))
    traits = np.pad(traits, ((0, 0), (0, max(0, 2 - traits.shape[1]))))
    length = np.linalg.norm(traits, axis=1, keepdims=True)
    return np.asarray(traits / np.maximum(length, 1e-12), dtype=np.float32)


def _find_components(x: Array) -> Array:
    """The principal components of x [N, F], the first 48 at most."""
    _, vectors = np.linalg.eigh(x.T @ x)
    return np.asarray(x @ vectors[:, ::-1][:, :COMPONENTS], dtype=np.float32)


def _trait_affinity(traits: Array, on_progress: OnProgress) -> sparse.csr_array:
    """Every article to the 12 most like it, together weighing 1."""
    num_nodes = len(traits)
    count = min(MOST_NEIGHBOURS, num_nodes - 1)
    if num_nodes > MANY:
        nearest = find_nearest_roughly(traits, count, seed=SEED, on_progress=on_progress)
    else:
        nearest = _find_nearest(traits, count, on_progress)
    rows = np.repeat(np.arange(num_nodes), count)
    return sparse.csr_array((np.full(len(rows), 1 / count), (rows, nearest.ravel())), shape=(num_nodes, num_nodes))


def _find_nearest(traits: Array, count: int, on_progress: OnProgress) -> NDArray[np.int64]:
    """[N, count] others that are most like each article."""
    from sklearn.neighbors import NearestNeighbors  # takes a second to import

    num_nodes = len(traits)
    finder = NearestNeighbors(n_neighbors=count + 1, algorithm="brute").fit(traits)
    nearest = np.empty((num_nodes, count), dtype=np.int64)
    for start in range(0, num_nodes, ROWS_AT_A_TIME):
        part = slice(start, min(start + ROWS_AT_A_TIME, num_nodes))
        found = finder.kneighbors(traits[part], return_distance=False)
        other = found != np.arange(part.start, part.stop)[:, None]
        other[other.all(axis=1), -1] = (
            False  # as many are its very likes as fill the row: one of them goes in its stead
        )
        nearest[part] = found[other].reshape(-1, count)
        on_progress(part.stop / num_nodes)
    return nearest


def _link_affinity(graph: Graph, traits: Array) -> sparse.csr_array:
    """Every article to the 12 most like it among those it is linked with, together weighing 1.

    All links of a hub would pull the map into one ball.
    """
    links, counts = graph.undirected, graph.degree
    rows = np.repeat(np.arange(graph.num_nodes), counts)
    likeness = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), LINKS_AT_A_TIME):
        part = slice(start, start + LINKS_AT_A_TIME)
        likeness[part] = np.einsum("ij,ij->i", traits[rows[part]], traits[links.indices[part]])
    order = np.lexsort((-likeness, rows))
    rank = np.arange(len(rows)) - np.repeat(links.indptr[:-1], counts)
    kept = order[rank < MOST_NEIGHBOURS]
    weights = 1 / np.minimum(counts, MOST_NEIGHBOURS)[rows[kept]]
    return sparse.csr_array((weights, (rows[kept], links.indices[kept])), shape=links.shape)


def _turn(y: Array) -> NDArray[np.float64]:
    """The positions turned to be widest from left to right, with the farthest 1 % drawn in."""
    centred = y.astype(np.float64) - np.median(y, axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned: NDArray[np.float64] = centred @ axes[:, ::-1]
    radius = np.linalg.norm(turned, axis=1, keepdims=True)
    usual = max(float(np.percentile(radius, 99)), 1e-12)
    drawn_in = usual * (1 + 0.1 * np.tanh((radius / usual - 1) / 0.1))
    turned *= np.where(radius > usual, drawn_in / np.maximum(radius, 1e-12), 1.0)
    return turned


def _spread(y: NDArray[np.float64], rounds: int = 20) -> NDArray[np.float64]:
    """The same positions, with articles that would cover each other pushed apart."""
    width, height = np.ptp(y, axis=0)
    gap = 0.35 * np.sqrt(max(width * height, 0.01 * width**2) / len(y))
    y = y + np.random.default_rng(SEED).normal(scale=0.01 * gap, size=y.shape)  # no two at the very same place
    for _ in range(rounds):
        first, second = KDTree(y).query_pairs(gap, output_type="ndarray").T
        offset = y[first] - y[second]
        distance = np.linalg.norm(offset, axis=1, keepdims=True)
        push = (gap - distance) / 4 * offset / np.maximum(distance, 1e-12)
        for axis in (0, 1):
            y[:, axis] += np.bincount(first, push[:, axis], len(y)) - np.bincount(second, push[:, axis], len(y))
    return y
