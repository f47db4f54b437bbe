"""Compressed sparse matrices out of files: checked before anything is made of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.graph.formats.pickles import Record
from core.graph.limits import MAX_VALUES, check_count, check_size


@dataclass(frozen=True)
class SparseMatrix:
    """The entries of a matrix: `data[i]` stands at (`row[i]`, `column[i]`)."""

    shape: tuple[int, int]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    data: NDArray[Any]

    def to_dense(self, name: str) -> NDArray[np.float32]:
        """All of it; entries that are told twice are added. Raises ArchiveError for one that is too large."""
        check_size(name, *self.shape)
        dense = np.zeros(self.shape, dtype=np.float32)
        np.add.at(dense, (self.row, self.column), self.data.astype(np.float32))
        return dense

    def to_edges(self) -> NDArray[np.int64]:
        """[2, E] of the entries that are not 0: from the row to the column."""
        kept = self.data != 0
        return np.stack([self.row[kept], self.column[kept]])


def build_compressed(name: str, parts: dict[str, Any], *, by_column: bool = False) -> SparseMatrix:
    """A matrix by its parts data, indices, indptr and shape, as SciPy writes CSR, or CSC `by_column`.

    Raises ArchiveError, where `name` is what they are called.
    """
    arrays = {part: np.asarray(parts[part]) for part in ("data", "indices", "indptr", "shape") if part in parts}
    for part in ("indices", "indptr", "shape", "data"):
        kinds = "buif" if part == "data" else "iu"
        if part not in arrays or arrays[part].ndim != 1 or arrays[part].dtype.kind not in kinds:
            raise ArchiveError(f"{name} lacks its {part}, or holds something else there: expected a row of numbers")
    check_count(name, len(arrays["data"]), "entries", most=MAX_VALUES)
    data, indices, indptr, shape = (arrays[part] for part in ("data", "indices", "indptr", "shape"))
    if len(shape) != 2 or shape.min() < 0:
        raise ArchiveError(f"{name} has the shape {shape.tolist()[:4]}: expected rows and columns")
    size = (int(shape[0]), int(shape[1]))
    num_lines, num_places = size[::-1] if by_column else size
    starts: NDArray[np.int64] = indptr.astype(np.int64)
    steps = starts[1:] - starts[:-1]
    if len(indptr) != num_lines + 1 or indptr[0] != 0 or indptr[-1] != len(indices) or (steps < 0).any():
        raise ArchiveError(
            f"{name} is damaged: its indptr does not rise from 0 to {len(indices)} over {num_lines} lines"
        )
    if len(data) != len(indices) or (len(indices) and (indices.min() < 0 or indices.max() >= num_places)):
        raise ArchiveError(f"{name} is damaged: its indices do not lie within its shape {list(size)}")
    lines, places = np.repeat(np.arange(num_lines), steps), indices.astype(np.int64)
    row, column = (places, lines) if by_column else (lines, places)
    return SparseMatrix(size, row, column, data)


def build_sparse(name: str, record: Record) -> SparseMatrix:
    """A matrix that SciPy has pickled. Raises ArchiveError."""
    state = record.state if isinstance(record.state, dict) else {}
    parts = {**state, "shape": state.get("_shape", state.get("shape", ()))}
    if record.kind in ("csr", "csc"):
        return build_compressed(name, parts, by_column=record.kind == "csc")
    raise ArchiveError(f"{name} is a sparse matrix of the kind {record.kind!r}: save it as CSR (matrix.tocsr())")
