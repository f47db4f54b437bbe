"""Planetoid's raw files: ind.NAME.x, tx, allx, y, ty, ally, graph (pickles of Python 2) and test.index.

Source: github.com/kimiyoung/planetoid; Revisiting Semi-Supervised Learning with Graph Embeddings, arXiv 1603.08861.
"""

import io
import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.graph.archive import UNKNOWN
from core.graph.formats.draft import Draft
from core.graph.formats.given import Given
from core.graph.formats.pickles import Record, RefusedPickleError, load_pickle
from core.graph.formats.sparse import SparseMatrix, build_sparse
from core.graph.limits import check_size

PARTS: Final = ("x", "tx", "allx", "y", "ty", "ally", "graph", "test.index")
NUM_VAL: Final = 500
_FILE: Final = re.compile(r"ind\.([^/]+?)\.(x|tx|allx|y|ty|ally|graph|test\.index)")


def list_datasets(given: Given) -> list[str]:
    """The datasets of which there is a file."""
    return sorted({found[1] for name in given.files if (found := _FILE.fullmatch(name))})


def read_planetoid(given: Given) -> Draft:
    """The draft of the one dataset, with its own split. Raises ArchiveError."""
    dataset, *others = list_datasets(given)
    if others:
        raise ArchiveError(
            f"{given.name} holds {len(others) + 1} datasets, {dataset} and {', '.join(others[:5])}: one a folder"
        )
    missing = [f"ind.{dataset}.{part}" for part in PARTS if f"ind.{dataset}.{part}" not in given.files]
    if missing:
        raise ArchiveError(
            f"{missing[0]} is missing beside the other files of {dataset}: fetch all eight into one folder"
        )
    read = {part: _load(given, f"ind.{dataset}.{part}") for part in PARTS if part not in ("x", "ty", "test.index")}
    test_index = _read_test_index(given, f"ind.{dataset}.test.index")
    read["ty"] = _load(given, f"ind.{dataset}.ty")
    allx, tx = (_to_matrix(f"ind.{dataset}.{part}", read[part]) for part in ("allx", "tx"))
    ally, ty, y = (_to_labels(f"ind.{dataset}.{part}", read[part]) for part in ("ally", "ty", "y"))
    if not (len(ally) == allx.shape[0] and len(ty) == tx.shape[0] == len(test_index)) or allx.shape[1] != tx.shape[1]:
        raise ArchiveError(
            f"the files of {dataset} do not belong together: allx and ally, tx, ty and test.index differ in length"
        )
    num_nodes = max(len(ally) + len(ty), int(test_index.max(initial=-1)) + 1)
    check_size(f"ind.{dataset}.allx", num_nodes, allx.shape[1])
    features = np.zeros((num_nodes, allx.shape[1]), dtype=np.float32)
    features[: len(ally)] = allx.to_dense(f"ind.{dataset}.allx")
    features[test_index] = tx.to_dense(f"ind.{dataset}.tx")
    labels = np.full(num_nodes, UNKNOWN, dtype=np.int64)
    labels[: len(ally)], labels[test_index] = ally, ty
    draft = Draft(given.name, _read_links(f"ind.{dataset}.graph", read["graph"], num_nodes), labels, features)
    draft.masks = _build_masks(labels, len(y), len(ally), test_index)
    draft.notices.append(
        f"Planetoid's own split: {len(y)} articles to train, the {NUM_VAL} after them to stop and validate, "
        f"{len(test_index)} to test."
    )
    return draft


def _build_masks(labels: NDArray[np.int64], num_train: int, num_known: int, test_index: NDArray[np.int64]) -> Any:
    masks = {key: np.zeros((1, len(labels)), dtype=bool) for key in ("train_masks", "val_masks")}
    masks["train_masks"][0, :num_train] = True
    masks["val_masks"][0, num_train : min(num_train + NUM_VAL, num_known)] = True
    test_mask = np.zeros(len(labels), dtype=bool)
    test_mask[test_index] = True
    known = labels != UNKNOWN
    masks = {key: mask & known for key, mask in masks.items()}
    return masks | {"stopping_masks": masks["val_masks"].copy(), "test_mask": test_mask & known}


def _load(given: Given, name: str) -> Any:
    try:
        return load_pickle(io.BytesIO(given.read(name)))
    except RefusedPickleError as error:
        raise ArchiveError(f"{name} is not read: {error}; fetch Planetoid's files anew") from error


def _to_matrix(name: str, found: Any) -> SparseMatrix:
    if isinstance(found, Record):
        return build_sparse(name, found)
    if isinstance(found, np.ndarray) and found.ndim == 2 and found.dtype.kind in "buif":
        row, column = found.nonzero()
        return SparseMatrix((len(found), found.shape[1]), row, column, found[row, column])
    raise ArchiveError(f"{name} holds a {type(found).__name__}: expected a matrix of features")


def _to_labels(name: str, found: Any) -> NDArray[np.int64]:
    """One-hot rows as numbers; a row of zeros has no category."""
    if not isinstance(found, np.ndarray) or found.ndim != 2 or found.dtype.kind not in "buif":
        raise ArchiveError(f"{name} holds no rows of categories: expected a 1 in each article's category")
    return np.where(found.any(axis=1), found.argmax(axis=1), UNKNOWN).astype(np.int64)


def _read_test_index(given: Given, name: str) -> NDArray[np.int64]:
    words = given.read(name).split()
    if not words or not all(word.isdigit() and len(word) < 10 for word in words):
        raise ArchiveError(f"{name} is no list of numbers: expected the index of a test article in each line")
    return np.array([int(word) for word in words], dtype=np.int64)


def _read_links(name: str, found: Any, num_nodes: int) -> NDArray[np.int64]:
    """[2, E] of a dictionary with the neighbours of each article."""
    if not isinstance(found, dict) or not all(isinstance(linked, list) for linked in found.values()):
        raise ArchiveError(f"{name} is no dictionary of lists: expected the neighbours of each article")
    pairs = [(source, target) for source, linked in found.items() for target in linked]
    if not all(isinstance(end, int) and 0 <= end < num_nodes for pair in pairs for end in pair):
        raise ArchiveError(f"{name} links articles that are not there: expected numbers from 0 to {num_nodes - 1}")
    return np.array(pairs, dtype=np.int64).reshape(-1, 2).T
