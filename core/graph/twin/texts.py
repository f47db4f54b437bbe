"""The twin's titles, words and features, from lists of real computer-science words."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from core.graph.graph import Tokens
from core.graph.twin.links import Leanings

if TYPE_CHECKING:
    from core.graph.twin.build import Recipe

WORDS_FILE: Final = Path(__file__).with_name("words.json")
NUM_FEATURES: Final = 300
FAVOURITES: Final = 12  # words of its category that a topic uses more than others do
KINDS: Final = (
    "adaptive", "asynchronous", "cooperative", "declarative", "deterministic", "dynamic", "early", "embedded",
    "experimental", "generic", "hierarchical", "hybrid", "incremental", "lightweight", "modular", "optimistic",
    "parallel", "portable", "probabilistic", "static",
)  # fmt: skip
FACETS: Final = (
    "benchmark", "design", "evaluation", "glossary", "history", "implementation", "interface", "library", "model",
    "overhead", "patterns", "simulator", "specification", "standard", "taxonomy", "terminology", "testing", "toolkit",
    "tuning", "verification",
)  # fmt: skip
JOINTS: Final = ("for", "and", "in", "with", "under")
TABLE_SHARE: Final = 0.5  # share of leftovers among the words of a table
LEFTOVER_STRENGTH: Final = 11.0  # length of a leftover's vector, other words have about 1
LEFTOVER_CENTRE: Final = 3.0  # how much of the category that it points to is in that vector
LEANING_TITLE: Final = 0.4  # an article whose text leans more than this names both of its topics


@dataclass(frozen=True)
class Words:
    """The vocabulary, and which of its words belong to which category and topic."""

    vocabulary: tuple[str, ...]  # [V]
    category: NDArray[np.int64]  # [V], -1 for a common word
    common: NDArray[np.int64]  # indices of common words
    leftovers: NDArray[np.int64]  # indices of words of markup
    of_category: tuple[NDArray[np.int64], ...]  # [C] indices of a category's words
    topics: tuple[str, ...]  # [T] terms, category by category
    topic_starts: NDArray[np.int64]  # [C] first topic of a category
    topic_counts: NDArray[np.int64]  # [C]


def load_words(categories: tuple[str, ...], path: Path = WORDS_FILE) -> Words:
    """The word lists, for these categories in this order. A word of several categories belongs to the first."""
    content = json.loads(path.read_text(encoding="utf-8"))
    index: dict[str, int] = {}
    category: list[int] = []
    topics: list[list[str]] = []

    def add(word: str, owner: int) -> int:
        if word not in index:
            index[word] = len(index)
            category.append(owner)
        return index[word]

    shared = content["common"].split() + list(KINDS) + list(FACETS) + list(JOINTS)
    common = sorted({add(word, -1) for word in shared})
    of_category = []
    for number, name in enumerate(categories):
        lists = content["categories"][name]
        topics.append(lists["terms"].split(", "))
        own = lists["words"].split() + [word for term in topics[-1] for word in term.lower().split()]
        of_category.append(sorted({add(word, number) for word in own} - set(common)))
    leftovers = np.array([add(word, -1) for word in content["leftovers"].split()])
    counts = np.array([len(terms) for terms in topics])
    return Words(
        vocabulary=tuple(index),
        category=np.array(category),
        common=np.array(common),
        leftovers=leftovers,
        of_category=tuple(np.array(own) for own in of_category),
        topics=tuple(term for terms in topics for term in terms),
        topic_starts=np.concatenate([[0], np.cumsum(counts)[:-1]]),
        topic_counts=counts,
    )


def build_titles(
    rng: np.random.Generator, words: Words, leanings: Leanings, attraction: NDArray[np.float64]
) -> list[str]:
    """N different titles: a topic's most attractive article bears its bare name, one that leans names both topics."""
    used: set[str] = set()
    titles = [""] * len(attraction)
    picks = rng.random((len(attraction), 3))
    for article in np.argsort(-attraction, kind="stable").tolist():
        term, other = words.topics[leanings.topic[article]], words.topics[leanings.second_topic[article]]
        kind, facet, joint = (int(pick) for pick in picks[article] * (len(KINDS), len(FACETS), len(JOINTS)))
        both = leanings.text_lean[article] > LEANING_TITLE
        title = f"{term} {JOINTS[joint]} {other}" if both else term
        for step in range(len(KINDS) * len(FACETS)):
            if title not in used:
                break
            base = f"{KINDS[(kind + step) % len(KINDS)]} {term}"
            if both:
                title = f"{base} {JOINTS[joint]} {other}"
            elif step % 2:
                title = f"{term} {FACETS[(facet + step) % len(FACETS)]}"
            else:
                title = base if step < len(KINDS) else f"{base} {FACETS[(facet + step // len(KINDS)) % len(FACETS)]}"
        used.add(title)
        titles[article] = title[0].upper() + title[1:]
    return titles


def build_tokens(
    rng: np.random.Generator, recipe: "Recipe", words: Words, leanings: Leanings, titles: list[str]
) -> Tokens:
    """Every article's words: those of its title, then draws from common, stray, own and second category's words."""
    num_nodes, num_classes = len(titles), len(words.of_category)
    index = {word: number for number, word in enumerate(words.vocabulary)}
    heads = [[index[word] for word in title.lower().split()] for title in titles]
    lengths = np.exp(np.log(recipe.words_median) + recipe.words_spread * rng.standard_normal(num_nodes))
    lengths = np.clip(np.round(lengths), 4, 1000).astype(np.int64)
    article = np.repeat(np.arange(num_nodes), lengths)
    source = rng.random(len(article))
    leaning = rng.random(len(article)) < leanings.text_lean[article]
    category = np.where(leaning, leanings.second[article], leanings.category[article])
    topic = np.where(leaning, leanings.second_topic[article], leanings.topic[article])
    stray = source < recipe.stray_share
    category[stray] = np.floor(num_classes * rng.random(int(stray.sum()))).astype(np.int64)
    drawn = _draw_category_words(rng, words, category)
    favourite = ~stray & (rng.random(len(article)) < recipe.favourite_share)
    favourites = _build_favourites(rng, words)
    drawn[favourite] = favourites[topic[favourite], np.floor(FAVOURITES * rng.random(int(favourite.sum()))).astype(int)]
    common = source > 1 - recipe.common_share
    drawn[common] = _draw_ranked(rng, words.common, int(common.sum()))
    table = (rng.random(num_nodes) < recipe.table_articles)[article] & (rng.random(len(article)) < TABLE_SHARE)
    leftover = np.floor(len(words.leftovers) * rng.random(num_nodes)).astype(np.int64)
    drawn[table] = words.leftovers[leftover[article[table]]]
    return _join_tokens(heads, drawn, lengths, words.vocabulary)


def _draw_ranked(rng: np.random.Generator, choices: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Words by rank: the first ones much oftener than the last (density of 1/sqrt of the rank)."""
    return choices[np.floor(len(choices) * rng.random(count) ** 2).astype(np.int64)]


def _draw_category_words(rng: np.random.Generator, words: Words, category: NDArray[np.int64]) -> NDArray[np.int64]:
    drawn = np.empty(len(category), dtype=np.int64)
    for number, choices in enumerate(words.of_category):
        here = np.flatnonzero(category == number)
        drawn[here] = _draw_ranked(rng, rng.permutation(choices), len(here))
    return drawn


def _build_favourites(rng: np.random.Generator, words: Words) -> NDArray[np.int64]:
    """[T, FAVOURITES] the words that each topic prefers: its own name's, then some of its category's."""
    index = {word: number for number, word in enumerate(words.vocabulary)}
    owner = np.repeat(np.arange(len(words.topic_counts)), words.topic_counts)
    rows = []
    for topic, term in enumerate(words.topics):
        named = [index[word] for word in term.lower().split()]
        others = rng.permutation(words.of_category[owner[topic]]).tolist()
        rows.append((named + others)[:FAVOURITES])
    return np.array(rows)


def _join_tokens(
    heads: list[list[int]], drawn: NDArray[np.int64], lengths: NDArray[np.int64], vocabulary: tuple[str, ...]
) -> Tokens:
    """Title words first, then the drawn ones, article by article."""
    head_lengths = np.array([len(head) for head in heads])
    offsets = np.concatenate([[0], np.cumsum(head_lengths + lengths)])
    indices = np.empty(offsets[-1], dtype=np.int32)
    head_flat = np.array([word for head in heads for word in head])
    is_head = np.zeros(len(indices), dtype=bool)
    starts = np.repeat(offsets[:-1], head_lengths)
    within = np.arange(len(head_flat)) - np.repeat(np.cumsum(head_lengths) - head_lengths, head_lengths)
    is_head[starts + within] = True
    indices[is_head], indices[~is_head] = head_flat, drawn
    return Tokens(indices, offsets.astype(np.int64), vocabulary)


def build_features(rng: np.random.Generator, recipe: "Recipe", words: Words, tokens: Tokens) -> NDArray[np.float32]:
    """[N, 300] the mean vector of each article's words, as WikiCS takes it of GloVe vectors.

    Vectors are multiples of 1/1024, so that sums are exact and the result is the same on every machine.
    """
    num_classes = len(words.of_category)
    vectors = rng.standard_normal((len(words.vocabulary), NUM_FEATURES)) * 0.3
    centres = rng.standard_normal((num_classes, NUM_FEATURES)) * 0.3 * recipe.category_strength
    owned = words.category >= 0
    vectors[owned] += centres[words.category[owned]]
    vectors[words.leftovers] += centres[np.arange(len(words.leftovers)) % num_classes] * LEFTOVER_CENTRE
    vectors[words.leftovers] *= LEFTOVER_STRENGTH
    if recipe.common_strength:
        vectors += rng.standard_normal(NUM_FEATURES) ** 3 * recipe.common_strength
    vectors = np.round(vectors * 1024) / 1024
    from scipy import sparse  # late: no listing waits for SciPy

    counts = sparse.csr_array(
        (np.ones(len(tokens.indices)), tokens.indices, tokens.offsets),
        shape=(len(tokens.offsets) - 1, len(words.vocabulary)),
    )
    lengths = np.maximum(np.diff(tokens.offsets), 1)
    features: NDArray[np.float32] = ((counts @ vectors) / lengths[:, None]).astype(np.float32)
    return features
