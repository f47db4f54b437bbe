"""What `/openapi.json` says: the routes as FastAPI describes them, and the schemas that they name."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from core.app.compared import RunComparison
from core.app.graphs import GraphDescription, LayoutProgress
from core.app.models import GateReport, Model, ModelList
from core.app.reports import ReportDetails, ReportList
from core.app.sweep_records import SweepDetails, SweepRecord
from core.app.ticks import MetricsTick
from core.evaluation.leaderboard import BenchmarkDifference, BenchmarkSummary
from core.graph.paths import Paths
from core.http.answers import (
    ArticleList,
    BackendList,
    BenchmarkList,
    Confirmed,
    DeletedReport,
    GraphList,
    LinkList,
    RunList,
    SweepList,
)
from core.http.errors import Problem
from core.inference.articles import ArticleCard, PredictionAnswer
from core.inference.pictures import MapColumns, Rings
from core.runs.details import RunDetails
from core.runs.histograms import HistogramHistory
from core.runs.record import RunRecord

# Dataclasses that routes answer; those inside them are found.
ANSWERS: Final[tuple[type, ...]] = (
    *(GraphList, GraphDescription),
    *(ArticleList, ArticleCard, LinkList, Rings, Paths, MapColumns, LayoutProgress),
    *(RunList, RunRecord, RunDetails, RunComparison, MetricsTick, HistogramHistory, PredictionAnswer),
    BackendList,
    *(ModelList, Model, GateReport),
    *(ReportList, ReportDetails, DeletedReport),
    *(SweepList, SweepRecord, SweepDetails, Confirmed),
    *(BenchmarkList, BenchmarkSummary, BenchmarkDifference),
)


def describe_api(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the app's routes."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    described = TypeAdapter.json_schemas(
        [(model.__name__, "serialization", TypeAdapter(model)) for model in ANSWERS],
        ref_template="#/components/schemas/{model}",
    )[1]["$defs"]
    for schema in described.values():
        _require_all(schema)
    document["components"]["schemas"] |= described | {Problem.__name__: TypeAdapter(Problem).json_schema()}
    return document


def _require_all(schema: dict[str, Any]) -> None:
    """A field with a default may be left out by who asks, never by who answers."""
    schema["required"] = list(schema["properties"])
    for field in schema["properties"].values():
        field.pop("default", None)
