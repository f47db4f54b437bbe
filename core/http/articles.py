"""`/graphs/{g}/articles` and `/paths`: articles found, read and walked."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from core.app.explorer import Explorer
from core.errors import ConflictError, InvalidInputError, NotFoundError
from core.graph.paths import Paths
from core.http.answers import ArticleList, LinkList, answer, gives
from core.http.errors import problems
from core.http.slow import once_indexed, once_loaded, slowly
from core.inference.articles import ArticleCard
from core.inference.pictures import Rings


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of articles. Those that take a `run` show what it predicts."""
    router = APIRouter(prefix="/graphs/{g}", tags=["articles"], responses=problems(NotFoundError))
    loaded, indexed = once_loaded(get_explorer), once_indexed(get_explorer)

    @router.get("/articles", responses=gives(ArticleList) | problems(InvalidInputError), dependencies=[loaded, indexed])
    def search_articles(g: str, q: str = "", limit: Annotated[int, Query(ge=1, le=100)] = 8) -> Response:
        """Articles whose titles match `q`, best first."""
        return answer(ArticleList(*get_explorer().articles.find(g, q, limit=limit)))

    # First, since the way to one article takes all that follows: a title may hold a slash.
    @router.get(
        "/articles/{i:path}/neighbourhood",
        responses=gives(Rings) | problems(InvalidInputError, ConflictError),
        dependencies=[loaded],
    )
    @slowly
    def read_neighbourhood(
        g: str,
        i: int | str,
        hops: Annotated[int, Query(ge=1, le=3)] = 2,
        limit: Annotated[int, Query(ge=1, le=300)] = 300,
        run: str | None = None,
    ) -> Response:
        """The rings around one article, and the links among what is shown."""
        return answer(get_explorer().articles.read_neighbourhood(g, i, hops=hops, limit=limit, run=run))

    @router.get(
        "/articles/{i:path}/links",
        responses=gives(LinkList) | problems(InvalidInputError, ConflictError),
        dependencies=[loaded],
    )
    @slowly
    def list_links(g: str, i: int | str, run: str | None = None) -> Response:
        """Every article that one links to or is linked from, best-linked first."""
        return answer(LinkList(get_explorer().articles.list_links(g, i, run=run)))

    @router.get(
        "/articles/{i:path}",
        responses=gives(ArticleCard) | problems(InvalidInputError, ConflictError),
        dependencies=[loaded],
    )
    def read_article(g: str, i: int | str, run: str | None = None) -> Response:
        """One article, named by index or title, with what a run predicts of it."""
        return answer(get_explorer().articles.read(g, i, run=run))

    @router.get("/paths", responses=gives(Paths) | problems(InvalidInputError), dependencies=[loaded])
    @slowly
    def find_paths(g: str, source: str, target: str, directed: bool = False) -> Response:
        """All shortest paths between two articles, named by index or title."""
        return answer(get_explorer().articles.find_paths(g, source, target, directed=directed))

    return router
