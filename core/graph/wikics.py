"""WikiCS itself: found in a folder or on the internet, verified, and turned into an archive's arrays."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import DownloadError
from core.graph.archive import Arrays, GraphOrigin
from core.graph.graph import Graph
from core.graph.ids import WIKICS_ID
from core.graph.twin.build import CATEGORIES

DATA: Final = "data.json"
METADATA: Final = "metadata.json"
# Git's ids of both files in the dataset's repository, github.com/pmernyei/wiki-cs-dataset.
BLOB_IDS: Final = {
    DATA: "f1b743119df1a7a3bca449039c54034ae623a756",
    METADATA: "e5057f935e3f6ec40b59e8987ed79ec6d16312cf",
}
NO_TITLES: Final = (
    "The titles of WikiCS's articles could not be had (metadata.json is missing where data.json was found): "
    "articles are numbered."
)


@dataclass(frozen=True)
class DownloadProgress:
    """How far the download of one file has come. total_bytes is None where the server does not say."""

    name: str
    done_bytes: int
    total_bytes: int | None


Progress = Callable[[DownloadProgress], None]


class WikicsSource(Protocol):
    """A place that may have WikiCS's two files."""

    @property
    def name(self) -> str:
        """What messages call it: whoever visits the app reads them."""

    @property
    def address(self) -> str:
        """Where it is, which tells it from others of its kind."""

    def fetch(self, name: str, blob_id: str, folder: Path, on_progress: Progress) -> Path | None:
        """Where the file lies on this disk, its content verified; None when the source has no file of this name.

        What must be downloaded goes into `folder`, where a part of it may lie from an earlier attempt.
        Raises DownloadError.
        """


@dataclass(frozen=True)
class FolderSource:
    """A folder on this machine (WIKICS_DATA). Its files are read where they lie."""

    path: Path

    @property
    def name(self) -> str:
        return "the folder of WIKICS_DATA"

    @property
    def address(self) -> str:
        return f"the folder {self.path}"

    def fetch(self, name: str, blob_id: str, folder: Path, on_progress: Progress) -> Path | None:  # noqa: ARG002
        path = self.path / name
        if not path.is_file():
            return None
        check_blob(path, blob_id, f"{name} in {self.name}")
        return path


@dataclass(frozen=True)
class FetchedWikics:
    """WikiCS as an archive's arrays, and the folder of downloads that is not needed once they are stored."""

    arrays: Arrays
    origin: GraphOrigin
    folder: Path

    def clean_up(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def compute_blob_id(path: Path) -> str:
    """Git's id of a file's content: sha1 of "blob <size>", a zero byte and the content, hexadecimal."""
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def check_blob(path: Path, blob_id: str, what: str) -> None:
    """Raises DownloadError unless the file's content has this git blob id."""
    if (found := compute_blob_id(path)) != blob_id:
        raise DownloadError(
            f"{what} is not the file that was expected: its git blob id is {found}, expected {blob_id}; "
            "fetch it anew from the dataset's repository"
        )


def fetch_wikics(
    sources: Sequence[WikicsSource],
    folder: Path,
    on_progress: Progress | None = None,
    blob_ids: dict[str, str] | None = None,
) -> FetchedWikics:
    """WikiCS from the first source that has it whole; downloads go into `folder`.

    Raises DownloadError, which says why each of the sources could not give it.
    """
    ids = blob_ids or BLOB_IDS
    report = on_progress or (lambda _: None)
    reasons = []
    for source in sources:
        try:
            data = source.fetch(DATA, ids[DATA], folder, report)
            if data is None:
                reasons.append(f"{source.name} has no {DATA}")
                continue
            metadata = source.fetch(METADATA, ids[METADATA], folder, report)
        except DownloadError as error:
            reasons.append(str(error))
            continue
        origin = GraphOrigin(
            WIKICS_ID,
            "wikics",
            "WikiCS",
            f"From {source.name}, verified by git blob ids.",
            () if metadata else (NO_TITLES,),
        )
        arrays = build_wikics_arrays(_load_json(data), _load_json(metadata) if metadata else None)
        return FetchedWikics(arrays, origin, folder)
    raise DownloadError(f"WikiCS could not be had: {'; '.join(reasons) or 'no source is named'}.")


def _load_json(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError as error:
        raise DownloadError(f"{path.name} is no JSON file: fetch it anew from the dataset's repository") from error
    return content


def build_wikics_arrays(data: dict[str, Any], metadata: dict[str, Any] | None) -> Arrays:
    """An archive's arrays out of WikiCS's own two files; links stay directed, as they stand in `links`.

    data: features [N][F], labels [N], links (adjacency lists), train_masks, val_masks, stopping_masks [S][N],
    test_mask [N]. metadata: labels (number as text to name), nodes (id, title, label, outlinks, tokens).
    """
    links = data["links"]
    source = np.repeat(np.arange(len(links)), [len(targets) for targets in links])
    target = np.fromiter((target for targets in links for target in targets), dtype=np.int64, count=len(source))
    labels = np.array(data["labels"], dtype=np.int64)
    arrays: Arrays = {
        "features": np.array(data["features"], dtype=np.float32),
        "edge_index": np.stack([source, target]).astype(np.int32),
        "labels": labels,
        "test_mask": np.array(data["test_mask"], dtype=bool),
    }
    for key in ("train_masks", "val_masks", "stopping_masks"):
        arrays[key] = np.array(data[key], dtype=bool)
    if metadata is None:
        return arrays | _name_by_sizes(labels)
    return arrays | _build_texts(metadata)


def _name_by_sizes(labels: NDArray[np.int64]) -> Arrays:
    """WikiCS's categories all differ in size, so that sizes tell their names where metadata.json is missing."""
    name_of_size = {size: name for name, size in CATEGORIES.items()}
    names = [name_of_size.get(size) for size in np.bincount(labels).tolist()]
    return {"class_names": np.array(names)} if None not in names and len(set(names)) == len(names) else {}


def _build_texts(metadata: dict[str, Any]) -> Arrays:
    nodes = metadata["nodes"]
    names = [name for _, name in sorted(metadata["labels"].items(), key=lambda item: int(item[0]))]
    vocabulary: dict[str, int] = {}
    indices = [vocabulary.setdefault(token, len(vocabulary)) for node in nodes for token in node["tokens"]]
    return {
        "class_names": np.array(names),
        "titles": np.array([node["title"] for node in nodes]),
        "page_ids": np.array([int(node["id"]) for node in nodes], dtype=np.int64),
        "tokens_indices": np.array(indices, dtype=np.int32),
        "tokens_offsets": np.concatenate([[0], np.cumsum([len(node["tokens"]) for node in nodes])]).astype(np.int64),
        "tokens_vocabulary": np.array(list(vocabulary), dtype=np.str_),
    }


def build_wikics_json(graph: Graph) -> tuple[dict[str, Any], dict[str, Any]]:
    """Any graph as the contents of data.json and metadata.json, which other programs for WikiCS then read.

    Page ids are indices where the graph has none. The inverse of `build_wikics_arrays`.
    """
    source, target = graph.edge_index[:, np.argsort(graph.edge_index[0], kind="stable")]
    ends = np.cumsum(np.bincount(source, minlength=graph.num_nodes))[:-1]
    links = [part.tolist() for part in np.split(target, ends)]
    ids = (graph.page_ids if graph.page_ids is not None else np.arange(graph.num_nodes)).tolist()
    data = {
        "features": graph.x.tolist(),
        "labels": graph.y.tolist(),
        "links": links,
        "train_masks": graph.train_masks.tolist(),
        "stopping_masks": graph.stopping_masks.tolist(),
        "val_masks": graph.val_masks.tolist(),
        "test_mask": graph.test_mask.tolist(),
    }
    nodes = [
        {
            "id": str(ids[index]),
            "title": title,
            "label": graph.name_category(index),
            "outlinks": [str(ids[linked]) for linked in links[index]],
            "tokens": graph.tokens.of(index) if graph.tokens else [],
        }
        for index, title in enumerate(graph.titles)
    ]
    return data, {"labels": {str(i): name for i, name in enumerate(graph.class_names)}, "nodes": nodes}
