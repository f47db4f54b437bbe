"""From a table of articles, a row each, to a draft: which columns are the category, the title, the role, features."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.graph.archive import UNKNOWN, Arrays
from core.graph.formats.draft import Draft
from core.graph.limits import MAX_CATEGORIES, MAX_FEATURES, check_count, check_size

LABELS: Final = ("category", "class", "y", "target", "subject", "label")  # the first that there is
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
    label = next((named[known] for known in LABELS if known in named), None)
    if label is None:
        raise ArchiveError(
            f"{name} says of no article which category it has: it has {_list(columns) or 'no columns'}; "
            f"expected one called {', '.join(LABELS[:-1])} or {LABELS[-1]}"
        )
    title = next((named[known] for known in TITLES if known in named and named[known] != label), None)
    role = named.get(ROLE)
    labels, class_names = _read_labels(name, label, columns[label])
    draft = Draft(name, edge_index, labels, class_names=class_names)
    if title is not None:
        titles = zip(columns[title], ids, strict=True)
        draft.titles = [id_ if _is_nothing(value) else str(value) for value, id_ in titles]
    elif not all(id_.isdecimal() for id_ in ids):
        draft.titles = list(ids)
    if role is not None:
        draft.masks = _read_roles(name, columns[role])
    _read_features(draft, {key: values for key, values in columns.items() if key not in (label, title, role)})
    return draft


def _read_labels(name: str, column: str, values: list[Any]) -> tuple[NDArray[np.int64], list[str] | None]:
    """Category numbers [N], and their names where the column has names."""
    texts = [None if _is_nothing(value) else _write(value) for value in values]
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


def _read_roles(name: str, values: list[Any]) -> Arrays | None:
    """The masks of the one split that a column tells; those that stop are those that validate where none are named."""
    roles = np.array([ROLES.get(str(value).strip().lower(), "") for value in values])
    unknown = sorted(
        {str(value) for value in values if not _is_nothing(value) and str(value).strip().lower() not in ROLES}
    )
    if unknown:
        raise ArchiveError(
            f"column {ROLE!r} of {name} says {unknown[0]!r}: expected train, val, test, stopping, or nothing"
        )
    masks = {role: (roles == role) for role in ("train", "val", "stopping", "test")}
    if not masks["stopping"].any():
        masks["stopping"] = masks["val"]
    if not all(mask.any() for mask in masks.values()):
        return None
    return {f"{role}_masks": masks[role][None] for role in ("train", "val", "stopping")} | {"test_mask": masks["test"]}


def _read_features(draft: Draft, columns: Columns) -> None:
    """Columns of numbers, in their order; what is no number is left out, and said."""
    check_count(draft.name, len(columns), "columns", most=MAX_FEATURES)
    numbers, left_out, gaps = [], [], 0
    for column, values in columns.items():
        read = _read_numbers(values)
        if read is None:
            left_out.append(column)
            continue
        missing = np.isnan(read)
        gaps += int(missing.sum())
        numbers.append(np.where(missing, 0.0, read))
    if numbers:
        check_size(draft.name, len(draft.labels), len(numbers))
        draft.features = np.stack(numbers, axis=1)
    if left_out:
        draft.notices.append(f"Left out, since they are no numbers: {_list(left_out)}.")
    if gaps:
        draft.notices.append(f"{gaps:,} values of features are missing: 0 stands for them.")


def _read_numbers(values: list[Any]) -> NDArray[np.float64] | None:
    """[N] with NaN where there is no value; None for a column of anything else, or of nothing."""
    try:
        read = np.array([np.nan if _is_nothing(value) else float(value) for value in values], dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return None if np.isnan(read).all() else read


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
