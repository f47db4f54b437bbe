"""How an article is named: by its title as written, else whatever its form, case and spaces, else by its index."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Final

MAX_DIGITS: Final = 18  # of an index; Python refuses to read thousands of them
MAX_SHOWN: Final = 80  # characters of what was asked for that a message repeats
MARK: Final = "#"  # before digits that are an index even where they are a title
_MARKED: Final = re.compile(rf"{MARK}[0-9]+")


class TitleLookup:
    """N titles by name. A name means those written exactly so; else those of the same letters; else of any case.

    `#` and digits mean a title that is written exactly so, and no other: else they are an index.
    """

    def __init__(self, titles: Sequence[str]) -> None:
        self._titles = titles

    def find(self, name: str) -> list[int]:
        """The indices of the articles that `name` means, sorted: several where titles are equal, none where none is."""
        for fold, index in ((str, self._exact), (_compose, self._composed), (_fold, self._folded)):
            for written in (name, name.strip()):
                if found := index.get(fold(written)):
                    return list(found)
            if _MARKED.fullmatch(name.strip()):
                break
        return []

    def find_holders(self, name: str, *, most: int) -> list[int]:
        """The first indices whose titles hold a name within them, whatever its case; sorted."""
        part = _fold(name)
        holders = (index for title, indices in self._folded.items() if part and part in title for index in indices)
        return sorted(islice(holders, most))

    def write_index(self, index: int) -> str:
        """The shortest text that means this index and no title: its digits, else `#` and digits."""
        digits = text = str(index)
        while self.find(text) not in ([], [index]):
            text, digits = MARK + digits, "0" + digits  # "#03" where "#3" is a title too
        return text

    @cached_property
    def _exact(self) -> dict[str, list[int]]:
        return _group(self._titles)

    @cached_property
    def _composed(self) -> dict[str, list[int]]:
        return _group([_compose(title) for title in self._titles])

    @cached_property
    def _folded(self) -> dict[str, list[int]]:
        return _group([_fold(title) for title in self._titles])


def parse_index(name: str) -> int | None:
    """The index that digits, or `#` and digits, mean; None for any other name."""
    digits = name.strip().removeprefix(MARK)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= MAX_DIGITS else None


def shorten(text: str) -> str:
    """Text from outside, as much of it as a sentence bears."""
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def _compose(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _fold(name: str) -> str:
    """Without case (twice, since folding may bring forms that fold on), kinds of letters, and runs of spaces."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).casefold().split())


def _group(names: Sequence[str]) -> dict[str, list[int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(names):
        places[name].append(index)
    return dict(places)
