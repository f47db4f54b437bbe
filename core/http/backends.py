"""`/backends`: where runs can execute."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from core.app.explorer import Explorer
from core.http.answers import BackendList, answer, gives


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of backends."""
    router = APIRouter(tags=["backends"])

    @router.get("/backends", responses=gives(BackendList))
    def list_backends() -> Response:
        """Where runs can execute, the default first, and what each place still lacks."""
        return answer(BackendList(get_explorer().places.list_offers()))

    return router
