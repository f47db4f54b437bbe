"""The graphs of a storage: one folder each with its archive and a manifest; made, fetched or registered on demand."""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Final, get_args

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from core.damage import Damage
from core.errors import (
    ArchiveError,
    ConflictError,
    DownloadError,
    FileNotStoredError,
    GraphNotFoundError,
    UnavailableError,
)
from core.graph.archive import (
    Arrays,
    GraphOrigin,
    build_graph,
    compute_digest,
    compute_fingerprint,
    load_arrays,
    write_archive,
)
from core.graph.download import HttpSource
from core.graph.formats.given import Given, find_given, gather_sent
from core.graph.formats.read import read_given
from core.graph.graph import Graph, GraphKind
from core.graph.ids import WIKICS_ID
from core.graph.kept import KeptArchives
from core.graph.limits import MAX_SENT_GRAPHS
from core.graph.manifests import FAILURE, GRAPHS, MANIFEST, FetchFailure, GraphSummary, Manifests, name_file
from core.graph.titles import shorten
from core.graph.twin import build as twin
from core.graph.twin import versions
from core.graph.twin.versions import TWIN_ID, is_older_twin, is_twin, name_twin
from core.graph.wikics import FolderSource, Progress, WikicsSource, fetch_wikics
from core.storage.arrays import UNREADABLE, read_header
from core.storage.base import SharedStorage, Storage
from core.storage.documents import dump_json
from core.storage.local import disk_errors
from core.storage.names import HOME
from core.storage.streams import open_to_read, open_to_write

ARCHIVE: Final = "graph.npz"
_KINDS: Final = get_args(GraphKind)  # as they are listed
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class GraphLibrary:
    """Graphs as graphs/<id>/graph.npz beside manifest.json, which is written last: without it there is no graph.

    Any number of processes of one machine may use the same storage and folder at once.
    """

    def __init__(
        self,
        storage: Storage,
        folder: Path,
        *,
        data_folder: Path | None = None,
        wikics_sources: Sequence[WikicsSource] | None = None,
    ) -> None:
        """`folder` is on this machine: locks, half-finished downloads and what was fetched of a bucket lie in it.

        WikiCS is looked for in `data_folder`, if one is named, then on the internet; `wikics_sources` says otherwise.
        """
        self.storage = storage
        self.folder = folder
        self._kept = KeptArchives(folder / "kept")
        self._manifests = Manifests(storage)
        if wikics_sources is None:
            wikics_sources = [*([FolderSource(data_folder)] if data_folder else []), HttpSource()]
        self.wikics_sources = tuple(wikics_sources)

    def list(self) -> list[GraphSummary]:
        """Every graph that is here, WikiCS and the twin first, then by id."""
        return sorted(self._manifests.list(), key=lambda info: (_KINDS.index(info.kind), info.id))

    def list_damaged(self) -> Sequence[Damage]:
        """The manifests that cannot be read."""
        return self._manifests.list_damaged()

    def describe(self, graph_id: str) -> GraphSummary:
        """What is known of one graph that is here. Raises GraphNotFoundError."""
        if (info := self._manifests.read(graph_id)) is not None:
            return info
        here = ", ".join(info.id for info in self.list()) or "none yet"
        raise GraphNotFoundError(
            f"no graph {shorten(graph_id)!r}: there are {here} "
            f"(add one with: wikics graph --graph PATH; make the stand-in with: wikics graph --graph twin)"
        )

    def load(self, graph_id: str, on_progress: Progress | None = None) -> Graph:
        """A graph by its id; WikiCS is fetched and the twin made where they are not here yet.

        So they are where their file has changed since it was stored. Raises GraphNotFoundError, DownloadError, and
        ArchiveError for any other graph whose file has.
        """
        if graph_id == WIKICS_ID and self._manifests.find(WIKICS_ID) is None:
            self.fetch_wikics(on_progress)
        if is_twin(graph_id):
            self.make_twin(graph_id)
        info = self.describe(graph_id)
        try:
            return self._load_stored(info)
        except (ArchiveError, FileNotStoredError) as error:
            if graph_id != WIKICS_ID and not is_twin(graph_id):
                raise ArchiveError(
                    f"graph {graph_id!r} is not what was stored: {GRAPHS}{graph_id}/{ARCHIVE} in {HOME} has changed or "
                    "is damaged; delete its folder, then fetch, make or register the graph again"
                ) from error
        self.storage.delete(name_file(graph_id, MANIFEST))  # it can be had again, and is no graph until then
        return self._load_stored(self.fetch_wikics(on_progress) if graph_id == WIKICS_ID else self.make_twin(graph_id))

    def _load_stored(self, info: GraphSummary) -> Graph:
        """Raises ArchiveError where the archive is not that of the manifest, FileNotStoredError."""
        name = name_file(info.id, ARCHIVE)
        if isinstance(self.storage, SharedStorage) and _DIGEST.fullmatch(info.digest):
            return self._load_shared(info, name)
        with open_to_read(self.storage, name) as file:
            return _load_checked(file, info)

    def _load_shared(self, info: GraphSummary, name: str) -> Graph:
        """From this machine where it was loaded here before."""
        if kept := self._kept.open(info.digest):
            with kept:
                try:
                    return _load_checked(kept, info)
                except ArchiveError:  # damaged here: it is fetched anew
                    self._kept.forget(info.digest)
        content = self.storage.read(name)
        graph = _load_checked(io.BytesIO(content), info)
        self._kept.keep(info.digest, content)
        return graph

    def verify(self, graph_id: str, digest: str) -> None:
        """Raises ArchiveError unless the archive that is here has this digest; none is made or fetched for that."""
        self.describe(graph_id)
        name = name_file(graph_id, ARCHIVE)
        try:
            with open_to_read(self.storage, name) as file:
                found = compute_digest(load_arrays(file))
        except (ArchiveError, FileNotStoredError) as error:
            found = f"none ({error})"
        if found != digest:
            raise ArchiveError(
                f"{name} in {HOME} has the digest {found}: expected {digest}; delete its folder and fetch, make or "
                "register the graph again, or name its new digest"
            )

    def default_id(self, on_progress: Progress | None = None) -> str:
        """`wikics` where it can be had, else `twin`, which then says in its notices why.

        A failure is remembered: with the same sources WikiCS is tried again only by `fetch_wikics`.
        """
        if self._manifests.find(WIKICS_ID) is not None:
            return WIKICS_ID
        failure = self._manifests.read_failure()
        if failure is None or failure.sources != tuple(source.address for source in self.wikics_sources):
            try:
                return self.fetch_wikics(on_progress).id
            except DownloadError:
                pass  # remembered, and told by the twin's notice
            except UnavailableError:
                if self._manifests.find(TWIN_ID) is None:  # which a home that cannot be written to may have
                    raise
        return self.make_twin().id

    def fetch_wikics(self, on_progress: Progress | None = None) -> GraphSummary:
        """WikiCS from the first source that has it, or as it is when it is here. Raises DownloadError."""
        with self._lock(WIKICS_ID):
            if (info := self._manifests.find(WIKICS_ID)) is not None:
                return info
            try:
                fetched = fetch_wikics(self.wikics_sources, self.folder / WIKICS_ID / "download", on_progress)
            except DownloadError as error:
                failure = FetchFailure(str(error), tuple(source.address for source in self.wikics_sources))
                self.storage.write(name_file(WIKICS_ID, FAILURE), dump_json(asdict(failure)))
                raise
            info = self._store(fetched.arrays, fetched.origin)
            self.storage.delete(name_file(WIKICS_ID, FAILURE))
            fetched.clean_up()
            return info

    def make_twin(self, graph_id: str = TWIN_ID) -> GraphSummary:
        """The twin, or an older version of it, made unless it is here in its present recipe.

        Where it takes the place of an older one, that is made too, under its own id: runs were trained on it.
        """
        version = versions.TWINS[graph_id]

        def current() -> GraphSummary | None:
            info = self._manifests.find(graph_id)
            return info if info is not None and info.recipe == version else None

        if (info := current()) is not None:
            return info
        with self._lock(graph_id):
            if (info := current()) is not None:
                return info
            replaced = self._manifests.find(graph_id)
            if replaced is not None and (older := name_twin(graph_id, replaced.digest)) != graph_id:
                self.make_twin(older)
            arrays = twin.build_older_twin(graph_id) if is_older_twin(graph_id) else twin.build_twin_arrays()
            return self._store(arrays, twin.describe_twin(graph_id), recipe=version)

    def register(self, path: Path) -> str:
        """Takes a copy of the graph that lies at a path of this machine and returns its id; see `core.graph.formats`.

        The same arrays under the same name have the same id. Raises ArchiveError, StorageFullError.
        """
        return self._register(find_given(path))

    def register_sent(self, sent: Mapping[str, bytes]) -> str:
        """Takes a graph that was sent, its files by their names. Raises ArchiveError, ConflictError."""
        there_are = len(self._manifests.list_ids())
        if there_are >= MAX_SENT_GRAPHS:
            raise ConflictError(
                f"there are {there_are} graphs here, and no more are taken than {MAX_SENT_GRAPHS}: "
                f"delete some folders of {GRAPHS} in {HOME}"
            )
        return self._register(gather_sent(sent))

    def _register(self, given: Given) -> str:
        imported = read_given(given)
        digest = compute_digest(imported.arrays)
        word = re.sub(r"[^a-z0-9]+", "-", given.stem.lower()).strip("-")[:48].strip("-") or "graph"
        graph_id = f"{word}-{digest[:8]}"
        origin = GraphOrigin(graph_id, "archive", given.stem, imported.source, imported.notices)
        with self._lock(graph_id):
            if self._manifests.find(graph_id) is None:
                self._store(imported.arrays, origin, digest=digest)
        return graph_id

    def load_layout(
        self, graph: Graph, on_progress: Callable[[float], None] = lambda _fraction: None
    ) -> NDArray[np.float32]:
        """[N, 2] place of every article on the map, computed once and kept beside the graph's archive."""
        from core.graph.layout import LAYOUT_VERSION, compute_layout  # scipy.spatial would slow every start

        name = name_file(graph.id, f"layout-{graph.digest[:8]}-{LAYOUT_VERSION}.npy")
        with self._lock(f"{graph.id}.layout"):
            kept = self._read_layout(name, graph.num_nodes)
            if kept is not None:
                return kept
            layout = compute_layout(graph, on_progress)
            with open_to_write(self.storage, name) as file:
                np.save(file, layout)
            return layout

    def _read_layout(self, name: str, num_nodes: int) -> NDArray[np.float32] | None:
        """The layout that is kept; None where there is none, or it is damaged."""
        try:
            content = io.BytesIO(self.storage.read(name))
            header = read_header(content)
            if header != (np.dtype(np.float32), (num_nodes, 2)):
                return None
            kept: NDArray[np.float32] = np.load(io.BytesIO(content.getvalue()), allow_pickle=False)
        except (FileNotStoredError, *UNREADABLE):
            return None
        return kept if np.isfinite(kept).all() else None

    def _store(
        self, arrays: Arrays, origin: GraphOrigin, *, digest: str | None = None, recipe: int = 0
    ) -> GraphSummary:
        """Writes the archive, then the manifest."""
        graph = build_graph(arrays, origin, digest)
        is_new = self._manifests.find(origin.id) is None
        try:
            with open_to_write(self.storage, name_file(origin.id, ARCHIVE)) as file:
                write_archive(file, arrays)
            with open_to_read(self.storage, name_file(origin.id, ARCHIVE)) as file:
                fingerprint = compute_fingerprint(file)
            return self._manifests.write(graph, origin, fingerprint, recipe)
        except OSError:
            if is_new:
                with suppress(OSError):
                    # Nobody would find it; WikiCS leaves what it has fetched for the next time.
                    self.storage.delete(name_file(origin.id, ARCHIVE) if origin.id == WIKICS_ID else GRAPHS + origin.id)
            raise

    @contextmanager
    def _lock(self, graph_id: str) -> Iterator[None]:
        with disk_errors(self.folder / graph_id):
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except FileNotFoundError as error:  # as below /proc
                raise UnavailableError(
                    f"{HOME} cannot be made there: point {HOME} to a folder that this user may write to"
                ) from error
            lock = FileLock(self.folder / f".{graph_id}.lock").acquire()
        with lock:
            yield


def _load_checked(file: BinaryIO, info: GraphSummary) -> Graph:
    """The graph of an archive. Raises ArchiveError where that is not the one of the manifest."""
    if compute_fingerprint(file) != info.fingerprint:
        raise ArchiveError("its checksums differ")
    return build_graph(load_arrays(file), info.origin, info.digest)
