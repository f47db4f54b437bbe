"""How large a graph may be that is taken in: stated here alone, checked by declared sizes before anything is made."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.storage.arrays import MAX_UNPACKED_BYTES, Header

MAX_ARTICLES: Final = 2_000_000
MAX_LINKS: Final = 100_000_000
MAX_FEATURES: Final = 100_000
MAX_VALUES: Final = 2**29  # of all features together, 2 GB as float32
MAX_CATEGORIES: Final = 500  # rates and confusions are tables of each with each
MAX_SPLITS: Final = 1_000
MAX_WORDS: Final = 5_000_000  # of the vocabulary
MAX_TITLE_CHARACTERS: Final = 1_000
MAX_NAME_CHARACTERS: Final = 200  # of a category or a word
MAX_SENT_BYTES: Final = 2**30  # of arrays that a visitor sends, once unpacked
MAX_SENT_TEXT_BYTES: Final = 2**25  # of one file that a visitor sends as text or pickle
MAX_SENT_GRAPHS: Final = 200  # archives that are here before no visitor's is taken any more

# For a person: what is counted, how many there may be.
STATED: Final[Mapping[str, str]] = {
    "articles": f"{MAX_ARTICLES:,}",
    "links": f"{MAX_LINKS:,}",
    "features": f"{MAX_FEATURES:,}, and {MAX_VALUES:,} numbers in all",
    "categories": f"{MAX_CATEGORIES:,}",
    "splits": f"{MAX_SPLITS:,}",
    "characters of a title": f"{MAX_TITLE_CHARACTERS:,}",
    "characters of a category's name": f"{MAX_NAME_CHARACTERS:,}",
    "bytes unpacked": f"{MAX_UNPACKED_BYTES >> 30} GB, of what is sent {MAX_SENT_BYTES >> 30} GB",
}

# Of each array: what its axes count and how many there may be, and how long its texts may be.
_AXES: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "features": (("articles", MAX_ARTICLES), ("features", MAX_FEATURES)),
    "edge_index": (("rows", 2), ("links", MAX_LINKS)),
    "labels": (("articles", MAX_ARTICLES),),
    "train_masks": (("splits", MAX_SPLITS), ("articles", MAX_ARTICLES)),
    "val_masks": (("splits", MAX_SPLITS), ("articles", MAX_ARTICLES)),
    "stopping_masks": (("splits", MAX_SPLITS), ("articles", MAX_ARTICLES)),
    "test_mask": (("articles", MAX_ARTICLES),),
    "class_names": (("categories", MAX_CATEGORIES),),
    "titles": (("articles", MAX_ARTICLES),),
    "page_ids": (("articles", MAX_ARTICLES),),
    "tokens_indices": (("words", MAX_VALUES),),
    "tokens_offsets": (("articles", MAX_ARTICLES + 1),),
    "tokens_vocabulary": (("words", MAX_WORDS),),
}
_CHARACTERS: Final[Mapping[str, int]] = {
    "titles": MAX_TITLE_CHARACTERS,
    "class_names": MAX_NAME_CHARACTERS,
    "tokens_vocabulary": MAX_NAME_CHARACTERS,
}
KEYS: Final = frozenset(_AXES)  # no other array of an archive is ever read


def check_sizes(headers: Mapping[str, Header], *, limit_bytes: int = MAX_UNPACKED_BYTES) -> None:
    """Raises ArchiveError for the first array that is beyond a limit, or for all of them together."""
    for key, header in headers.items():
        for (what, most), count in zip(_AXES.get(key, ()), header.shape, strict=False):
            check_count(f"key {key!r}", count, what, most=most)
        longest = header.dtype.itemsize // np.dtype("U1").itemsize if header.dtype.kind == "U" else 0
        check_count(f"key {key!r}", longest, "characters of a text", most=_CHARACTERS.get(key, MAX_TITLE_CHARACTERS))
    if "features" in headers and len(headers["features"].shape) == 2:
        check_size("key 'features'", *headers["features"].shape)
    size_bytes = sum(header.size_bytes for header in headers.values())
    check_unpacked("the archive", size_bytes, limit_bytes=limit_bytes)


def check_unpacked(name: str, size_bytes: int, *, limit_bytes: int) -> None:
    """Raises ArchiveError for what is small only while it is packed."""
    if size_bytes > limit_bytes:
        raise ArchiveError(
            f"{name} unpacks to {size_bytes / 2**30:.1f} GB: at most {limit_bytes / 2**30:.0f} GB are read"
        )


def check_size(name: str, num_nodes: int, num_features: int) -> None:
    """Raises ArchiveError for features that would be larger than memory bears, before they are made."""
    if num_nodes * num_features > MAX_VALUES:
        raise ArchiveError(
            f"{name} says that it has {num_nodes:,} articles of {num_features:,} features: "
            f"at most {MAX_VALUES:,} numbers are read; give fewer features"
        )


def check_count(name: str, count: int, what: str, *, most: int) -> None:
    """Raises ArchiveError where there are more than `most`."""
    if count > most:
        raise ArchiveError(f"{name} has {count:,} {what}: at most {most:,} are read")


def check_texts(name: str, texts: Sequence[str] | None, what: str, *, most: int) -> None:
    """Raises ArchiveError for a text that is too long, before all are made as long as it."""
    longest = max(map(len, texts or ()), default=0)
    check_count(f"{what} of {name}", longest, "characters", most=most)


def read_headers(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Header]:
    """What arrays that are made already would declare."""
    return {key: Header(array.dtype, array.shape) for key, array in arrays.items()}
