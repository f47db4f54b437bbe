"""What is known of the graphs of a storage without their arrays: the manifests, and why WikiCS could not be had."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from core.damage import Damage
from core.errors import ArchiveError, DamagedFileError, FileNotStoredError
from core.graph.archive import GraphOrigin
from core.graph.graph import Graph, GraphKind
from core.graph.ids import WIKICS_ID
from core.storage.base import Storage, StoredFile
from core.storage.documents import dump_json, load_json, read_whole
from core.storage.names import HOME

GRAPHS: Final = "graphs/"
MANIFEST: Final = "manifest.json"
FAILURE: Final = "failure.json"
_VALID_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def name_file(graph_id: str, file_name: str) -> str:
    """Where a file of a graph is stored."""
    return f"{GRAPHS}{graph_id}/{file_name}"


@dataclass(frozen=True)
class GraphSummary:
    """What is known of a graph without loading its arrays."""

    id: str
    kind: GraphKind
    name: str
    source: str
    notices: tuple[str, ...]
    digest: str
    num_nodes: int
    num_links: int  # directed
    num_classes: int
    num_splits: int
    num_features: int
    fingerprint: str  # of the stored archive, see compute_fingerprint
    recipe: int = 0  # version of the recipe it was made by

    @property
    def origin(self) -> GraphOrigin:
        return GraphOrigin(self.id, self.kind, self.name, self.source, self.notices)


@dataclass(frozen=True)
class FetchFailure:
    """Why WikiCS could not be had, and from which sources."""

    message: str
    sources: tuple[str, ...]


class Manifests:
    """The manifests of a storage's graphs. May be used from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._known: dict[str, tuple[StoredFile, GraphSummary]] = {}

    def list(self) -> list[GraphSummary]:
        """Those that can be read."""
        return [info for graph_id, file in self._list_files() if (info := self.find(graph_id, file))]

    def list_damaged(self) -> Sequence[Damage]:
        """Those that cannot be read."""
        damaged = []
        for graph_id in self.list_ids():
            try:
                self.read(graph_id)
            except ArchiveError as error:
                damaged.append(Damage(name_file(graph_id, MANIFEST), str(error)))
        return damaged

    def list_ids(self) -> Sequence[str]:
        """Of all graphs that have one."""
        return [graph_id for graph_id, _ in self._list_files()]

    def _list_files(self) -> Sequence[tuple[str, StoredFile]]:
        files = ((file.name.split("/")[1], file) for file in self._storage.list(f"{GRAPHS}*/{MANIFEST}"))
        return [(graph_id, file) for graph_id, file in files if _VALID_ID.fullmatch(graph_id)]

    def write(self, graph: Graph, origin: GraphOrigin, fingerprint: str, recipe: int) -> GraphSummary:
        """Replaces that of a graph."""
        info = GraphSummary(
            **asdict(origin),
            digest=graph.digest,
            num_nodes=graph.num_nodes,
            num_links=graph.edge_index.shape[1],
            num_classes=graph.num_classes,
            num_splits=graph.num_splits,
            num_features=graph.x.shape[1],
            fingerprint=fingerprint,
            recipe=recipe,
        )
        self._storage.write(name_file(origin.id, MANIFEST), dump_json(asdict(info)))
        return info

    def find(self, graph_id: str, file: StoredFile | None = None) -> GraphSummary | None:
        """As `read`, where a damaged one counts as none: its graph is fetched, made or registered anew."""
        try:
            return self.read(graph_id, file)
        except ArchiveError:
            return None

    def read(self, graph_id: str, file: StoredFile | None = None) -> GraphSummary | None:
        """The manifest, or None where there is no such graph; what a twin stands in for is added to its notices.

        file: as it was listed just now, of which nothing is read where that was read before. Raises ArchiveError for
        a damaged one.
        """
        if not _VALID_ID.fullmatch(graph_id):
            return None
        name = name_file(graph_id, MANIFEST)
        try:
            info = self._load(name, file)
            if info.id != graph_id:
                raise DamagedFileError(f"{name} is that of another graph")
        except FileNotStoredError:
            return None
        except DamagedFileError as error:
            raise ArchiveError(
                f"the manifest of graph {graph_id!r} is damaged: "
                f"delete {GRAPHS}{graph_id} in {HOME}, then fetch, make or register the graph again"
            ) from error
        failure = self.read_failure() if info.kind == "twin" else None
        return replace(info, notices=(*info.notices, failure.message)) if failure else info

    def _load(self, name: str, file: StoredFile | None) -> GraphSummary:
        known = self._known.get(name)
        if file is not None and file.tag and known is not None and known[0] == file:
            return known[1]
        info = read_whole(GraphSummary, load_json(self._storage, name), name)
        if file is not None:
            self._known[name] = file, info
        return info

    def read_failure(self) -> FetchFailure | None:
        """Why WikiCS could not be had the last time."""
        name = name_file(WIKICS_ID, FAILURE)
        try:
            return read_whole(FetchFailure, load_json(self._storage, name), name)
        except (FileNotStoredError, DamagedFileError):  # none, or damaged: WikiCS is tried anew
            return None
