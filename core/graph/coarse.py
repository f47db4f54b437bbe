"""t-SNE of a large graph: of its articles gathered into a fifth as many groups, then of all from there on."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.graph.tsne import compute_tsne

Array = NDArray[np.float32]

SHARE = 5  # articles to a group
MOST_PAIRS = 24  # of a group with others
ITERATIONS, EARLY = 60, 25  # of all articles; without early ones what is linked is found half as often side by side
COARSE_SHARE = 0.45  # of the time


def compute_coarse_to_fine(
    affinity: sparse.csr_array, init: Array, *, seed: int, on_progress: Callable[[float], None]
) -> Array:
    """As `compute_tsne`, in a third of the time for 100,000 articles.

    Source: multilevel layouts (Walshaw 2003). Groups find their places in all iterations, articles in few.
    """
    rng = np.random.default_rng(seed)
    group = _gather(affinity, rng)
    sizes = np.bincount(group)
    ones = np.ones(len(group), dtype=np.float32)
    members = sparse.csr_array((ones, (group, np.arange(len(group)))), shape=(len(sizes), len(group)))
    between = _keep_strongest(sparse.csr_array(members @ affinity @ members.T))
    y = compute_tsne(
        between,
        np.asarray(members @ init / sizes[:, None], dtype=np.float32),
        on_progress=lambda done: on_progress(COARSE_SHARE * done),
    )
    return compute_tsne(
        affinity,
        y[group] + rng.standard_normal(init.shape, dtype=np.float32),
        iterations=ITERATIONS,
        early=EARLY,
        on_progress=lambda done: on_progress(COARSE_SHARE + (1 - COARSE_SHARE) * done),
    )


def _keep_strongest(between: sparse.csr_array) -> sparse.csr_array:
    """The affinities without those of groups to themselves, of each row the strongest alone, together 1."""
    rows = np.repeat(np.arange(between.shape[0]), np.diff(between.indptr))
    weights = np.where(rows == between.indices, 0, between.data / between.data.max())
    order = np.argsort(rows - 0.5 * weights)  # row by row, the strongest first
    kept = order[(np.arange(len(rows)) - between.indptr[rows] < MOST_PAIRS) & (weights[order] > 0)]
    strong = sparse.csr_array((between.data[kept], (rows[kept], between.indices[kept])), shape=between.shape)
    both = sparse.csr_array(strong.maximum(strong.T))
    data = np.asarray(both.data / max(float(both.data.sum()), 1e-12), dtype=np.float32)
    return sparse.csr_array((data, both.indices, both.indptr), shape=both.shape)


def _gather(affinity: sparse.csr_array, rng: np.random.Generator) -> NDArray[np.int64]:
    """[N] group of each article: a fifth begin one, and each other joins that of the one to which it is most drawn.

    Whoever is drawn to none of them begins one too.
    """
    num_nodes = affinity.shape[0]
    begins = rng.random(num_nodes) < 1 / SHARE
    rows = np.repeat(np.arange(num_nodes), np.diff(affinity.indptr))
    chosen = begins[affinity.indices] & ~begins[rows]
    rows, others, weights = rows[chosen], affinity.indices[chosen], affinity.data[chosen]
    order = np.lexsort((weights, rows))
    joins = np.arange(num_nodes)
    joins[rows[order]] = others[order]  # the last of a row is written last: the strongest
    return np.asarray(np.unique(joins, return_inverse=True)[1], dtype=np.int64)
