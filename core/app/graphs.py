"""Graphs: which there are, what one is, how the default one comes to be."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.app.guests import Guests
from core.app.once import Once
from core.damage import Damage
from core.errors import WikicsError
from core.graph.graph import Graph
from core.graph.ids import WIKICS_ID
from core.graph.library import GraphLibrary
from core.graph.manifests import GraphSummary
from core.graph.statistics import GraphStatistics, compute_statistics
from core.graph.twin.versions import is_twin
from core.graph.wikics import DownloadProgress

MAX_GRAPHS_IN_MEMORY: Final = 3


@dataclass(frozen=True)
class GraphDescription:
    """One graph, its notices and its statistics."""

    graph: GraphSummary
    statistics: GraphStatistics


@dataclass(frozen=True)
class Readiness:
    """Whether the default graph is loaded, and if not, how far it is (a fraction)."""

    ready: bool
    message: str
    fraction: float = 0.0
    failed: bool = field(default=False, compare=False)  # the message is a reason, and nothing goes on by itself


@dataclass(frozen=True)
class LayoutProgress:
    """How far the first layout of a graph is: computed once, then kept. `fraction` is 1 once the places are known."""

    num_articles: int
    fraction: float


class Graphs:
    """The graphs of a library, those read last in memory. May be used from any thread."""

    def __init__(self, library: GraphLibrary, *, guests: Guests | None = None) -> None:
        self._library, self._guests = library, guests or Guests()
        self._readiness = Readiness(ready=False, message="Looking for a graph")
        self._loaded = Once(library.load, keep=MAX_GRAPHS_IN_MEMORY)
        self._statistics = Once(lambda id_: compute_statistics(self.load(id_)), keep=MAX_GRAPHS_IN_MEMORY)
        self._layouts = Once(self._compute_layout, keep=MAX_GRAPHS_IN_MEMORY, is_long=True)
        self._laid_out: dict[str, float] = {}  # fraction of a graph's layout

    def prepare(self) -> None:
        """Fetches or makes the default graph and reads it, so that the first visitor need not wait."""
        try:
            self.load(self._library.default_id(self._note_progress))
        except WikicsError as error:
            self._readiness = Readiness(ready=False, message=str(error), failed=True)
            return
        except OSError as error:
            message = f"no graph can be loaded: {error.strerror or error}"
            self._readiness = Readiness(ready=False, message=message, failed=True)
            return
        self._readiness = Readiness(ready=True, message="ready", fraction=1.0)

    def readiness(self) -> Readiness:
        """Whether `prepare` is done."""
        return self._readiness

    def list(self) -> list[GraphSummary]:
        """The graphs that are here, the default first."""
        return self._library.list()

    def list_damaged(self) -> Sequence[Damage]:
        """The graphs that cannot be listed, since what is kept of them is damaged."""
        return self._library.list_damaged()

    def default_id(self) -> str:
        """`wikics` where it is or can be had, else `twin`."""
        return self._library.default_id()

    def exists(self, graph_id: str) -> bool:
        """Whether this is the id of a graph that is here, or that can be fetched or made."""
        return graph_id == WIKICS_ID or is_twin(graph_id) or graph_id in {graph.id for graph in self.list()}

    def load(self, graph_id: str | None = None) -> Graph:
        """One graph, or the default one, from memory if it was read before. Raises GraphNotFoundError."""
        return self._loaded.get(graph_id or self.default_id())

    def start_loading(self, graph_id: str) -> Future[Graph]:
        """As `load`, to be waited for."""
        return self._loaded.start(graph_id)

    def is_loaded(self, graph_id: str) -> bool:
        """Whether a graph is in memory."""
        return self._loaded.has(graph_id)

    def check_exists(self, graph_id: str) -> None:
        """Raises GraphNotFoundError unless this graph is here, or can be fetched or made."""
        if graph_id != WIKICS_ID and not is_twin(graph_id):
            self._library.describe(graph_id)

    def read_summary(self, graph_id: str) -> GraphSummary:
        """What is known of a graph without loading its arrays. Raises GraphNotFoundError."""
        return self._library.describe(graph_id)

    def verify(self, graph_id: str, digest: str) -> None:
        """Raises ArchiveError, which names both, unless what is stored of a graph that is here has this digest."""
        self._library.verify(graph_id, digest)

    def describe(self, graph_id: str | None = None) -> GraphDescription:
        """What there is to say of a graph as a whole."""
        graph = self.load(graph_id)
        return GraphDescription(self._library.describe(graph.id), self._statistics.get(graph.id))

    def load_layout(self, graph_id: str) -> NDArray[np.float32]:
        """[N, 2] place of every article on the map."""
        return self._layouts.get(graph_id)

    def start_layout(self, graph_id: str) -> Future[NDArray[np.float32]]:
        """As `load_layout`, to be waited for: one graph's is computed at a time."""
        return self._layouts.start(graph_id)

    def read_layout_progress(self, graph_id: str) -> LayoutProgress:
        """How far `load_layout` is with a graph, 0 where nobody has asked for it. Raises GraphNotFoundError."""
        return LayoutProgress(self.read_summary(graph_id).num_nodes, self._laid_out.get(graph_id, 0.0))

    def register(self, path: Path) -> str:
        """Takes the graph at a path, of any format that is read, into the library and returns its id.

        Raises ArchiveError.
        """
        return self._library.register(path)

    def register_upload(self, sent: Mapping[str, bytes]) -> str:
        """Takes a graph that a visitor sent, its files by their names, and returns its id. Raises ArchiveError."""
        self._guests.check_trusted("a graph of your own")
        return self._library.register_sent(sent)

    def fetch_wikics(self) -> None:
        """Tries to fetch WikiCS once more. Raises DownloadError with the reason."""
        self._guests.check_trusted("fetching WikiCS")
        self._library.fetch_wikics(self._note_progress)

    def _compute_layout(self, graph_id: str) -> NDArray[np.float32]:
        def note(fraction: float) -> None:
            self._laid_out[graph_id] = fraction

        layout = self._library.load_layout(self.load(graph_id), note)
        note(1.0)
        return layout

    def _note_progress(self, progress: DownloadProgress) -> None:
        done, total = progress.done_bytes, progress.total_bytes
        size = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else f"{done / 1e6:.0f} MB"
        self._readiness = Readiness(
            ready=False, message=f"Fetching WikiCS: {progress.name}, {size}", fraction=done / total if total else 0.0
        )
