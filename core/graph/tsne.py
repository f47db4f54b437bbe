"""t-SNE in a few seconds: attraction along given pairs, repulsion of all articles through a grid and FFT."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse

Array = NDArray[np.float32]

CELL = 0.5  # widest cell wanted of the grid, in units of the kernel 1 / (1 + d²)
FINEST_CELL = 1 / 64
SMALLEST_GRID, LARGEST_GRID = 32, 256
EXAGGERATION = 12.0
PAIRS_AT_A_TIME = 1 << 17
THREADS = 2


class GridRepulsion:
    """Sums over all pairs of articles, in time linear in the articles.

    Every article is spread over the four corners of its cell, the grid is convolved with the kernel by
    FFT, and the result is read off at the articles. Source: FIt-SNE, arXiv 1712.09005, with linear interpolation.
    """

    def __init__(self) -> None:
        self._key: tuple[int, float] = (0, 0.0)
        self._kernels: tuple[NDArray[np.complex64], ...] = ()

    def _prepare(self, size: int, cell: float) -> None:
        """The transforms of 1 / (1 + d²), dx / (1 + d²)² and dy / (1 + d²)² on a grid of `size` cells a side."""
        if (size, cell) == self._key:
            return
        steps = np.concatenate([np.arange(size), np.arange(-size, 0)]).astype(np.float32) * cell
        kernel = 1 / (1 + steps[:, None] ** 2 + steps[None] ** 2)
        force = steps[:, None] * kernel**2
        force[size] = 0  # the one offset that has no opposite
        self._kernels = tuple(
            np.asarray(fft.rfft2(part, workers=THREADS), dtype=np.complex64) for part in (kernel, force, force.T)
        )
        self._key = (size, cell)

    def __call__(self, y: Array) -> tuple[Array, float]:
        """Forces sum_j (y_i - y_j) / (1 + d²)² [N, 2], and the sum of 1 / (1 + d²) over ordered pairs."""
        low = y.min(axis=0)
        span = max(float((y.max(axis=0) - low).max()), FINEST_CELL)
        size = SMALLEST_GRID
        while (size - 2) * CELL < span and size < LARGEST_GRID:
            size *= 2
        # A cell that fits, finer or coarser, in steps of a quarter octave, so that kernels are rarely made anew.
        cell = float(2 ** (np.ceil(np.log2(span / (size - 2)) * 4) / 4))
        self._prepare(size, cell)

        scaled = np.clip((y - low) / cell, 0, size - 1.001)
        corner = scaled.astype(np.int64)
        right, up = (scaled - corner).T
        first = corner[:, 0] * size + corner[:, 1]
        corners = np.concatenate([first, first + 1, first + size, first + size + 1])
        weights = np.concatenate([(1 - right) * (1 - up), (1 - right) * up, right * (1 - up), right * up])
        grid = np.bincount(corners, weights, size * size).astype(np.float32).reshape(size, size)
        spectrum = fft.rfft2(grid, s=(2 * size, 2 * size), workers=THREADS)
        total, *forces = (
            (self._convolve(spectrum, kernel, size)[corners] * weights).reshape(4, -1).sum(axis=0)
            for kernel in self._kernels
        )
        return np.stack(forces, axis=1), max(float(total.sum() - _sum_of_self(right, up, cell)), 1e-6)

    @staticmethod
    def _convolve(spectrum: NDArray[np.complex64], kernel: NDArray[np.complex64], size: int) -> Array:
        wide = fft.irfft2(spectrum * kernel, s=(2 * size, 2 * size), workers=THREADS)
        return np.ascontiguousarray(wide[:size, :size]).ravel()


def _sum_of_self(right: Array, up: Array, cell: float) -> float:
    """What the grid adds for every article with itself: its four corners with one another."""
    across, along = 2 * right * (1 - right), 2 * up * (1 - up)  # chance that two draws differ on an axis
    one_axis = (across * (1 - along) + along * (1 - across)) / (1 + cell**2)
    return float(((1 - across) * (1 - along) + one_axis + across * along / (1 + 2 * cell**2)).sum())


class Attraction:
    """Forces sum_j a_ij (y_i - y_j) / (1 + d²) [N, 2] along the pairs of an affinity, part by part.

    What stands between is so small that it stays in a processor's cache: twice as fast as all at once.
    """

    def __init__(self, affinity: sparse.csr_array) -> None:
        ends, num_nodes = affinity.indptr, affinity.shape[0]
        cuts = np.unique(np.searchsorted(ends, np.arange(0, ends[-1], PAIRS_AT_A_TIME)))
        self._parts: list[tuple[slice, sparse.csr_array]] = []
        for first, last in zip([0, *cuts[1:]], [*cuts[1:], num_nodes], strict=True):
            pairs, rows = slice(ends[first], ends[last]), slice(int(first), int(last))
            part = (affinity.data[pairs], affinity.indices[pairs], ends[first : last + 1] - ends[first])
            self._parts.append((rows, sparse.csr_array(part, shape=(last - first, num_nodes))))

    def __call__(self, y: Array) -> Array:
        points = y.view(np.complex64).ravel()
        with_ones = np.column_stack([y, np.ones(len(y), dtype=np.float32)])  # [N, 3]
        forces = np.empty_like(y)
        for rows, part in self._parts:
            offsets = np.repeat(points[rows], np.diff(part.indptr)) - points[part.indices]
            pull = part.data / (1 + offsets.real**2 + offsets.imag**2)
            pulled = sparse.csr_array((pull, part.indices, part.indptr), shape=part.shape) @ with_ones
            forces[rows] = pulled[:, 2:] * y[rows] - pulled[:, :2]
        return forces


def compute_tsne(
    affinity: sparse.csr_array,
    init: Array,
    *,
    iterations: int = 250,
    early: int = 80,
    on_progress: Callable[[float], None] = lambda _fraction: None,
) -> Array:
    """Positions [N, 2] near which articles with a high affinity stand close together.

    affinity [N, N] symmetric, not negative, sums to 1, empty diagonal. init [N, 2] small start positions.
    During the first `early` iterations affinities are exaggerated, so that groups form before they spread.
    Source: van der Maaten and Hinton 2008. A step is shortened by an article's share of the affinity, since
    a hub with thousands of links would swing otherwise. `on_progress` hears the fraction done after each iteration.
    """
    num_nodes = len(init)
    y = init.astype(np.float32)
    velocity, gain = np.zeros_like(y), np.ones_like(y)
    repulsion = GridRepulsion()
    pull = Attraction(affinity)
    share = np.asarray(affinity.sum(axis=1)).ravel() * num_nodes
    rate = (num_nodes / EXAGGERATION / np.maximum(share, 1))[:, None].astype(np.float32)
    for iteration in range(iterations):
        attraction = pull(y)
        forces, total = repulsion(y)
        is_early = iteration < early
        gradient = 4 * ((EXAGGERATION if is_early else 1.0) * attraction - forces / total)
        gain = np.where(gradient * velocity < 0, gain + 0.2, np.maximum(gain * 0.8, 0.01))
        velocity = ((0.5 if is_early else 0.8) * velocity - rate * gain * gradient).astype(np.float32)
        y = y + velocity
        y -= y.mean(axis=0)
        on_progress((iteration + 1) / iterations)
    return y
