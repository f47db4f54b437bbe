"""Articles: found by title, read one by one, walked from one to the next, and all of them as a map."""

from collections.abc import Iterable
from concurrent.futures import Future
from typing import Final

import numpy as np

from core.app.graphs import Graphs
from core.app.once import Once
from core.app.predictions import Predictions
from core.graph.neighbourhood import compute_neighbourhood
from core.graph.paths import Paths, compute_paths
from core.graph.search import TitleIndex
from core.inference.articles import (
    ArticleCard,
    ArticleHit,
    LinkedArticle,
    build_card,
    build_errors,
    build_hit,
    build_linked,
)
from core.inference.pictures import MapColumns, Rings, build_map, build_rings

MAX_INDEXES_IN_MEMORY: Final = 3


class Articles:
    """The articles of all graphs, with what a run predicts of them where one is named.

    Methods that take a `run` (an id, a unique prefix or `latest`) raise RunNotFoundError, and ConflictError when it
    has no predictions or was trained on another graph. May be used from any thread.
    """

    def __init__(self, graphs: Graphs, predictions: Predictions) -> None:
        self._graphs, self._predictions = graphs, predictions
        self._indexes = Once(self._build_title_index, keep=MAX_INDEXES_IN_MEMORY)

    def search(self, graph_id: str, query: str, *, limit: int = 8) -> list[ArticleHit]:
        """Articles whose titles match, best first: those that the query names elsewhere too come before all others."""
        return self.find(graph_id, query, limit=limit)[0]

    def find(self, graph_id: str, query: str, *, limit: int = 8) -> tuple[list[ArticleHit], int]:
        """As `search`, with how many titles match."""
        graph = self._graphs.load(graph_id)
        named = set(graph.names.find(query)) if query.strip() else set()
        found, total = self._indexes.get(graph.id).find(query, limit=limit)
        first = [index for index in found if index in named] + sorted(named.difference(found))
        ordered = [*first, *(index for index in found if index not in named)][:limit]
        return [build_hit(graph, index) for index in ordered], max(total, len(first))

    def start_indexing(self, graph_id: str) -> Future[TitleIndex]:
        """Builds what `find` looks titles up in; to be waited for."""
        return self._indexes.start(graph_id)

    def check_run(self, graph_id: str, run: str | None) -> None:
        """Raises RunNotFoundError or ConflictError unless there is no run, or one that has predictions of the graph."""
        self._predictions.of(self._graphs.load(graph_id), run)

    def suggest(self, graph_id: str, *, limit: int = 12) -> tuple[list[ArticleHit], int]:
        """The best-linked article of each category, where a walk may begin, and of how many there is one."""
        graph = self._graphs.load(graph_id)
        present = np.unique(graph.y[graph.y >= 0]).tolist()
        best = [int(np.argmax(np.where(graph.y == category, graph.degree, -1))) for category in present]
        best.sort(key=lambda index: -int(graph.degree[index]))
        return [build_hit(graph, index) for index in best[:limit]], len(best)

    def list_hits(self, graph_id: str, articles: Iterable[int]) -> list[ArticleHit]:
        """These articles as lines of a list, in this order. Raises ArticleNotFoundError."""
        graph = self._graphs.load(graph_id)
        return [build_hit(graph, graph.index_of(index)) for index in articles]

    def list_errors(self, graph_id: str, *, run: str, limit: int = 8) -> list[ArticleCard]:
        """The articles of which a run is wrong and most sure, the surest first."""
        graph = self._graphs.load(graph_id)
        split, predictions, _ = self._predictions.of(graph, run)
        return build_errors(graph, split=split, predictions=predictions, limit=limit)

    def read(self, graph_id: str, article: int | str, *, run: str | None = None) -> ArticleCard:
        """One article. Raises ArticleNotFoundError."""
        graph = self._graphs.load(graph_id)
        view, index = self._predictions.of(graph, run), graph.index_of(article)
        self._predictions.note(view, index)
        return build_card(graph, index, split=view.split, predictions=view.predictions)

    def list_words(self, graph_id: str, article: int | str) -> list[str]:
        """All words of an article, of which its card has the first. Raises ArticleNotFoundError."""
        graph = self._graphs.load(graph_id)
        index = graph.index_of(article)
        return graph.tokens.of(index) if graph.tokens else []

    def read_neighbourhood(
        self, graph_id: str, article: int | str, *, hops: int = 2, limit: int = 300, run: str | None = None
    ) -> Rings:
        """The rings around an article. Raises ArticleNotFoundError."""
        graph = self._graphs.load(graph_id)
        found = compute_neighbourhood(graph, graph.index_of(article), hops=hops, limit=limit)
        return build_rings(graph, found, self._predictions.of(graph, run).predictions)

    def list_links(self, graph_id: str, article: int | str, *, run: str | None = None) -> list[LinkedArticle]:
        """Every article linked with one, with the links' direction. Raises ArticleNotFoundError."""
        graph = self._graphs.load(graph_id)
        return build_linked(graph, graph.index_of(article), self._predictions.of(graph, run).predictions)

    def find_paths(self, graph_id: str, source: int | str, target: int | str, *, directed: bool = False) -> Paths:
        """All shortest paths between two articles. Raises ArticleNotFoundError."""
        graph = self._graphs.load(graph_id)
        return compute_paths(graph, graph.index_of(source), graph.index_of(target), directed=directed)

    def read_map(self, graph_id: str, *, run: str | None = None) -> MapColumns:
        """Everything that the map draws, column by column, N values each."""
        graph = self._graphs.load(graph_id)
        split, predictions, _ = self._predictions.of(graph, run)
        return build_map(graph, self._graphs.load_layout(graph.id), split=split, predictions=predictions)

    def _build_title_index(self, graph_id: str) -> TitleIndex:
        graph = self._graphs.load(graph_id)
        return TitleIndex(graph.titles, weights=graph.degree)
