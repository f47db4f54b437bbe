"""`/graphs`: which graphs there are, and what one is."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from core.app.explorer import Explorer
from core.app.graphs import GraphDescription
from core.errors import NotFoundError
from core.http.answers import GraphList, answer, gives
from core.http.errors import problems
from core.http.slow import once_loaded, slowly


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of graphs."""
    router = APIRouter(tags=["graphs"])

    @router.get("/graphs", responses=gives(GraphList))
    def list_graphs() -> Response:
        """The graphs that are here, and the files of those that cannot be read."""
        graphs = get_explorer().graphs
        return answer(GraphList(graphs.list(), list(graphs.list_damaged())))

    @router.get(
        "/graphs/{g}",
        responses=gives(GraphDescription) | problems(NotFoundError),
        dependencies=[once_loaded(get_explorer)],
    )
    @slowly
    def describe_graph(g: str) -> Response:
        """One graph and its statistics."""
        return answer(get_explorer().graphs.describe(g))

    return router
