"""The twin: a synthetic stand-in for WikiCS, made on this machine from a fixed seed when WikiCS cannot be had."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.graph.archive import Arrays, GraphOrigin
from core.graph.splits import build_splits
from core.graph.twin import versions
from core.graph.twin.links import Leanings, build_links
from core.graph.twin.texts import Words, build_features, build_titles, build_tokens, load_words
from core.graph.twin.versions import TWIN_ID

NOTICE: Final = (
    "This is the twin, a synthetic stand-in that resembles WikiCS in its sizes and link rates: "
    "its articles are made up and do not exist in Wikipedia."
)

# Sizes of WikiCS's categories and its numbers of directed links from one category (row) to another (column).
# Origin: the statistics that the dataset's authors publish beside it (github.com/pmernyei/wiki-cs-dataset,
# data/extracted_datasets/compsci_final/analysis.txt): link rate times the sizes of both categories.
CATEGORIES: Final = {
    "Computational linguistics": 295,
    "Databases": 667,
    "Operating systems": 2153,
    "Computer architecture": 1933,
    "Computer security": 2679,
    "Internet protocols": 780,
    "Computer file systems": 413,
    "Distributed computing architecture": 865,
    "Web technology": 492,
    "Programming language topics": 1424,
}
LINK_COUNTS: Final = (
    (1485, 50, 79, 41, 37, 31, 3, 37, 44, 161),
    (34, 6520, 1081, 515, 262, 214, 103, 781, 319, 1086),
    (59, 834, 68622, 10857, 2933, 1976, 3917, 2268, 1239, 4286),
    (32, 260, 8760, 41957, 712, 546, 605, 1396, 214, 1264),
    (38, 326, 4103, 1011, 29123, 2164, 554, 1068, 537, 864),
    (32, 168, 1857, 577, 1397, 11985, 206, 661, 756, 741),
    (4, 94, 3751, 912, 378, 154, 13973, 331, 105, 339),
    (16, 585, 1741, 1187, 694, 618, 257, 4815, 579, 761),
    (20, 367, 1402, 275, 410, 898, 163, 815, 3189, 1257),
    (86, 694, 4146, 1533, 446, 756, 269, 684, 796, 23822),
)


@dataclass(frozen=True)
class Recipe:
    """What decides how hard the twin is; tuned until models do on it as on WikiCS (docs/twin.md)."""

    seed: int = 2007_02901  # WikiCS is arXiv 2007.02901
    text_power: float = 2.4  # an article's text leans to a second category by u ** text_power, u uniform in 0..1
    link_power: float = 0.5  # and its links by u ** link_power
    independence: float = 0.5  # share of articles whose text leans by a u of its own, the others by that of their links
    text_noise: float = 0.2  # standard deviation of what is added to the lean of a text
    link_noise: float = 0.22  # and to that of an article's links
    degree_spread: float = 1.3  # standard deviation of the logarithm of an article's attractiveness
    hub_gain: float = 26.0  # attractiveness is multiplied by 1 + hub_gain / rank, ranked by the links to be expected
    topic_share: float = 0.5  # share of links that stay within a topic
    favourite_share: float = 0.4  # share of the category words that come from a topic's favourites
    words_median: float = 40.0
    words_spread: float = 0.8  # standard deviation of the logarithm of an article's length
    common_share: float = 0.45  # share of words that say nothing about the category
    stray_share: float = 0.08  # share of words from any category at all
    category_strength: float = 0.5  # length of what the vectors of a category's words have in common
    common_strength: float = 0.05  # of what all words' vectors have in common: as in GloVe, a few large values
    table_articles: float = 0.0  # share of articles half of whose words are one leftover of markup, of a long vector


# Older twins by id. On version 2 MLP, GCN and APPNP did as on WikiCS, GraphSAGE worse.
OLDER_RECIPES: Final = MappingProxyType(
    {
        "twin-86fa7aa6": Recipe(
            text_power=2.6,
            link_power=1.5,
            independence=0.0,
            text_noise=0.05,
            link_noise=0.05,
            hub_gain=0.0,
            common_strength=0.0,
            table_articles=0.06,
        )
    }
)


def build_twin_arrays(recipe: Recipe | None = None) -> Arrays:
    """The arrays of the twin's archive (`core.graph.archive`), the same on every machine.

    [11701, 300] float32 features, 297,110 directed links, 10 categories, 20 splits, titles and tokens.
    """
    recipe = recipe or Recipe()
    rng = np.random.Generator(np.random.PCG64(recipe.seed))
    words = load_words(tuple(CATEGORIES))
    sizes = np.array(list(CATEGORIES.values()))
    y = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    counts = np.array(LINK_COUNTS)
    leanings = build_leanings(rng, recipe, y, counts, words)
    attraction = np.exp(recipe.degree_spread * rng.standard_normal(len(y)))
    links = counts.sum(axis=0) + counts.sum(axis=1)
    expected = attraction * (links / np.bincount(y, weights=attraction))[y]
    attraction[np.argsort(-expected, kind="stable")] *= 1 + recipe.hub_gain / np.arange(1, len(y) + 1)
    edge_index = build_links(rng, leanings, attraction, counts, topic_share=recipe.topic_share)
    titles = build_titles(rng, words, leanings, attraction)
    tokens = build_tokens(rng, recipe, words, leanings, titles)
    return {
        "features": build_features(rng, recipe, words, tokens),
        "edge_index": edge_index.astype(np.int32),
        "labels": y.astype(np.int64),
        **build_splits(rng, y),
        "class_names": np.array(list(CATEGORIES)),
        "titles": np.array(titles),
        "tokens_indices": tokens.indices,
        "tokens_offsets": tokens.offsets,
        "tokens_vocabulary": np.array(words.vocabulary),
    }


def build_older_twin(graph_id: str) -> Arrays:
    """The arrays of an older twin, bit for bit as they were."""
    return build_twin_arrays(OLDER_RECIPES[graph_id])


def describe_twin(graph_id: str = TWIN_ID) -> GraphOrigin:
    """What a person is told of a version of the twin."""
    name = "WikiCS twin" if graph_id == TWIN_ID else f"WikiCS twin, version {versions.TWINS[graph_id]}"
    return GraphOrigin(graph_id, "twin", name, "Made on this machine from a fixed seed.", (NOTICE,))


def build_leanings(
    rng: np.random.Generator, recipe: Recipe, y: NDArray[np.int64], counts: NDArray[np.int64], words: Words
) -> Leanings:
    """Every article's second category, its topic in both, and how far its text and its links lean to the second.

    The second category is drawn by how many links there are between the two.
    """
    num_nodes, num_classes = len(y), len(counts)
    between = (counts + counts.T) * (1 - np.eye(num_classes))
    chances = np.cumsum(between / between.sum(axis=1, keepdims=True), axis=1)
    second = (rng.random(num_nodes)[:, None] > chances[y]).sum(axis=1)
    lean = rng.random(num_nodes)
    of_text = lean
    if recipe.independence:
        of_text = np.where(rng.random(num_nodes) < recipe.independence, rng.random(num_nodes), lean)
    text, link = (
        np.clip(u**power + noise * rng.standard_normal(num_nodes), 0.02, 0.98)
        for u, power, noise in (
            (of_text, recipe.text_power, recipe.text_noise),
            (lean, recipe.link_power, recipe.link_noise),
        )
    )
    return Leanings(
        category=y,
        second=second,
        topic=_draw_topics(rng, words, y),
        second_topic=_draw_topics(rng, words, second),
        text_lean=text,
        link_lean=link,
    )


def _draw_topics(rng: np.random.Generator, words: Words, category: NDArray[np.int64]) -> NDArray[np.int64]:
    """[N] a topic of each article's category, the first topics more often than the last."""
    first, count = words.topic_starts[category], words.topic_counts[category]
    return first + np.floor(count * rng.random(len(category)) ** 1.3).astype(np.int64)
