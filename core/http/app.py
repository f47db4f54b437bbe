"""The app to mount at `/api`: every noun's routes, errors as problem documents, and what describes them."""

from collections.abc import Callable
from functools import cache, partial

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi_offline import FastAPIOffline

from core.app.explorer import Explorer
from core.http import articles, backends, benchmarks, graphs, maps, models, predictions, reports, runs, sweeps
from core.http.boundary import Boundary
from core.http.errors import ANY_PROBLEM, answer_problems
from core.http.schema import describe_api


def build_api(get_explorer: Callable[[], Explorer]) -> FastAPI:
    """The app to mount at `/api`. `get_explorer` is called on each request, so that importing costs nothing."""
    app: FastAPI = FastAPIOffline(
        title="WikiCS Explorer",
        description="Train, watch and query graph neural networks.",
        docs_url="/docs",
        redoc_url=None,
        responses=ANY_PROBLEM,
        generate_unique_id_function=lambda route: route.name,
    )
    answer_problems(app)
    app.add_middleware(Boundary)
    app.add_middleware(GZipMiddleware, minimum_size=2_000, compresslevel=4)
    for noun in (graphs, articles, maps, runs, models, reports, predictions, benchmarks, sweeps, backends):
        app.include_router(noun.build_routes(get_explorer))
    app.openapi = cache(partial(describe_api, app))  # type: ignore[method-assign]
    return app
