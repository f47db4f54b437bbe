"""The .npz of Shchur et al. (2018): a graph as sparse matrices, in parts or as pickled SciPy matrices.

Source: github.com/shchur/gnn-benchmark, SparseGraph; Pitfalls of Graph Neural Network Evaluation, arXiv 1811.05868.
"""

import re
import zipfile
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.graph.archive import load_member
from core.graph.formats.columns import read_labels
from core.graph.formats.draft import Draft, name_categories, number_labels
from core.graph.formats.given import Given
from core.graph.formats.parts import KEYS, build_masks, find_parts
from core.graph.formats.pickles import Record, RefusedPickleError, load_pickle
from core.graph.formats.sparse import SparseMatrix, build_compressed, build_sparse
from core.graph.limits import MAX_ARTICLES, check_count, check_unpacked
from core.storage.arrays import UNREADABLE

LINKS: Final = ("adj", "adj_matrix")
FEATURES: Final = ("attr", "attr_matrix", "features", "x")
LABELS: Final = ("labels", "node_label", "label", "y")
TITLES: Final = ("node_names", "idx_to_node", "titles")
CLASS_NAMES: Final = ("class_names", "idx_to_class")
_PART: Final = re.compile(r"(.+)[._](data|indices|indptr|shape)")
_TEXTS: Final = frozenset(TITLES + CLASS_NAMES)


def is_sparse_npz(keys: set[str]) -> bool:
    """Whether an archive with these keys holds links as a sparse matrix."""
    return any(key in LINKS or ((part := _PART.fullmatch(key)) is not None and part[1] in LINKS) for key in keys)


def read_sparse_npz(given: Given) -> Draft:
    """The draft of such an archive. Raises ArchiveError."""
    (name,) = given.files
    members = _load_members(given, name)
    links = _find_matrix(members, LINKS, name)
    label_key = next((key for key in LABELS if key in members), None)
    if links is None or label_key is None:
        raise ArchiveError(f"{name} holds {', '.join(sorted(members)[:12])}: expected a sparse matrix adj_… and labels")
    labels, own_names = _read_labels(name, label_key, members[label_key])
    if links.shape != (len(labels), len(labels)):
        raise ArchiveError(
            f"the links of {name} are {list(links.shape)}, and there are {len(labels)} labels: expected as many"
        )
    draft = Draft(name, links.to_edges(), labels)
    draft.features = _find_features(members, name, len(labels))
    draft.titles = _find_texts(members, TITLES, len(labels))
    draft.masks = build_masks(draft, find_parts(name, members, len(labels)))
    name_categories(draft, own_names or _find_texts(members, CLASS_NAMES, None))
    return draft


def _read_labels(name: str, key: str, values: Any) -> tuple[NDArray[np.int64], list[str] | None]:
    """Category numbers [N], and their names where the labels are words."""
    if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind not in "OSU":
        return number_labels(name, values), None
    check_count(f"labels of {name}", len(values), "articles", most=MAX_ARTICLES)
    return read_labels(name, key, [_decode(value) for value in values.tolist()])


def _decode(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _load_members(given: Given, name: str) -> dict[str, Any]:
    """Every array by its key. Of those that are pickled, what names other than arrays is refused, or left out."""
    found: dict[str, Any] = {}
    try:
        with given.open(name) as file, zipfile.ZipFile(file) as archive:
            members = [member for member in archive.namelist() if _is_known(member.removesuffix(".npy"))]
            size_bytes = sum(archive.getinfo(member).file_size for member in members)
            check_unpacked(name, size_bytes, limit_bytes=given.limit_bytes)
            for member in members:
                key = member.removesuffix(".npy")
                if is_pickled(archive, member):
                    try:
                        found[key] = _load_objects(archive, member)
                    except RefusedPickleError as error:
                        if key in _TEXTS:
                            continue  # a graph needs none of them
                        raise ArchiveError(
                            f"key {key!r} of {name} is pickled, and {error}: "
                            "save plain arrays with numpy.savez_compressed"
                        ) from error
                else:
                    found[key] = load_member(archive, member, name)
    except UNREADABLE as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(f"{name} is damaged, or cut off: fetch or save it anew") from error
    return found


def _is_known(key: str) -> bool:
    """Whether a member of this key is read; no other ever is."""
    part = _PART.fullmatch(key)
    return (part[1] if part else key) in {*LINKS, *FEATURES, *LABELS, *TITLES, *CLASS_NAMES, *chain(*KEYS.values())}


def is_pickled(archive: zipfile.ZipFile, member: str) -> bool:
    """Whether a member is an array of Python objects, by its header."""
    with archive.open(member) as file:
        return _read_header(file).hasobject


def _load_objects(archive: zipfile.ZipFile, member: str) -> Any:
    """A pickled array; the one item of an array without axes."""
    with archive.open(member) as file:
        _read_header(file)
        found = load_pickle(file)  # type: ignore[arg-type]
    return found.item() if isinstance(found, np.ndarray) and found.ndim == 0 else found


def _read_header(file: Any) -> "np.dtype[Any]":
    """The kind of an array, leaving the file where its content begins."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    dtype: np.dtype[Any] = read(file)[2]
    return dtype


def _find_matrix(members: dict[str, Any], keys: tuple[str, ...], name: str) -> SparseMatrix | None:
    """The sparse matrix under one of the keys, whole or in parts; a dense one is none."""
    for key in keys:
        whole = members.get(key)
        if isinstance(whole, Record):
            return build_sparse(f"{key} of {name}", whole)
        parts = {
            found[2]: value for known, value in members.items() if (found := _PART.fullmatch(known)) and found[1] == key
        }
        if parts:
            return build_compressed(f"{key} of {name}", parts)
        if key in LINKS and isinstance(whole, np.ndarray) and whole.ndim == 2 and whole.dtype.kind in "buif":
            row, column = whole.nonzero()
            return SparseMatrix((len(whole), whole.shape[1]), row, column, whole[row, column])
    return None


def _find_features(members: dict[str, Any], name: str, num_nodes: int) -> NDArray[Any] | None:
    matrix = _find_matrix(members, FEATURES, name)
    if matrix is not None:
        features: NDArray[Any] = matrix.to_dense(name)
    else:
        dense = [members[key] for key in FEATURES if isinstance(members.get(key), np.ndarray)]
        if not dense:
            return None
        features = dense[0]
    if features.ndim != 2 or len(features) != num_nodes or features.dtype.kind not in "buif":
        raise ArchiveError(
            f"the features of {name} are {features.dtype} {list(features.shape)}: "
            f"expected numbers of shape [{num_nodes}, ?]"
        )
    return features


def _find_texts(members: dict[str, Any], keys: tuple[str, ...], count: int | None) -> list[str] | None:
    """Names under one of the keys, as an array or by number; None where there are none, or not so many."""
    for key in keys:
        found = members.get(key)
        if isinstance(found, dict) and set(found) == set(range(len(found))):
            found = np.array([found[number] for number in range(len(found))], dtype=object)
        if isinstance(found, np.ndarray) and found.ndim == 1 and count in (None, len(found)):
            names = list(map(_decode, found.tolist()))
            if all(isinstance(name, str) for name in names):
                return names
    return None
