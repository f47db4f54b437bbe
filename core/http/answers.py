"""What answers have in common: how they are written, how a route declares them, and the lists that envelope them.

A route declares its answers by their schemas' names, and `core.http.schema` describes the schemas once somebody asks
for them. FastAPI's own `response_model` would take pydantic through all of them whenever the app starts (60 ms of 80),
and through every answer.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import Response

from core.app.places import Offer
from core.app.sweep_records import SweepRecord
from core.damage import Damage
from core.evaluation.leaderboard import BenchmarkSummary
from core.graph.manifests import GraphSummary
from core.inference.articles import ArticleHit, LinkedArticle
from core.runs.record import RunRecord

Responses = dict[int | str, dict[str, Any]]  # what a route may answer, by status, as FastAPI takes it
_PHRASES: Final = {
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
}


@dataclass(frozen=True)
class GraphList:
    """The graphs that are here, the default first."""

    graphs: list[GraphSummary]
    damaged: list[Damage]  # files in whose place there would be others


@dataclass(frozen=True)
class ArticleList:
    """Articles, best match first, and how many match."""

    articles: list[ArticleHit]
    total: int


@dataclass(frozen=True)
class LinkList:
    """Articles linked with one, best-linked first."""

    links: list[LinkedArticle]


@dataclass(frozen=True)
class RunList:
    """Runs, newest first."""

    runs: list[RunRecord]


@dataclass(frozen=True)
class BenchmarkList:
    """Benchmarks, best first."""

    benchmarks: list[BenchmarkSummary]
    damaged: list[Damage]  # files in whose place there would be others, of whatever graph


@dataclass(frozen=True)
class SweepList:
    """Sweeps, newest first."""

    sweeps: list[SweepRecord]
    damaged: list[Damage]  # files in whose place there would be others


@dataclass(frozen=True)
class Confirmed:
    """The benchmarks that were started, by id, that of the best config first."""

    benchmarks: list[str]


@dataclass(frozen=True)
class DeletedReport:
    """The report that is gone, by id; its runs stay."""

    deleted: str


@dataclass(frozen=True)
class BackendList:
    """Backends, the default first."""

    backends: list[Offer]


def answer(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Compact JSON of dataclasses, arrays and plain values; NaN becomes null."""
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, status_code=status, headers=headers, media_type="application/json")


def name_status(status: int) -> str:
    """The phrase of a status, the same whatever Python runs this: 3.13 calls some otherwise."""
    return _PHRASES.get(status, HTTPStatus(status).phrase)


def gives(model: type, status: int = 200) -> Responses:
    """The `responses` of a route that answers this."""
    return {status: refer_to(model, name_status(status))}


def refer_to(model: type, description: str, *, media_type: str = "application/json") -> dict[str, Any]:
    """One response whose schema has the model's name."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": description, "content": {media_type: {"schema": schema}}}
