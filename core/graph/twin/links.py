"""The twin's links: exactly as many between any two categories as in WikiCS, with hubs, topics and reciprocity."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# WikiCS: 297,110 directed links are 216,123 undirected pairs, 520 of them links of an article to itself
# (PyG's undirected graph has 431,726 entries = 2 x 216,123 - 520), and 65.47 % of those entries join articles of
# one category. From these: how many links run both ways, within and between categories.
NUM_SELF_LINKS: Final = 520
NUM_MUTUAL_WITHIN: Final = 63_906
NUM_MUTUAL_BETWEEN: Final = 17_081


@dataclass(frozen=True)
class Leanings:
    """What every article is about; all arrays [N]. A lean of 0 is its own category alone, 1 the second alone."""

    category: NDArray[np.int64]
    second: NDArray[np.int64]
    topic: NDArray[np.int64]  # numbered over all categories, in the categories' order
    second_topic: NDArray[np.int64]
    text_lean: NDArray[np.float64]
    link_lean: NDArray[np.float64]


class _Urn:
    """Draws articles by weight from groups: runs of equal keys in a sorted order."""

    def __init__(self, keys: NDArray[np.int64], weights: NDArray[np.float64], num_groups: int) -> None:
        self.order = np.argsort(keys, kind="stable")
        self.cumulative = np.concatenate([[0.0], np.cumsum(weights[self.order])])
        bounds = np.searchsorted(keys[self.order], np.arange(num_groups + 1))
        self.low, self.high = self.cumulative[bounds[:-1]], self.cumulative[bounds[1:]]

    def draw(self, rng: np.random.Generator, groups: NDArray[np.int64]) -> NDArray[np.int64]:
        """One article of each group asked for."""
        low, high = self.low[groups], self.high[groups]
        place = np.searchsorted(self.cumulative, low + (high - low) * rng.random(len(groups)), side="right") - 1
        drawn: NDArray[np.int64] = self.order[np.minimum(place, len(self.order) - 1)]
        return drawn

    def has(self, group: int) -> bool:
        return bool(self.high[group] > self.low[group])


class _Sampler:
    """Draws undirected pairs of articles of two categories."""

    def __init__(
        self, rng: np.random.Generator, leanings: Leanings, attraction: NDArray[np.float64], topic_share: float
    ) -> None:
        self.rng, self.leanings, self.topic_share = rng, leanings, topic_share
        num_classes = int(leanings.category.max()) + 1
        num_topics = int(max(leanings.topic.max(), leanings.second_topic.max())) + 1
        plain = attraction * (1 - leanings.link_lean)
        self.num_classes = num_classes
        self.of_category = _Urn(leanings.category, plain, num_classes)
        self.of_topic = _Urn(leanings.topic, plain, num_topics)
        leaning_key = leanings.category * num_classes + leanings.second
        self.leaning = _Urn(leaning_key, attraction * leanings.link_lean, num_classes**2)

    def _partner(self, topics: NDArray[np.int64], category: int) -> NDArray[np.int64]:
        """An article of each topic, or, for the share of links that leave their topic, of the whole category."""
        near = self.rng.random(len(topics)) < self.topic_share
        near &= self.of_topic.high[topics] > self.of_topic.low[topics]
        partners = self.of_category.draw(self.rng, np.full(len(topics), category))
        partners[near] = self.of_topic.draw(self.rng, topics[near])
        return partners

    def _candidates(self, a: int, b: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of one article that leans from its category to the other one, and a plain article there."""
        if a == b:
            first = self.of_category.draw(self.rng, np.full(count, a))
            return first, self._partner(self.leanings.topic[first], a)
        group = a * self.num_classes + b
        urn, key = (self.leaning, group) if self.leaning.has(group) else (self.of_category, a)
        first = urn.draw(self.rng, np.full(count, key))
        leaning_here = self.leanings.second[first] == b
        topics = np.where(leaning_here, self.leanings.second_topic[first], 0)
        partners = self._partner(topics, b)
        return first, partners

    def pairs(self, a: int, b: int, count: int) -> NDArray[np.int64]:
        """[2, count] distinct pairs, the first article of category a, the second of b, no article with itself."""
        num_nodes = len(self.leanings.category)
        keys = np.empty(0, dtype=np.int64)
        while len(keys) < count:
            half = count // 2 + 16
            forth, back = self._candidates(a, b, half), self._candidates(b, a, half)
            first = np.concatenate([forth[0], back[1]])
            second = np.concatenate([forth[1], back[0]])
            if a == b:
                first, second = np.minimum(first, second), np.maximum(first, second)
            drawn = (first * num_nodes + second)[first != second]
            keys = np.concatenate([keys, self.rng.permutation(drawn)])
            keys = keys[np.sort(np.unique(keys, return_index=True)[1])]
        return np.stack(np.divmod(keys[:count], num_nodes))


def build_links(
    rng: np.random.Generator,
    leanings: Leanings,
    attraction: NDArray[np.float64],
    counts: NDArray[np.int64],
    *,
    topic_share: float,
) -> NDArray[np.int64]:
    """[2, E] directed links, sorted by source and target; counts [C, C] says how many run from one category to another.

    attraction [N] is an article's propensity to be linked at all. No link occurs twice.
    """
    sampler = _Sampler(rng, leanings, attraction, topic_share)
    eagerness = np.exp(0.7 * rng.standard_normal(len(attraction)))  # to link rather than be linked
    self_links = np.tile(rng.permutation(len(attraction))[:NUM_SELF_LINKS], (2, 1))
    rest = counts - np.diag(np.bincount(leanings.category[self_links[0]], minlength=len(counts)))
    mutual = _spread_mutual(rest)
    found = [self_links]
    for a in range(len(counts)):
        for b in range(a, len(counts)):
            found.append(_build_block(rng, sampler, eagerness, a, b, rest, int(mutual[a, b])))
    edge_index = np.concatenate(found, axis=1)
    return edge_index[:, np.lexsort((edge_index[1], edge_index[0]))]


def _spread_mutual(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """[C, C] pairs that are linked both ways (upper triangle), in proportion to the links, with WikiCS's totals."""
    both = np.triu(counts + np.tril(counts, -1).T).astype(np.float64)
    mutual = np.zeros(counts.shape, dtype=np.int64)
    within = np.eye(len(counts), dtype=bool)
    for where, total in ((within, NUM_MUTUAL_WITHIN), (np.triu(~within), NUM_MUTUAL_BETWEEN)):
        exact = np.cumsum(both[where]) / both[where].sum() * total
        mutual[where] = np.diff(np.round(exact), prepend=0.0).astype(np.int64)
    return mutual


def _build_block(
    rng: np.random.Generator,
    sampler: _Sampler,
    eagerness: NDArray[np.float64],
    a: int,
    b: int,
    counts: NDArray[np.int64],
    num_mutual: int,
) -> NDArray[np.int64]:
    """[2, e] all links between two categories: the pairs, and which way each is linked."""
    forth = int(counts[a, b]) - num_mutual
    back = int(counts[b, a]) - num_mutual if a != b else 0
    num_pairs = forth + back + num_mutual
    if a == b:
        num_pairs = int(counts[a, a]) - num_mutual
        forth, back = (num_pairs - num_mutual + 1) // 2, (num_pairs - num_mutual) // 2
    first, second = sampler.pairs(a, b, num_pairs)
    pull = np.log(eagerness[first] / eagerness[second]) + rng.standard_normal(num_pairs)
    order = np.argsort(-pull, kind="stable")  # who is most eager to link comes first
    links, both, linked = np.split(order, [forth, forth + num_mutual])
    source = np.concatenate([first[links], first[both], second[both], second[linked]])
    target = np.concatenate([second[links], second[both], first[both], first[linked]])
    return np.stack([source, target])
