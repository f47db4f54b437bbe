"""A PyTorch Geometric `Data`, as torch.save wrote it: read without torch, as strictly as its `weights_only`."""

import zipfile
from dataclasses import dataclass
from math import prod
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.graph.archive import Arrays
from core.graph.formats.columns import read_labels
from core.graph.formats.draft import Draft, name_categories, number_labels
from core.graph.formats.given import Given
from core.graph.formats.parts import build_masks, find_parts, read_mask
from core.graph.formats.pickles import MAX_ITEMS, Names, Record, RefusedPickleError, load_pickle
from core.graph.limits import MAX_LINKS, MAX_SPLITS, check_count, check_unpacked
from core.storage.arrays import UNREADABLE

PICKLE: Final = "/data.pkl"
LEGACY: Final = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # how torch.save began before it wrote zip archives
MASKS: Final = {"train_mask": "train_masks", "val_mask": "val_masks", "stopping_mask": "stopping_masks"}
_STORAGES: Final = {
    **{"Float": "f4", "Double": "f8", "Half": "f2", "BFloat16": "u2", "Bool": "?", "Byte": "u1"},
    **{"Char": "i1", "Short": "i2", "Int": "i4", "Long": "i8"},
}


@dataclass(frozen=True)
class _Storage:
    """What a persistent id of torch means: numbers in a row."""

    values: NDArray[Any]
    is_bfloat16: bool


def is_torch_file(members: list[str]) -> bool:
    """Whether a zip archive with these members is one of torch.save."""
    return any(member.endswith(PICKLE) for member in members)


def read_data(given: Given) -> Draft:
    """The draft of a saved `Data`, of a dictionary with its keys, or of the one graph of a dataset.

    Raises ArchiveError.
    """
    (name,) = given.files
    values = _find_mapping(name, load_saved(given, name))
    _refuse_sparse(name, values)
    if isinstance(values.get("y"), list):
        values["y"] = np.array(values["y"])
    for key in ("edge_index", "y"):
        if not isinstance(values.get(key), np.ndarray):
            raise ArchiveError(
                f"{name} has {', '.join(sorted(map(str, values))[:12]) or 'no keys'}: expected {key} among them"
            )
    labels, own_names = (
        read_labels(name, "y", values["y"].tolist())
        if values["y"].dtype.kind == "U" and values["y"].ndim == 1
        else (number_labels(name, values["y"]), None)
    )
    draft = Draft(name, _check_links(name, values["edge_index"]), labels)
    if isinstance(values.get("x"), np.ndarray):
        draft.features = values["x"]
        if draft.features.shape[:1] != labels.shape or draft.features.ndim != 2:
            raise ArchiveError(
                f"x of {name} is {draft.features.dtype} {list(draft.features.shape)}, and there are "
                f"{len(labels)} labels in y: expected numbers of shape [{len(labels)}, ?]"
            )
    titles = next((values[key] for key in ("titles", "title", "node_names") if isinstance(values.get(key), list)), None)
    if titles and len(titles) == len(labels) and all(isinstance(title, str) for title in titles):
        draft.titles = titles
    names = values.get("class_names", values.get("label_names"))
    is_text = isinstance(names, list) and all(isinstance(one, str) for one in names)
    name_categories(draft, own_names or (names if is_text else None))
    draft.masks = _find_masks(draft, values)
    return draft


def _refuse_sparse(name: str, values: dict[str, Any]) -> None:
    """Raises ArchiveError where the links or the features are a sparse matrix alone."""
    links, features = values.get("adj_t"), values.get("x")
    if links is not None and "edge_index" not in values:
        raise ArchiveError(
            f"{name} has its links as adj_t, a {_name_kind(links)}: save it with edge_index [2, E], as it is before "
            "ToSparseTensor"
        )
    if isinstance(features, Record):
        raise ArchiveError(f"{name} has its features as x, a {_name_kind(features)}: save it with x.to_dense()")


def _name_kind(value: Any) -> str:
    return value.kind if isinstance(value, Record) else type(value).__name__


def load_saved(given: Given, name: str) -> Any:
    """What torch.save was given, its tensors as arrays. Raises ArchiveError."""
    try:
        with given.open(name) as file, zipfile.ZipFile(file) as archive:
            check_unpacked(name, sum(info.file_size for info in archive.infolist()), limit_bytes=given.limit_bytes)
            root = next(member for member in archive.namelist() if member.endswith(PICKLE)).removesuffix("data.pkl")
            order = archive.read(f"{root}byteorder") if f"{root}byteorder" in archive.namelist() else b"little"
            reader = _StorageReader(archive, root, "<" if order == b"little" else ">")
            with archive.open(f"{root}data.pkl") as pickled:
                return load_pickle(pickled, more=_build_names(), find_storage=reader.find)  # type: ignore[arg-type]
    except RefusedPickleError as error:
        raise ArchiveError(
            f"{name} is not read: {error}; expected a torch_geometric.data.Data of tensors alone, saved by torch.save"
        ) from error
    except UNREADABLE as error:
        raise ArchiveError(f"{name} is damaged, or cut off: save it anew with torch.save") from error


class _StorageReader:
    """Finds the numbers that a pickle of torch refers to, each once."""

    def __init__(self, archive: zipfile.ZipFile, root: str, order: Literal["<", ">"]) -> None:
        self._archive, self._root, self._order = archive, root, order
        self._found: dict[str, _Storage] = {}

    def find(self, pid: Any) -> _Storage:
        if not isinstance(pid, tuple) or len(pid) != 5 or pid[0] != "storage" or not isinstance(pid[2], str):
            raise RefusedPickleError("it refers to something other than a tensor's numbers")
        kind = getattr(pid[1], "torch_kind", None)
        if kind not in _STORAGES:
            raise RefusedPickleError("it holds tensors of a kind that is not read")
        if pid[2] not in self._found:
            content = self._archive.read(f"{self._root}data/{pid[2]}")
            dtype = np.dtype(_STORAGES[kind]).newbyteorder(self._order)
            whole = content[: len(content) // dtype.itemsize * dtype.itemsize]
            self._found[pid[2]] = _Storage(np.frombuffer(whole, dtype=dtype), kind == "BFloat16")
        return self._found[pid[2]]


def _build_names() -> Names:
    names: dict[tuple[str, str], Any] = {
        ("torch_geometric", "*"): type("Saved", (Record,), {}),
        ("torch._utils", "_rebuild_tensor_v2"): _build_tensor,
        ("torch", "Size"): lambda sizes=(): tuple(sizes),
        ("torch_sparse", "*"): type("Saved", (Record,), {"kind": "torch_sparse.SparseTensor"}),
        ("torch._utils", "_rebuild_sparse_tensor"): type("Saved", (Record,), {"kind": "sparse torch.Tensor"}),
        ("torch.serialization", "_get_layout"): str,
    }
    for kind in _STORAGES:
        names["torch", f"{kind}Storage"] = type(f"{kind}Storage", (), {"torch_kind": kind})
    return names


def _build_tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> NDArray[Any]:
    """A view of a storage that lies within it."""
    whole = (offset, *size, *stride)
    if not isinstance(storage, _Storage) or not all(isinstance(number, int) and number >= 0 for number in whole):
        raise RefusedPickleError("it holds a tensor without its numbers")
    if len(size) != len(stride) or prod(size) > MAX_ITEMS:
        raise RefusedPickleError("it holds a tensor that is too large")
    values = storage.values
    if prod(size) == 0:
        return np.zeros(size, dtype=values.dtype)
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if last >= len(values):
        raise RefusedPickleError("it holds a tensor of another size than its numbers: the file is damaged")
    steps = [step * values.itemsize for step in stride]
    tensor = np.lib.stride_tricks.as_strided(values[offset:], size, steps, writeable=False)
    if storage.is_bfloat16:  # the upper half of a float32
        return (tensor.astype(np.uint32) << 16).view(np.float32)
    return tensor


def _find_mapping(name: str, saved: Any) -> dict[str, Any]:
    """A graph's tensors by their keys, whatever they were saved in."""
    if isinstance(saved, tuple) and saved:  # a dataset: its graphs one after the other, where each begins, a class
        slices = saved[1] if len(saved) > 1 else None
        starts = next(iter(slices.values()), None) if isinstance(slices, dict) else None
        if isinstance(starts, np.ndarray) and len(starts) > 2:
            raise ArchiveError(f"{name} holds {len(starts) - 1:,} graphs: save the one that is meant")
        saved = saved[0]
    if isinstance(saved, list) and len(saved) == 1:
        saved = saved[0]
    if isinstance(saved, list) and saved:
        raise ArchiveError(f"{name} holds a list of {len(saved)} Data: save the one that is meant")
    if isinstance(saved, Record):
        state = saved.state if isinstance(saved.state, dict) else {}
        if "_node_store_dict" in state:
            raise ArchiveError(f"{name} holds several kinds of nodes (HeteroData): expected a Data, with one")
        store = state.get("_store")
        inner = store.state.get("_mapping") if isinstance(store, Record) and isinstance(store.state, dict) else state
        saved = inner if isinstance(inner, dict) else state
    if not isinstance(saved, dict):
        raise ArchiveError(f"{name} holds a {type(saved).__name__}: expected a torch_geometric.data.Data")
    return saved


def _check_links(name: str, edge_index: NDArray[Any]) -> NDArray[np.int64]:
    if edge_index.ndim != 2 or len(edge_index) != 2 or edge_index.dtype.kind not in "iu":
        raise ArchiveError(
            f"edge_index of {name} is {edge_index.dtype} {list(edge_index.shape)}: "
            "expected whole numbers of shape [2, E]"
        )
    check_count(f"edge_index of {name}", edge_index.shape[1], "links", most=MAX_LINKS)
    return edge_index.astype(np.int64)


def _find_masks(draft: Draft, values: dict[str, Any]) -> Arrays | None:
    """The archive's masks out of `Data`'s, [N] or [N, S], or out of parts; None, and said, where there is no split."""
    num_nodes = len(draft.labels)
    there = [key for key in (*MASKS, "test_mask") if isinstance(values.get(key), np.ndarray)]
    if not {"train_mask", "val_mask", "test_mask"} <= set(there):
        parts = find_parts(draft.name, values, num_nodes)
        if there and not parts:
            draft.notices.append(f"Its {', '.join(there)} alone made no whole split, and was not used.")
        return build_masks(draft, parts)
    columns = {}
    for key in there:
        whole = read_mask(draft.name, key, values[key], num_nodes)
        mask = values[key] if whole is None else whole
        if mask.dtype.kind in "if" and mask.shape[:1] == (num_nodes,) and np.isin(mask, (0, 1)).all():
            mask = mask.astype(bool)
        if mask.ndim == 2 and mask.shape[1] == num_nodes != mask.shape[0]:
            raise ArchiveError(
                f"{key} of {draft.name} is {list(mask.shape)}, which is [splits, articles]: expected "
                f"[articles, splits], here {list(mask.shape[::-1])}; it seems transposed: save {key}.T"
            )
        if mask.dtype.kind not in "bu" or mask.shape[:1] != (num_nodes,) or mask.ndim > 2:
            raise ArchiveError(
                f"{key} of {draft.name} is {mask.dtype} {list(mask.shape)}: expected True/False of shape [{num_nodes}]"
            )
        check_count(f"{key} of {draft.name}", mask.shape[1] if mask.ndim == 2 else 1, "splits", most=MAX_SPLITS)
        columns[key] = mask.astype(bool).reshape(num_nodes, -1)
    columns.setdefault("stopping_mask", columns["val_mask"])
    test, num_splits = columns["test_mask"], columns["train_mask"].shape[1]
    if (test != test[:, :1]).any():
        draft.notices.append(f"Its {num_splits} splits test on articles of their own each: the first alone is used.")
        columns = {key: mask[:, :1] for key, mask in columns.items()}
    sizes = {key: mask.shape[1] for key, mask in columns.items() if key != "test_mask" and mask.shape[1] != 1}
    if len(set(sizes.values())) > 1:
        shapes = ", ".join(f"{key} [{num_nodes}, {size}]" for key, size in sizes.items() if key in there)
        raise ArchiveError(f"the masks of {draft.name} differ in their splits ({shapes}): expected as many in each")
    most = max(mask.shape[1] for key, mask in columns.items() if key != "test_mask")
    masks = {ours: np.broadcast_to(columns[key], (num_nodes, most)).T.copy() for key, ours in MASKS.items()}
    return masks | {"test_mask": columns["test_mask"][:, 0].copy()}
