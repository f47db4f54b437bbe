"""Graph archives: one `.npz` file, its checks, its digest. Nothing in it is ever executed."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.graph.graph import Graph, GraphKind, Tokens
from core.graph.limits import KEYS, check_sizes
from core.storage.arrays import SUFFIX, UNREADABLE, Header, SizeError, read_member, read_member_header

Arrays = dict[str, NDArray[Any]]

REQUIRED = ("features", "edge_index", "labels", "train_masks", "val_masks", "stopping_masks", "test_mask")
MASKS = ("train_masks", "val_masks", "stopping_masks")

CHUNK_VALUES = 2**22  # that are checked at once
UNKNOWN = -1  # the label of an article without a category


@dataclass(frozen=True)
class GraphOrigin:
    """What a person is told of a graph beside its arrays."""

    id: str
    kind: GraphKind
    name: str
    source: str
    notices: tuple[str, ...] = ()


def load_arrays(source: Path | BinaryIO, name: str | None = None) -> Arrays:
    """Every array of a stored archive, none unpickled; `name` is what messages call it. Raises ArchiveError."""
    with _open(source, name) as archive:
        return {key: load_member(archive, member, _name(source, name)) for key, member in _list_members(archive)}


def load_given_arrays(source: BinaryIO, name: str, *, limit_bytes: int) -> Arrays:
    """The arrays of a graph out of an archive that a person gives: those of known keys, within the stated limits.

    What they declare is checked before any of them is made; no other array is read. Raises ArchiveError.
    """
    with _open(source, name) as archive:
        members = {key: member for key, member in _list_members(archive) if key in KEYS}
        check_sizes(
            {key: _read_header(archive, member, name) for key, member in members.items()}, limit_bytes=limit_bytes
        )
        return {key: load_member(archive, member, name) for key, member in members.items()}


def _list_members(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Keys and members, each once."""
    return [(member.removesuffix(SUFFIX), member) for member in dict.fromkeys(archive.namelist())]


@contextmanager
def _open(source: Path | BinaryIO, name: str | None) -> Iterator[zipfile.ZipFile]:
    """An archive, whatever is wrong with which is said."""
    name = _name(source, name)
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except FileNotFoundError as error:
        raise ArchiveError(f"{source} does not exist: give the path of an .npz archive") from error
    except IsADirectoryError as error:
        raise ArchiveError(f"{source} is a folder: give the path of an .npz archive") from error
    except ArchiveError:
        raise
    except UNREADABLE as error:
        raise ArchiveError(
            f"{name} cannot be read as an .npz archive (damaged, or another format): "
            "make it anew with numpy.savez_compressed"
        ) from error


def load_member(archive: zipfile.ZipFile, member: str, name: str) -> NDArray[Any]:
    """One array of an open archive, never unpickled; `name` is what messages call it. Raises ArchiveError."""
    _read_header(archive, member, name)
    try:
        return read_member(archive, member)
    except UNREADABLE as error:
        raise ArchiveError(
            f"key {member.removesuffix(SUFFIX)!r} of {name} holds Python objects or is damaged: "
            "expected a plain numeric or text array"
        ) from error


def _read_header(archive: zipfile.ZipFile, member: str, name: str) -> Header:
    """What an array declares, if its member has as many bytes. Raises ArchiveError."""
    key = member.removesuffix(SUFFIX)
    if not member.endswith(SUFFIX):
        raise ArchiveError(f"member {member!r} of {name} is no array: expected only .npy members in an .npz archive")
    try:
        return read_member_header(archive, member)
    except SizeError as error:
        raise ArchiveError(
            f"key {key!r} of {name} has {error.more_or_less} bytes than its shape {list(error.shape)} says: "
            "it is damaged"
        ) from error
    except UNREADABLE as error:
        raise ArchiveError(
            f"key {key!r} of {name} holds Python objects or is damaged: expected a plain numeric or text array"
        ) from error


def compute_digest(arrays: Arrays) -> str:
    """sha256 (hexadecimal) over the sorted name, dtype, shape and bytes of all arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        if array.nbytes:
            digest.update(array.reshape(-1).view(np.uint8).data)  # no copy
    return digest.hexdigest()


def _expect(key: str, array: NDArray[Any], *, kinds: str, shape: tuple[int | None, ...], meaning: str) -> None:
    fits = array.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
    if not fits or array.dtype.kind not in kinds:
        wanted = "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"
        raise ArchiveError(f"key {key!r} is {array.dtype} {list(array.shape)}: expected {meaning} of shape {wanted}")


def settle_labels(arrays: Arrays) -> Arrays:
    """The arrays with labels as whole numbers: NaN, and what no sign leaves of -1, become -1, for no category."""
    labels = arrays.get("labels")
    if labels is None or labels.dtype.kind not in "fu":
        return arrays
    if labels.dtype.kind == "u":
        return arrays | {"labels": restore_sign(labels)}
    whole = np.where(np.isnan(labels), UNKNOWN, labels)
    fits = np.isfinite(whole).all() and (whole == np.rint(whole)).all() and (np.abs(whole) < 2**31).all()
    return arrays | {"labels": whole.astype(np.int64)} if fits else arrays


def restore_sign(labels: NDArray[Any]) -> NDArray[np.int64]:
    """Labels without a sign as int64. The greatest of their kind (255 of uint8) is what -1 became, if 254 is none."""
    most = np.iinfo(labels.dtype).max
    others = labels[labels != most]
    is_apart = len(others) < len(labels) and (not len(others) or int(others.max()) < most - 1)
    signed = labels.astype(np.int64)
    return np.where(labels == most, UNKNOWN, signed) if is_apart else signed


def describe_unlabelled(arrays: Arrays) -> tuple[str, ...]:
    """The notice that some articles have no category; none where all have one."""
    number = int((arrays["labels"] == UNKNOWN).sum())
    if not number:
        return ()
    have = "article has" if number == 1 else "articles have"
    return (f"{number:,} {have} no category: a model predicts one, and nothing is learnt from or measured on them.",)


def check_arrays(arrays: Arrays) -> None:
    """Raises ArchiveError naming the first key that is missing or wrong, what it is and what it should be."""
    for key in REQUIRED:
        if key not in arrays:
            raise ArchiveError(
                f"key {key!r} is missing: found {', '.join(sorted(arrays)) or 'no keys'}; "
                f"expected {', '.join(REQUIRED)}"
            )
    features, edge_index, labels = arrays["features"], arrays["edge_index"], arrays["labels"]
    _expect("features", features, kinds="buif", shape=(None, None), meaning="numbers")
    num_nodes = len(features)
    if num_nodes == 0 or features.shape[1] == 0:
        raise ArchiveError(
            f"key 'features' is empty ({list(features.shape)}): expected at least one article and one feature"
        )
    if not _is_finite(features):
        raise ArchiveError("key 'features' holds NaN, infinity or numbers beyond float32: expected finite numbers")
    _expect("labels", labels, kinds="iu", shape=(num_nodes,), meaning="whole numbers")
    _expect("edge_index", edge_index, kinds="iu", shape=(2, None), meaning="whole numbers")
    if edge_index.size and (edge_index.min() < 0 or edge_index.max() >= num_nodes):
        raise ArchiveError(
            f"key 'edge_index' holds indices from {edge_index.min()} to {edge_index.max()}: "
            f"expected 0 to {num_nodes - 1}"
        )
    if labels.min() < UNKNOWN or labels.max() >= num_nodes:
        raise ArchiveError(
            f"key 'labels' holds numbers from {labels.min()} to {labels.max()}: expected categories counted from 0, "
            f"and {UNKNOWN} for articles without one"
        )
    _check_masks(arrays, num_nodes)
    _check_texts(arrays, num_nodes, int(labels.max()) + 1)


def _is_finite(features: NDArray[Any]) -> bool:
    """Whether all fits float32, looked at in parts, which take no second copy of the whole."""
    rows = max(1, CHUNK_VALUES // features.shape[1])
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite
        parts = (features[start : start + rows] for start in range(0, len(features), rows))
        return all(np.isfinite(part.astype(np.float32, copy=False)).all() for part in parts)


def _check_masks(arrays: Arrays, num_nodes: int) -> None:
    for key in MASKS:
        _refuse_transposed(key, arrays[key], num_nodes)
    num_splits = len(arrays["train_masks"]) if arrays["train_masks"].ndim == 2 else None
    for key in MASKS:
        _expect(key, arrays[key], kinds="b", shape=(num_splits, num_nodes), meaning="True/False")
        empty = np.flatnonzero(~arrays[key].any(axis=1))
        if num_splits == 0 or len(empty):
            raise ArchiveError(
                f"key {key!r} marks no article in split {empty[0] if len(empty) else 0}: expected at least one"
            )
    _expect("test_mask", arrays["test_mask"], kinds="b", shape=(num_nodes,), meaning="True/False")
    if not arrays["test_mask"].any():
        raise ArchiveError("key 'test_mask' marks no article: expected at least one")
    for key in MASKS:
        if (arrays[key] & arrays["test_mask"]).any():
            raise ArchiveError(f"key {key!r} marks articles of 'test_mask': expected none in both")
    for key in MASKS[1:]:  # the same articles may stop and validate: small datasets have one set for both
        if (arrays[key] & arrays["train_masks"]).any():
            raise ArchiveError(f"key {key!r} marks articles of 'train_masks' in the same split: expected none in both")
    unlabelled = arrays["labels"] == UNKNOWN
    for key in (*MASKS, "test_mask"):
        marked = np.flatnonzero(np.atleast_2d(arrays[key] & unlabelled).any(axis=0))
        if len(marked):
            raise ArchiveError(
                f"key {key!r} marks article {marked[0]}, which has no category ({UNKNOWN} in 'labels'): "
                "take it out of the mask"
            )


def _refuse_transposed(key: str, array: NDArray[Any], num_nodes: int) -> None:
    if array.ndim == 2 and array.shape[0] == num_nodes != array.shape[1]:
        raise ArchiveError(
            f"key {key!r} is {array.dtype} {list(array.shape)}, which is [articles, splits]: "
            f"expected [splits, articles], here {list(array.shape[::-1])}; it seems transposed, as PyTorch Geometric "
            f"has it: save {key}.T"
        )


def _check_texts(arrays: Arrays, num_nodes: int, num_classes: int) -> None:
    for key, array in arrays.items():
        if array.dtype.kind == "U":
            _check_readable(key, array)
    if "class_names" in arrays:
        _expect("class_names", arrays["class_names"], kinds="U", shape=(None,), meaning="text")
        if len(arrays["class_names"]) < num_classes:
            raise ArchiveError(
                f"key 'class_names' has {len(arrays['class_names'])} names: "
                f"expected at least {num_classes}, one a category in 'labels'"
            )
        if len(set(arrays["class_names"].tolist())) != len(arrays["class_names"]):
            raise ArchiveError("key 'class_names' names a category twice: expected every name once")
    if "titles" in arrays:
        _expect("titles", arrays["titles"], kinds="U", shape=(num_nodes,), meaning="text")
    if "page_ids" in arrays:
        _expect("page_ids", arrays["page_ids"], kinds="iu", shape=(num_nodes,), meaning="whole numbers")
    token_keys = ("tokens_indices", "tokens_offsets", "tokens_vocabulary")
    present = [key for key in token_keys if key in arrays]
    if not present:
        return
    if len(present) < 3:
        missing = next(key for key in token_keys if key not in arrays)
        raise ArchiveError(
            f"key {missing!r} is missing beside {present[0]!r}: expected all of {', '.join(token_keys)} or none"
        )
    indices, offsets, vocabulary = (arrays[key] for key in token_keys)
    _expect(token_keys[0], indices, kinds="iu", shape=(None,), meaning="whole numbers")
    _expect(token_keys[1], offsets, kinds="iu", shape=(num_nodes + 1,), meaning="whole numbers")
    _expect(token_keys[2], vocabulary, kinds="U", shape=(None,), meaning="text")
    steps = np.diff(offsets.astype(np.int64))
    if offsets[0] != 0 or offsets[-1] != len(indices) or (steps < 0).any():
        raise ArchiveError(
            f"key 'tokens_offsets' runs from {offsets[0]} to {offsets[-1]}: "
            f"expected a rising sequence from 0 to {len(indices)}"
        )
    if len(indices) and (indices.min() < 0 or indices.max() >= len(vocabulary)):
        raise ArchiveError(f"key 'tokens_indices' holds {indices.max()}: expected 0 to {len(vocabulary) - 1}")


def _check_readable(key: str, array: NDArray[Any]) -> None:
    try:
        "".join(array.ravel().tolist()).encode()
    except ValueError as error:
        raise ArchiveError(f"key {key!r} holds characters that are no Unicode text: expected readable text") from error


def build_graph(arrays: Arrays, origin: GraphOrigin, digest: str | None = None) -> Graph:
    """A checked graph out of an archive's arrays. Raises ArchiveError."""
    check_arrays(arrays)
    num_nodes = len(arrays["labels"])
    num_classes = int(arrays["labels"].max()) + 1  # at least 1: train_masks mark labelled articles
    names = arrays["class_names"].tolist() if "class_names" in arrays else [f"Category {i}" for i in range(num_classes)]
    titles = arrays["titles"].tolist() if "titles" in arrays else [f"Article {i}" for i in range(num_nodes)]
    tokens = None
    if "tokens_indices" in arrays:
        tokens = Tokens(
            indices=arrays["tokens_indices"].astype(np.int32),
            offsets=arrays["tokens_offsets"].astype(np.int64),
            vocabulary=tuple(arrays["tokens_vocabulary"].tolist()),
        )
    return Graph(
        id=origin.id,
        kind=origin.kind,
        name=origin.name,
        source=origin.source,
        notices=origin.notices,
        digest=digest or compute_digest(arrays),
        x=_frozen(arrays["features"].astype(np.float32)),
        edge_index=_frozen(arrays["edge_index"].astype(np.int64)),
        y=_frozen(arrays["labels"].astype(np.int64)),
        train_masks=_frozen(arrays["train_masks"]),
        val_masks=_frozen(arrays["val_masks"]),
        stopping_masks=_frozen(arrays["stopping_masks"]),
        test_mask=_frozen(arrays["test_mask"]),
        class_names=tuple(names),
        titles=tuple(titles),
        page_ids=arrays["page_ids"].astype(np.int64) if "page_ids" in arrays else None,
        tokens=tokens,
    )


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


def dump_arrays(arrays: Arrays) -> bytes:
    """The bytes of an archive with these arrays."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def write_archive(target: Path | BinaryIO, arrays: Arrays) -> None:
    """Writes the arrays uncompressed, which loads many times faster. The same arrays give the same bytes."""
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(arrays):
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, arrays[name], allow_pickle=False)


def compute_fingerprint(source: Path | BinaryIO, name: str | None = None) -> str:
    """sha256 (hexadecimal) over the names, sizes and checksums in an archive's directory; the arrays are not read.

    Together with the checksum that is verified whenever an array is read, it finds any change of an archive's
    arrays at next to no cost. `name` is what messages call it. Raises ArchiveError.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = sorted((info.filename, info.file_size, info.CRC) for info in archive.infolist())
    except UNREADABLE as error:
        name = _name(source, name)
        raise ArchiveError(f"{name} cannot be read as an .npz archive (missing or damaged)") from error
    return hashlib.sha256(repr(members).encode()).hexdigest()


def _name(source: Path | BinaryIO, name: str | None) -> str:
    return name or (source.name if isinstance(source, Path) else "the archive")
