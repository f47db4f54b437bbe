"""From a table of articles, a row each, to a draft: which columns are the category, the title, the role, features."""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.graph.archive import UNKNOWN
from core.graph.formats.draft import Draft
from core.graph.formats.parts import build_masks
from core.graph.limits import MAX_CATEGORIES, MAX_FEATURES, check_count, check_size

SURE: Final = ("category", "class", "y", "target", "subject", "label")  # the first that there is
LIKELY: Final = ("modularity_class", "community", "club", "group", "topic", "type")  # the only one that there is
LABELS: Final = SURE + LIKELY
STATED: Final = f"{', '.join(LABELS[:-1])} or {LABELS[-1]}"
TITLE_SHARE: Final = 2 / 3  # of values that differ: what has more names articles, not categories
TITLES: Final = ("title", "name", "label")
ROLE: Final = "split"
ROLES: Final = {
    "train": "train",
    "training": "train",
    "stopping": "stopping",
    "stop": "stopping",
    "test": "test",
} | dict.fromkeys(("val", "valid", "validation", "dev"), "val")
_NOTHING: Final = ("", "nan", "none", "null", "na")

Columns = dict[str, list[Any]]  # by name: one value an article, None where it has none


def draft_columns(name: str, ids: Sequence[str], columns: Columns, edge_index: NDArray[np.int64]) -> Draft:
    """The draft of articles with these ids. Raises ArchiveError where no column is the category."""
    named = {column.strip().lower(): column for column in columns}
    label = _find_label(name, columns)
    title = next((named[known] for known in TITLES if known in named and named[known] != label), None)
    role = named.get(ROLE)
    labels, class_names = read_labels(name, label, columns[label])
    draft = Draft(name, edge_index, labels, class_names=class_names)
    _tell_label(draft, label, columns[label])
    if title is not None:
        titles = zip(columns[title], ids, strict=True)
        draft.titles = [id_ if _is_empty(value) else str(value) for value, id_ in titles]
    elif not all(id_.isdecimal() for id_ in ids):
        draft.titles = list(ids)
    if role is not None:
        draft.masks = build_masks(draft, _read_roles(name, columns[role]))
    _read_features(draft, {key: values for key, values in columns.items() if key not in (label, title, role)})
    return draft


def _find_label(name: str, columns: Columns) -> str:
    """The column that is the category. Raises ArchiveError where none is, or several may be."""
    named = {re.sub(r"[\s-]+", "_", column.strip().lower()): column for column in columns}
    if "x" in named:  # where an article is drawn
        named.pop("y", None)
    titles = [column for column in named.values() if _names_articles(columns[column])]
    fits = {known: column for known, column in named.items() if column not in titles}
    sure = next((fits[known] for known in SURE if known in fits), None)
    likely = [fits[known] for known in LIKELY if known in fits and _count(columns[fits[known]]) > 1]
    if sure is not None and not (sure.strip().lower() == "label" and likely and _count(columns[sure]) < 2):
        return sure
    if len(likely) == 1:
        return likely[0]
    if likely:
        raise ArchiveError(
            f"{name} has {len(likely)} columns that may be its categories, {_list(likely)}: "
            "call the one that is meant 'category'"
        )
    unfit = [column for known, column in named.items() if known in LABELS and column in titles]
    why = f" ({_list(unfit)} differs from article to article, as a title does)" if unfit else ""
    raise ArchiveError(
        f"{name} has no category: its articles have {_list(columns) or 'no columns'}{why}; expected one called {STATED}"
    )


def _names_articles(values: list[Any]) -> bool:
    """Whether a column has another value for nearly every article."""
    number = sum(not _is_nothing(value) for value in values)
    return number > 2 and _count(values) > TITLE_SHARE * number


def _count(values: list[Any]) -> int:
    return len({_write(value) for value in values if not _is_nothing(value)})


def _tell_label(draft: Draft, label: str, values: list[Any]) -> None:
    """The notices of a column that is called otherwise, and of words that were taken as no category."""
    if label.strip().lower() != "category":
        draft.notices.append(f"Its categories are those of the column {label}.")
    words = sorted({str(value).strip() for value in values if not _is_empty(value) and _is_missing(value, values)})
    if words:
        draft.notices.append(f"Taken as no category: {_list(words)}.")


def _is_missing(value: Any, values: list[Any]) -> bool:
    """Whether a value says that there is no category; None is one among other words."""
    if str(value).strip().lower() != "none" or value is None:
        return _is_nothing(value)
    return all(_is_nothing(other) or _write(other).lstrip("-").isdecimal() for other in values)


def read_labels(name: str, column: str, values: list[Any]) -> tuple[NDArray[np.int64], list[str] | None]:
    """Category numbers [N], and their names where the column has names."""
    is_word = {str(value): _is_missing(value, values) for value in set(map(str, values)) if value.strip()}
    texts = [None if _is_empty(value) or is_word.get(str(value), False) else _write(value) for value in values]
    known = sorted({text for text in texts if text is not None and text != str(UNKNOWN)})
    if len(known) > MAX_CATEGORIES:
        raise ArchiveError(
            f"column {column!r} of {name} has {len(known):,} categories: at most {MAX_CATEGORIES:,} are read"
        )
    if all(text.isascii() and text.isdecimal() and int(text[:9]) < len(values) for text in known):
        number_of = {text: int(text[:9]) for text in known}
        names = None
    else:
        number_of, names = {text: number for number, text in enumerate(known)}, known
    return np.array(
        [UNKNOWN if text is None else number_of.get(text, UNKNOWN) for text in texts], dtype=np.int64
    ), names


def _read_roles(name: str, values: list[Any]) -> dict[str, NDArray[np.bool_]]:
    """The parts of the one split that a column tells [N]."""
    roles = np.array([ROLES.get(str(value).strip().lower(), "") for value in values])
    unknown = sorted(
        {str(value) for value in values if not _is_nothing(value) and str(value).strip().lower() not in ROLES}
    )
    if unknown:
        raise ArchiveError(
            f"column {ROLE!r} of {name} says {unknown[0]!r}: expected train, val, test, stopping, or nothing"
        )
    return {role: roles == role for role in ("train", "val", "stopping", "test")}


def _read_features(draft: Draft, columns: Columns) -> None:
    """Columns of numbers, in their order; what is no number is left out, and said."""
    check_count(draft.name, len(columns), "columns", most=MAX_FEATURES)
    numbers, taken, left_out, gaps = [], [], [], 0
    for column, values in columns.items():
        read = _read_numbers(values)
        if read is None:
            left_out.append(column)
            continue
        missing = np.isnan(read)
        gaps += int(missing.sum())
        numbers.append(np.where(missing, 0.0, read))
        taken.append(column)
    if numbers:
        check_size(draft.name, len(draft.labels), len(numbers))
        draft.features = np.stack(numbers, axis=1)
    if left_out:
        draft.notices.append(f"Left out, since they are no numbers: {_list(left_out)}.")
    if gaps:
        draft.notices.append(f"{gaps:,} values of features are missing: 0 stands for them.")
    if taken:
        draft.notices.append(f"Its features are its columns of numbers: {_list(taken)}.")


def _read_numbers(values: list[Any]) -> NDArray[np.float64] | None:
    """[N] with NaN where there is no value; None for a column of anything else, or of nothing."""
    try:
        read = np.array([np.nan if _is_nothing(value) else float(value) for value in values], dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return None if np.isnan(read).all() else read


def _is_empty(value: Any) -> bool:
    """Whether there is no value, whatever words it may be."""
    return value is None or (isinstance(value, float) and np.isnan(value)) or not str(value).strip()


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value)) or str(value).strip().lower() in _NOTHING


def _write(value: Any) -> str:
    """A category as text: 1, 1.0 and "1" are one."""
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 2**31 else text


def _list(names: Sequence[str] | Columns, most: int = 8) -> str:
    shown = [name if len(name) <= 40 else f"{name[:39]}…" for name in list(names)[:most]]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")
