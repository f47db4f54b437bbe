"""The articles most like each article, nearly: exact search compares all with all, minutes for a large graph."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Indices = NDArray[np.int64]

GROUP = 256  # articles of a group, about
LARGEST_GROUP = 1024
MOST_LOOKED_AT = 1280  # articles, of the groups nearest to an article's own
ROUNDS = 4  # of moving the groups' middles


def find_nearest_roughly(
    traits: Array, count: int, *, seed: int, on_progress: Callable[[float], None] = lambda _fraction: None
) -> Indices:
    """[N, count] others with the highest dot product with each article, of those in its group and the nearest groups.

    traits [N, D] of unit length, more than `count`. Source: inverted files (Jégou, Douze and Schmid
    2011), without their codes. `on_progress` hears the fraction done.
    """
    groups = list(_group(traits, np.random.default_rng(seed)))
    middles = np.stack([traits[group].mean(axis=0) for group in groups])
    nearest = np.empty((len(traits), count), dtype=np.int64)
    done = 0
    for group, order in zip(groups, np.argsort(-(middles @ middles.T), axis=1), strict=True):
        looked_at = _gather(group, [groups[other] for other in order], count)
        unlike = -traits[group] @ traits[looked_at].T
        unlike[np.arange(len(group)), np.arange(len(group))] = np.inf  # each is found at its own place: see _gather
        nearest[group] = looked_at[np.argpartition(unlike, count - 1, axis=1)[:, :count]]
        done += len(group)
        on_progress(done / len(traits))
    return nearest


def _gather(group: Indices, nearest_first: list[Indices], count: int) -> Indices:
    """The group's own articles, then those of the nearest groups, until there are enough."""
    parts, size = [group], len(group)
    for other in nearest_first:
        if other is not group:
            if size + len(other) > MOST_LOOKED_AT and size > count:
                break
            parts.append(other)
            size += len(other)
    return np.concatenate(parts)


def _group(traits: Array, rng: np.random.Generator) -> Iterator[Indices]:
    """Groups of articles that are like one another (k-means on the sphere); a large one is cut into several."""
    middles = traits[rng.choice(len(traits), max(1, len(traits) // GROUP), replace=False)]
    sample = traits[rng.choice(len(traits), min(len(traits), 32 * len(middles)), replace=False)]
    for _ in range(ROUNDS):
        of = _find_middle(sample, middles)
        sums = np.stack([np.bincount(of, column, len(middles)) for column in sample.T], axis=1).astype(np.float32)
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        middles = np.where(length > 0, sums / np.maximum(length, np.float32(1e-12)), middles)
    of = _find_middle(traits, middles)
    order = np.argsort(of, kind="stable")
    for group in np.split(order, np.cumsum(np.bincount(of, minlength=len(middles)))[:-1]):
        if len(group):
            yield from np.array_split(group, -(-len(group) // LARGEST_GROUP))


def _find_middle(traits: Array, middles: Array) -> Indices:
    at_once = 8192
    parts = [traits[start : start + at_once] @ middles.T for start in range(0, len(traits), at_once)]
    return np.concatenate([part.argmax(axis=1) for part in parts])
