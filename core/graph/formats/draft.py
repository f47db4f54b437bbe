"""A graph on its way into an archive: what its format lacks is made here, and said."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import ArchiveError
from core.graph.archive import MASKS, UNKNOWN, Arrays, restore_sign
from core.graph.limits import (
    MAX_ARTICLES,
    MAX_CATEGORIES,
    MAX_NAME_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    check_count,
    check_sizes,
    check_texts,
    read_headers,
)
from core.graph.splits import NUM_SPLITS, build_splits

SEED: Final = 0


@dataclass
class Draft:
    """What a format says of N articles. What is None is made by `build_arrays`.

    name: of the file or folder, for messages. masks: of the archive's keys, [S, N] and test_mask [N].
    notices: sentences for a person.
    """

    name: str
    edge_index: NDArray[np.int64]  # [2, E]
    labels: NDArray[np.int64]  # [N], -1 for none
    features: NDArray[Any] | None = None  # [N, F]
    titles: list[str] | None = None
    class_names: list[str] | None = None
    masks: Arrays | None = None
    notices: list[str] = field(default_factory=list)


def build_arrays(draft: Draft, *, limit_bytes: int) -> Arrays:
    """The archive's arrays; splits by WikiCS's protocol and features of degrees where there are none.

    Raises ArchiveError for what is beyond a limit, and for labels that cannot be split.
    """
    given = {"edge_index": draft.edge_index, "labels": draft.labels, "features": draft.features, **(draft.masks or {})}
    check_sizes(
        read_headers({key: array for key, array in given.items() if array is not None}), limit_bytes=limit_bytes
    )
    check_texts(draft.name, draft.titles, "a title", most=MAX_TITLE_CHARACTERS)
    check_texts(draft.name, draft.class_names, "a category", most=MAX_NAME_CHARACTERS)
    _number_anew(draft)
    arrays: Arrays = {"edge_index": draft.edge_index.astype(np.int64), "labels": draft.labels.astype(np.int64)}
    if draft.features is None:
        draft.notices.append("It has no features: each article's numbers of links in and out stand for them.")
        arrays["features"] = _count_links(draft.edge_index, len(draft.labels))
    else:
        arrays["features"] = draft.features.astype(np.float32)
    if draft.titles is not None:
        arrays["titles"] = np.array(draft.titles, dtype=np.str_)
    if draft.class_names is not None:
        arrays["class_names"] = np.array(draft.class_names, dtype=np.str_)
    return arrays | (draft.masks or _split(draft))


def _number_anew(draft: Draft) -> None:
    """Counts the categories that occur from 0 where numbers are left out; each keeps its number as its name."""
    known = np.unique(draft.labels[draft.labels >= 0])
    if draft.class_names is None and len(known) and known[-1] >= len(known):
        draft.class_names = [f"Category {number}" for number in known]
        places = np.searchsorted(known, draft.labels)
        draft.labels = np.where(draft.labels >= 0, places, draft.labels).astype(np.int64)


def number_labels(name: str, values: ArrayLike) -> NDArray[np.int64]:
    """Labels as whole numbers, -1 for NaN. Raises ArchiveError for what is no number of a category."""
    labels = np.asarray(values)
    check_count(f"labels of {name}", len(labels) if labels.ndim else 0, "articles", most=MAX_ARTICLES)
    check_count(f"labels of {name}", labels.shape[1] if labels.ndim == 2 else 0, "categories", most=MAX_CATEGORIES)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.dtype.kind in "buif" and np.isin(labels, (0, 1)).all():
        rows = labels.sum(axis=1)
        if (rows <= 1).all():  # one-hot
            return np.where(rows == 0, UNKNOWN, labels.argmax(axis=1)).astype(np.int64)
    if labels.ndim != 1 or labels.dtype.kind not in "buif":
        raise ArchiveError(
            f"the labels of {name} are {labels.dtype} {list(labels.shape)}: "
            "expected one category an article, as a number"
        )
    if labels.dtype.kind == "u":
        return restore_sign(labels)
    if labels.dtype.kind != "f":
        return labels.astype(np.int64)
    whole = np.where(np.isnan(labels), UNKNOWN, labels)
    if not np.isfinite(whole).all() or (whole != np.rint(whole)).any():
        raise ArchiveError(f"the labels of {name} are fractions: expected one category an article, as a whole number")
    return whole.astype(np.int64)


def name_categories(draft: Draft, names: list[str] | None) -> None:
    """Calls the categories by these names, those beyond them by their numbers. Names that two share are not used.

    Both is said.
    """
    count = int(draft.labels.max(initial=UNKNOWN)) + 1
    if not names:
        return
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        draft.notices.append(f"Its names of categories were not used: two are called {twice[:80]!r}.")
        return
    if len(names) < count:
        draft.notices.append(
            f"It names {len(names):,} of {count:,} categories: the others are called by their numbers."
        )
        if count > MAX_CATEGORIES:
            return  # numbers are left out: those that occur are counted anew
    draft.class_names = [*names, *(f"Category {number}" for number in range(len(names), count))]


def _count_links(edge_index: NDArray[np.int64], num_nodes: int) -> NDArray[np.float32]:
    counts = [np.bincount(ends, minlength=num_nodes)[:num_nodes] for ends in edge_index]
    return np.stack([np.ones(num_nodes), *(np.log1p(count) for count in counts)], axis=1).astype(np.float32)


def _split(draft: Draft) -> Arrays:
    masks = build_splits(np.random.default_rng(SEED), draft.labels, at_least_one=True)
    for key in (*MASKS, "test_mask"):
        if not np.atleast_2d(masks[key]).any(axis=1).all():
            raise ArchiveError(
                f"{draft.name} has {int((draft.labels >= 0).sum())} articles with a category, too few to be split into "
                "training, stopping, validation and test articles: give at least three of some category"
            )
    draft.notices.append(
        f"It has no splits: {NUM_SPLITS} were made as WikiCS makes them, of each category 5 % to train, 30 % to stop, "
        f"50 % to test and the rest to validate, at random from seed {SEED}."
    )
    return masks
