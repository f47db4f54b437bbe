"""The HTTP door: `/api` as a FastAPI app over one Explorer. Errors are RFC 9457 problem documents."""

import hmac
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi_offline import FastAPIOffline
from fastapi_problem.error import Problem
from fastapi_problem.handler import add_exception_handler, new_exception_handler
from pydantic import BaseModel, ConfigDict, Field

from core.app.explorer import Explorer
from core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    StorageFullError,
    UnavailableError,
    WikicsError,
)
from core.runs.metrics import Cursor

STATUS_OF: tuple[tuple[type[WikicsError], int], ...] = (
    (NotFoundError, 404),
    (InvalidInputError, 422),
    (ForbiddenError, 403),
    (ConflictError, 409),
    (StorageFullError, 507),
    (UnavailableError, 503),
)
MAX_CURSORS = 200


class NewRun(BaseModel):
    """What to train: a preset, and the config fields that differ from it."""

    model_config = ConfigDict(extra="forbid")

    preset: str = "gcn"
    graph: str | None = Field(None, description="Id of the graph; without it the default graph.")
    config: dict[str, Any] = Field(default_factory=dict, description="Config fields and their values.")


class ArticlesToPredict(BaseModel):
    """Which articles to predict: indices or titles; without them every article."""

    model_config = ConfigDict(extra="forbid")

    articles: list[int | str] | None = Field(None, max_length=100_000)


def build_api(get_explorer: Callable[[], Explorer]) -> FastAPI:
    """The app to mount at `/api`. `get_explorer` is called on each request, so that importing costs nothing."""
    app: FastAPI = FastAPIOffline(
        title="WikiCS Explorer",
        description="Train, watch and query graph neural networks.",
        docs_url="/docs",
        redoc_url=None,
    )
    to_response = new_exception_handler()
    add_exception_handler(app, to_response)
    # By class and its leaves; the library's own table of handlers knows exact classes alone.
    app.add_exception_handler(WikicsError, lambda request, error: to_response(request, _problem(error)))
    app.add_middleware(GZipMiddleware, minimum_size=2_000, compresslevel=4)

    def authorise(request: Request) -> None:
        _refuse_strangers(request, get_explorer())

    app.include_router(_graph_routes(get_explorer))
    app.include_router(_run_routes(get_explorer, authorise))
    app.include_router(_benchmark_routes(get_explorer))
    return app


def _problem(error: Exception) -> Problem:
    status = next((code for kind, code in STATUS_OF if isinstance(error, kind)), 500)
    name = type(error).__name__.removesuffix("Error")
    title = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip().capitalize()
    return Problem(title=title, type_=title.lower().replace(" ", "-"), detail=str(error), status=status)


def _refuse_strangers(request: Request, explorer: Explorer) -> None:
    """Raises ForbiddenError unless the request comes from this app's own pages, from a shell, or with the token."""
    settings = explorer.settings
    if settings.training == "off":
        raise ForbiddenError("training is switched off on this app: run your own copy to train")
    if settings.token is not None:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
        if hmac.compare_digest(sent, settings.token.get_secret_value().encode()):
            return
    if settings.training == "token":
        raise ForbiddenError("this app trains only for holders of its token: send it as 'Authorization: Bearer …'")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForbiddenError(
            f"a page of {origin} may not start or stop runs here: use this app's own pages or its token"
        )


def _json(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Compact JSON of dataclasses, arrays and plain values; NaN becomes null."""
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, status_code=status, headers=headers, media_type="application/json")


def _graph_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    router = APIRouter(tags=["graphs"])

    @router.get("/graphs")
    def list_graphs() -> Response:
        """The graphs that are here."""
        return _json({"graphs": get_explorer().graphs.list()})

    @router.get("/graphs/{g}")
    def describe_graph(g: str) -> Response:
        """One graph and its statistics."""
        return _json(get_explorer().graphs.describe(g))

    @router.get("/graphs/{g}/articles")
    def search_articles(g: str, q: str = "", limit: Annotated[int, Query(ge=1, le=100)] = 8) -> Response:
        """Articles whose titles match `q`, best first."""
        return _json({"articles": get_explorer().articles.search(g, q, limit=limit)})

    @router.get("/graphs/{g}/articles/{i}")
    def read_article(g: str, i: int, run: str | None = None) -> Response:
        """One article, with what a run predicts of it."""
        return _json(get_explorer().articles.read(g, i, run=run))

    @router.get("/graphs/{g}/articles/{i}/neighbourhood")
    def read_neighbourhood(
        g: str,
        i: int,
        hops: Annotated[int, Query(ge=1, le=3)] = 2,
        limit: Annotated[int, Query(ge=1, le=300)] = 300,
        run: str | None = None,
    ) -> Response:
        """The rings around one article, and the links among what is shown."""
        return _json(get_explorer().articles.read_neighbourhood(g, i, hops=hops, limit=limit, run=run))

    @router.get("/graphs/{g}/paths")
    def find_paths(g: str, source: str, target: str, directed: bool = False) -> Response:
        """All shortest paths between two articles, named by index or title."""
        return _json(get_explorer().articles.find_paths(g, source, target, directed=directed))

    @router.get("/graphs/{g}/map")
    def read_map(g: str, run: str | None = None) -> Response:
        """Every article's place on the map, column by column."""
        return _json(get_explorer().articles.read_map(g, run=run))

    return router


def _run_routes(get_explorer: Callable[[], Explorer], authorise: Callable[[Request], None]) -> APIRouter:
    router = APIRouter(tags=["runs"])
    guarded = [Depends(authorise)]

    @router.get("/runs")
    def list_runs(graph: str | None = None) -> Response:
        """All runs, newest first."""
        return _json({"runs": get_explorer().runs.list(graph)})

    @router.post("/runs", status_code=201, dependencies=guarded)
    def submit_run(new: NewRun) -> Response:
        """Queues a run and answers at once."""
        explorer = get_explorer()
        record = explorer.runs.submit(explorer.configs.build(new.preset, new.config, graph=new.graph))
        return _json(record, status=201, headers={"Location": f"/api/runs/{record.id}"})

    @router.get("/runs/{r}")
    def read_run(r: str) -> Response:
        """One run: its record, config and report."""
        return _json(get_explorer().runs.read_details(r))

    @router.post("/runs/{r}/stop", status_code=202, dependencies=guarded)
    def stop_run(r: str) -> Response:
        """Asks a run to stop after its epoch."""
        return _json(get_explorer().runs.stop(r), status=202)

    @router.post("/runs/{r}/resume", status_code=202, dependencies=guarded)
    def resume_run(r: str) -> Response:
        """Queues a run that ended early, to go on where it was."""
        return _json(get_explorer().runs.resume(r), status=202)

    @router.post("/runs/{r}/predict")
    def predict(r: str, wanted: ArticlesToPredict) -> Response:
        """Calibrated probabilities of every category for the articles."""
        return _json(get_explorer().predictions.predict(r, wanted.articles))

    @router.get("/metrics-since")
    def read_metrics(run: Annotated[list[str], Query(max_length=MAX_CURSORS)]) -> Response:
        """New rows of `metrics.csv`: each `run` is `ID:GENERATION:ROW`, the cursor of the last answer."""
        return _json(get_explorer().runs.read_metrics([parse_cursor(text) for text in run]))

    return router


def _benchmark_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    router = APIRouter(tags=["benchmarks"])

    @router.get("/benchmarks")
    def list_benchmarks(graph: str | None = None) -> Response:
        """All benchmarks, or those of one graph, best first; they are made by `wikics benchmark`."""
        return _json({"benchmarks": get_explorer().benchmarks.list(graph)})

    @router.get("/benchmarks/{b}")
    def read_benchmark(b: str) -> Response:
        """One benchmark with all its runs."""
        return _json(get_explorer().benchmarks.read(b))

    @router.get("/benchmarks/{b}/difference")
    def compare_benchmarks(b: str, to: str) -> Response:
        """How much better a benchmark is than another of its graph, on the splits and seeds that both have."""
        return _json(get_explorer().benchmarks.compare(b, to))

    return router


def parse_cursor(text: str) -> tuple[str, Cursor]:
    """`ID:GENERATION:ROW` as a run's id and a cursor. Raises InvalidInputError."""
    run_id, _, rest = text.partition(":")
    generation, _, row = (rest or "0:0").partition(":")
    if not run_id or not generation.isdecimal() or not row.isdecimal():
        raise InvalidInputError(
            f"run={text!r} is no cursor: expected ID:GENERATION:ROW, such as 20261123-142501-gcn-k3f:0:12"
        )
    return run_id, Cursor(int(generation), int(row))
