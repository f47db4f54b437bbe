"""`/graphs/{g}/map` and `/layout`: all articles at once, and how far their places are computed."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from core.app.explorer import Explorer
from core.app.graphs import LayoutProgress
from core.errors import ConflictError, NotFoundError
from core.http.answers import answer, gives
from core.http.errors import problems
from core.http.slow import once_loaded, once_placed, slowly
from core.inference.pictures import MapColumns


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of a graph's map."""
    router = APIRouter(prefix="/graphs/{g}", tags=["articles"], responses=problems(NotFoundError))
    loaded, placed = once_loaded(get_explorer), once_placed(get_explorer)

    @router.get("/map", responses=gives(MapColumns) | problems(ConflictError), dependencies=[loaded, placed])
    @slowly
    def read_map(g: str, run: str | None = None) -> Response:
        """Every article's place on the map, column by column."""
        return answer(get_explorer().articles.read_map(g, run=run))

    @router.get("/layout", responses=gives(LayoutProgress))
    def read_layout_progress(g: str) -> Response:
        """How far the places on the map are computed, which `/map` waits for the first time."""
        return answer(get_explorer().graphs.read_layout_progress(g))

    return router
