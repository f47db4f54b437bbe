"""t-SNE's fast repulsion against all pairs, and what attraction does."""

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import pdist, squareform

from core.graph.tsne import GridRepulsion, compute_tsne


@pytest.mark.parametrize("scale", [0.001, 1.0, 5.0, 20.0])
def test_grid_repulsion_is_near_the_sum_over_all_pairs(scale):
    y = np.random.default_rng(0).standard_normal((400, 2)).astype(np.float32) * np.float32(scale)
    offset = y[:, None] - y[None]
    kernel = 1 / (1 + squareform(pdist(y)) ** 2)
    exact = (offset * (kernel**2)[:, :, None]).sum(axis=1)

    forces, total = GridRepulsion()(y)

    assert total == pytest.approx(kernel.sum() - len(y), rel=0.02)
    assert np.linalg.norm(forces - exact) < (0.02 if scale <= 1 else 0.25) * np.linalg.norm(exact)


def test_groups_that_attract_each_other_stand_together():
    group = np.repeat(np.arange(5), 60)
    rng = np.random.default_rng(1)
    rows = np.repeat(np.arange(300), 8)
    columns = group[rows] * 60 + rng.integers(0, 60, len(rows))
    keep = rows != columns
    pairs = sparse.csr_array((np.ones(keep.sum()), (rows[keep], columns[keep])), shape=(300, 300))
    affinity = sparse.csr_array((pairs + pairs.T) / (2 * pairs.sum()), dtype=np.float32)

    y = compute_tsne(affinity, rng.standard_normal((300, 2)).astype(np.float32) * 1e-2)

    distance = squareform(pdist(y))
    np.fill_diagonal(distance, np.inf)
    assert (group[distance.argmin(axis=1)] == group).mean() > 0.99


def test_a_hub_does_not_swing_out_of_the_picture():
    rows, columns = np.zeros(1999, dtype=int), np.arange(1, 2000)
    links = sparse.csr_array((np.ones(1999), (rows, columns)), shape=(2000, 2000))
    affinity = sparse.csr_array((links + links.T) / (2 * 1999), dtype=np.float32)

    y = compute_tsne(affinity, np.random.default_rng(0).standard_normal((2000, 2)).astype(np.float32) * 1e-2)

    assert np.isfinite(y).all()
    assert np.linalg.norm(y[0]) < np.linalg.norm(y, axis=1).max()
