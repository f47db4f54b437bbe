"""Finds articles by title as one types: accents and case ignored, typos forgiven, acronyms understood."""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

MAX_QUERY = 120  # characters that are read of a query
MAX_WORDS = 10
LAST = "\U0010ffff"  # sorts after every letter
STOP_WORDS = frozenset(("a", "an", "and", "for", "in", "of", "on", "or", "the", "to", "with"))
# Letters that stay whole under NFKD.
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})

# How well a title fits, best first. Within a kind fewer typos win, then the higher weight, then the shorter title.
EXACT, BARE, ACRONYM, BEGINNING, WORDS, TYPO, WORD_TYPO, LOOSE_ACRONYM, INSIDE, SOME_WORDS = range(10)
TOO_MANY_TYPOS = 9


def normalise(text: str) -> str:
    """Words in lower case without accents, joined by single spaces; of signs only + and # stay (C++, C#)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = text.casefold().translate(LETTERS).replace("'", "").replace("’", "")
    return " ".join(re.findall(r"[^\W_]+[+#]*|[+#]+", text))


def allowed_typos(length: int) -> int:
    """How many edits (letters changed, added, left out, swapped with the next) a text of this length is forgiven."""
    return 0 if length < 3 else 1 if length < 6 else 2


class TitleIndex:
    """An index over N titles, built once (half a second for 12,000) and never changed."""

    def __init__(self, titles: Sequence[str], *, weights: ArrayLike | None = None) -> None:
        """weights [N]: how likely an article is meant, such as its degree; it decides among equal fits."""
        self._titles = [normalise(title) for title in titles]
        self._bare = [
            normalise(re.sub(r"\s*\([^()]*\)\s*$", "", title)) if ")" in title else name
            for title, name in zip(titles, self._titles, strict=True)
        ]
        self._shortened = [index for index, title in enumerate(self._titles) if title != self._bare[index]]
        self._shortened_names = [self._bare[index] for index in self._shortened]
        self._weights = (np.zeros(len(titles)) if weights is None else np.asarray(weights, dtype=np.float64)).tolist()
        self._exact = _group(self._titles)
        # Without "(disambiguation)", and without spaces: "filesystem" finds "File system".
        self._loosely = _group(
            {name, name.replace(" ", ""), title.replace(" ", "")}
            for name, title in zip(self._bare, self._titles, strict=True)
        )
        self._acronyms = _group(_acronyms(name) for name in self._bare)
        self._by_first_letter = _group({name[:1]} for name in self._bare)
        self._order = sorted(range(len(titles)), key=self._titles.__getitem__)
        self._sorted = [self._titles[index] for index in self._order]
        postings = _group(set(title.split()) for title in self._titles)
        self._words = sorted(postings)
        self._offsets = np.cumsum([0] + [len(postings[word]) for word in self._words])
        self._postings = np.array([index for word in self._words for index in postings[word]], dtype=np.int64)

    def search(self, query: str, limit: int = 8) -> list[int]:
        """Indices of the best fitting titles, best first, each once. A query without letters and digits finds none."""
        return self.find(query, limit)[0]

    def find(self, query: str, limit: int = 8) -> tuple[list[int], int]:
        """As `search`, with how many titles fit: of these the list has the best."""
        words = normalise(query[:MAX_QUERY]).split()[:MAX_WORDS]
        text = " ".join(words)
        if not text or limit < 1:
            return [], 0
        ranks: dict[int, tuple[int, int]] = {}
        self._find_as_written(text, words, ranks)
        if query[-1].isspace():  # the last word is whole: "man " is less likely to mean "management"
            longer = [index for index, (kind, _) in ranks.items() if kind == BEGINNING]
            ranks.update({index: (BEGINNING, 1) for index in longer if self._titles[index][len(text)] != " "})
        # Typos are looked for only where what is written does not fill the list.
        if len(ranks) < limit:
            self._find_typos(text, words, ranks)
        if len(ranks) < limit and not ranks.keys() & set(self._exact.get(text, ())):
            self._find_remains(text, ranks)
        best = sorted(ranks, key=lambda index: (*ranks[index], *self._tie_break(index)))
        return best[:limit], len(best)

    def _tie_break(self, index: int) -> tuple[float, int, int]:
        return -self._weights[index], len(self._titles[index]), index

    def _find_as_written(self, text: str, words: list[str], ranks: dict[int, tuple[int, int]]) -> None:
        letters = text.replace(" ", "")
        _rank(ranks, self._exact.get(text, ()), EXACT)
        _rank(ranks, [*self._loosely.get(text, ()), *self._loosely.get(letters, ())], BARE)
        if len(words) == 1 or len(letters) == len(words):  # "osi", "o.s.i."
            _rank(ranks, self._acronyms.get(letters, ()), ACRONYM)
        beginning = bisect_left(self._sorted, text), bisect_left(self._sorted, text + LAST)
        _rank(ranks, self._order[slice(*beginning)], BEGINNING)
        matches = [self._beginning_with(word) for word in words]
        common = matches[0]
        for match in matches[1:]:
            common = np.intersect1d(common, match)
        _rank(ranks, common.tolist(), WORDS)

    def _beginning_with(self, word: str) -> NDArray[np.int64]:
        """Titles with a word that begins so. Words are sorted, so that theirs lie side by side."""
        first, last = bisect_left(self._words, word), bisect_left(self._words, word + LAST)
        return np.unique(self._postings[self._offsets[first] : self._offsets[last]])

    def _find_typos(self, text: str, words: list[str], ranks: dict[int, tuple[int, int]]) -> None:
        for _, typos, index in _near(text, self._titles):
            _rank(ranks, (index,), TYPO, typos)
        for _, typos, place in _near(text, self._shortened_names):
            _rank(ranks, (self._shortened[place],), TYPO, typos)
        typos_of = [self._typos_of_word(word, is_last=place == len(words) - 1) for place, word in enumerate(words)]
        found = np.stack([typos < TOO_MANY_TYPOS for typos in typos_of]).sum(axis=0)
        whole = np.flatnonzero(found == len(words))
        total = np.sum(typos_of, axis=0)
        for index in whole.tolist():
            _rank(ranks, (index,), WORD_TYPO, int(total[index]))
        most = int(found.max(initial=0))
        if most < len(words) and 2 * most >= len(words):
            _rank(ranks, np.flatnonzero(found == most).tolist(), SOME_WORDS)

    def _typos_of_word(self, word: str, *, is_last: bool) -> NDArray[np.int64]:
        """[N] fewest edits that make `word` the beginning of one of a title's words (TOO_MANY_TYPOS: too many)."""
        fewest = np.full(len(self._titles), TOO_MANY_TYPOS, dtype=np.int64)
        near = _near(word, self._words)
        if is_last:  # still being typed
            near += _near(word, [known[: len(word)] for known in self._words])
        for _, typos, place in sorted(near, key=lambda match: -match[1]):
            fewest[self._postings[self._offsets[place] : self._offsets[place + 1]]] = typos
        fewest[self._beginning_with(word)] = 0
        return fewest

    def _find_remains(self, text: str, ranks: dict[int, tuple[int, int]]) -> None:
        letters = text.replace(" ", "")
        if 2 < len(letters) < 8 and " " not in text:
            for index in self._by_first_letter.get(letters[0], ()):
                words = [word for word in self._bare[index].split() if word not in STOP_WORDS]
                if len(words) > 1 and _is_loose_acronym(letters, words):
                    _rank(ranks, (index,), LOOSE_ACRONYM)
        if len(letters) > 2:
            _rank(ranks, [index for index, title in enumerate(self._titles) if text in title], INSIDE)


def _near(text: str, names: Sequence[str]) -> list[tuple[str, int, int]]:
    """Name, edits and place of every name within the allowed edits."""
    typos = allowed_typos(len(text))
    return process.extract(text, names, scorer=OSA.distance, score_cutoff=typos, limit=None) if typos else []


def _rank(ranks: dict[int, tuple[int, int]], indices: Iterable[int], kind: int, typos: int = 0) -> None:
    for index in indices:
        if index not in ranks or (kind, typos) < ranks[index]:
            ranks[index] = (kind, typos)


def _group(keys: Iterable[str | set[str]]) -> dict[str, list[int]]:
    """For every key the places that have it, in order."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        for one in (key,) if isinstance(key, str) else key:
            if one:
                places[one].append(place)
    return dict(places)


def _acronyms(name: str) -> set[str]:
    """First letters of all words, and of all but the small ones: "iot" and "it" for "Internet of things"."""
    words = name.split()
    both = ("".join(word[0] for word in words), "".join(word[0] for word in words if word not in STOP_WORDS))
    return {acronym for acronym in both if len(acronym) > 1}


def _is_loose_acronym(letters: str, words: list[str]) -> bool:
    """Whether every word gives its first letter and perhaps later ones in order, as in "http"."""
    if not words or not letters:
        return not words and not letters
    return letters[0] == words[0][0] and any(
        _is_subsequence(letters[1:taken], words[0][1:]) and _is_loose_acronym(letters[taken:], words[1:])
        for taken in range(1, len(letters) + 1)
    )


def _is_subsequence(part: str, whole: str) -> bool:
    remaining = iter(whole)
    return all(letter in remaining for letter in part)
