"""`/graphs/{g}/articles`, `/paths` and `/map`: articles found, read, walked, and all of them at once."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from core.app.explorer import Explorer
from core.errors import ConflictError, InvalidInputError, NotFoundError
from core.graph.paths import Paths
from core.http.answers import ArticleList, answer, gives
from core.http.errors import problems
from core.inference.articles import ArticleCard
from core.inference.pictures import MapColumns, Rings


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of articles. Those that take a `run` show what it predicts."""
    router = APIRouter(prefix="/graphs/{g}", tags=["articles"], responses=problems(NotFoundError))

    @router.get("/articles", responses=gives(ArticleList) | problems(InvalidInputError))
    def search_articles(g: str, q: str = "", limit: Annotated[int, Query(ge=1, le=100)] = 8) -> Response:
        """Articles whose titles match `q`, best first."""
        return answer(ArticleList(*get_explorer().articles.find(g, q, limit=limit)))

    @router.get("/articles/{i}", responses=gives(ArticleCard) | problems(InvalidInputError, ConflictError))
    def read_article(g: str, i: int, run: str | None = None) -> Response:
        """One article, with what a run predicts of it."""
        return answer(get_explorer().articles.read(g, i, run=run))

    @router.get("/articles/{i}/neighbourhood", responses=gives(Rings) | problems(InvalidInputError, ConflictError))
    def read_neighbourhood(
        g: str,
        i: int,
        hops: Annotated[int, Query(ge=1, le=3)] = 2,
        limit: Annotated[int, Query(ge=1, le=300)] = 300,
        run: str | None = None,
    ) -> Response:
        """The rings around one article, and the links among what is shown."""
        return answer(get_explorer().articles.read_neighbourhood(g, i, hops=hops, limit=limit, run=run))

    @router.get("/paths", responses=gives(Paths) | problems(InvalidInputError))
    def find_paths(g: str, source: str, target: str, directed: bool = False) -> Response:
        """All shortest paths between two articles, named by index or title."""
        return answer(get_explorer().articles.find_paths(g, source, target, directed=directed))

    @router.get("/map", responses=gives(MapColumns) | problems(ConflictError))
    def read_map(g: str, run: str | None = None) -> Response:
        """Every article's place on the map, column by column."""
        return answer(get_explorer().articles.read_map(g, run=run))

    return router
