"""`/runs` and `/metrics-since`: runs started, listed, read, followed, stopped and resumed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from core.app.compared import RunComparison
from core.app.explorer import Explorer
from core.app.ticks import MetricsTick
from core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    StorageFullError,
    UnavailableError,
)
from core.graph.titles import parse_index, shorten
from core.http.access import guard
from core.http.answers import RunList, answer, gives
from core.http.errors import problems
from core.http.slow import slowly
from core.runs import files
from core.runs.details import RunDetails
from core.runs.environment import publish
from core.runs.histograms import HistogramHistory
from core.runs.labels import MAX_TAGS, LabelChanges
from core.runs.metrics import Cursor
from core.runs.record import RunRecord

MAX_CURSORS = 200
Record = TypeVar("Record", bound=RunRecord)


class NewRun(BaseModel):
    """What to train: a preset, and the config fields that differ from it."""

    model_config = ConfigDict(extra="forbid")

    preset: str = "gcn"
    graph: str | None = Field(None, description="Id of the graph; without it the default graph.")
    config: dict[str, Any] = Field(default_factory=dict, description="Config fields and their values.")
    backend: str | None = Field(None, description="Where it executes, by name; without it the default.")


class LongerRun(BaseModel):
    """What changes as a run goes on: its `epochs`, its `patience`."""

    model_config = ConfigDict(extra="forbid")

    config: dict[str, Any] = Field(default_factory=dict, description="Config fields and their values.")


class Fork(BaseModel):
    """Where a run is forked, and what changes from there on."""

    model_config = ConfigDict(extra="forbid")

    epoch: int | None = Field(None, ge=1, description="The kept epoch, without it too, or the last.")
    config: dict[str, Any] = Field(default_factory=dict, description="Config fields and their values.")


class Labelling(BaseModel):
    """What to write on a run instead of what is written there."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, description="Its name; an empty one takes it away.")
    tags: list[str] | None = Field(None, description="All its tags.", max_length=MAX_TAGS)
    notes: str | None = Field(None, description="Markdown.")
    starred: bool | None = None
    archived: bool | None = Field(None, description="Whether lists leave it out until it is asked for.")


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of runs. A run is named by id, by a unique prefix or as `latest`."""
    router = APIRouter(tags=["runs"])
    _add_reading(router, get_explorer)
    _add_changing(router, get_explorer, [guard(get_explorer)])
    _add_forking(router, get_explorer, [guard(get_explorer)])
    return router


def _add_reading(router: APIRouter, get_explorer: Callable[[], Explorer]) -> None:
    """What anybody may ask."""

    @router.get("/runs", responses=gives(RunList) | problems(InvalidInputError))
    def list_runs(graph: str | None = None, archived: bool = False, where: str = "") -> Response:
        """Runs, newest first: with `archived` also those that were put away, with `where` those of which it is true."""
        records = get_explorer().runs.list(graph, archived=archived, where=where)
        return answer(RunList([_publish(record) for record in records]))

    @router.get("/runs/compare", responses=gives(RunComparison) | problems(NotFoundError, InvalidInputError))
    @slowly
    def compare_runs(run: Annotated[list[str], Query()]) -> Response:
        """2 to 10 runs side by side; the articles and the difference are of the second against the first."""
        return answer(get_explorer().comparisons.compare(run))

    @router.get("/runs/{r}", responses=gives(RunDetails) | problems(NotFoundError))
    def read_run(r: str) -> Response:
        """One run: its record, config and report."""
        return answer(_publish(get_explorer().runs.read_details(r)))

    @router.get("/runs/{r}/histograms", responses=gives(HistogramHistory) | problems(NotFoundError, InvalidInputError))
    def read_histograms(r: str, tensor: str = "") -> Response:
        """How weights, gradients and logits were spread, every few epochs: of all tensors, or of the one named."""
        return answer(get_explorer().runs.read_histograms(r, tensor))

    @router.get("/metrics-since", responses=gives(MetricsTick) | problems(InvalidInputError))
    def read_metrics(run: Annotated[list[str], Query(max_length=MAX_CURSORS)]) -> Response:
        """New rows of `metrics.csv`: each `run` is `ID:GENERATION:ROW`, the cursor of the last answer."""
        return answer(get_explorer().runs.read_metrics([parse_cursor(text) for text in run]))


def _add_changing(router: APIRouter, get_explorer: Callable[[], Explorer], guarded: Sequence[Any]) -> None:
    """What may do who may train."""

    @router.post(
        "/runs",
        status_code=201,
        dependencies=guarded,
        responses=gives(RunRecord, 201)
        | problems(ForbiddenError, NotFoundError, InvalidInputError, StorageFullError, UnavailableError),
    )
    def submit_run(new: NewRun, request: Request) -> Response:
        """Queues a run and answers at once."""
        explorer = get_explorer()
        config = explorer.configs.build(new.preset, new.config, graph=new.graph)
        record = explorer.runs.submit(config, backend=new.backend)
        return answer(
            _publish(record), status=201, headers={"Location": f"{request.scope['root_path']}/runs/{record.id}"}
        )

    @router.patch(
        "/runs/{r}",
        dependencies=guarded,
        responses=gives(RunRecord) | problems(ForbiddenError, NotFoundError, InvalidInputError),
    )
    def label_run(r: str, changes: Labelling) -> Response:
        """Changes what is written on a run: name, tags, notes, star, archive. What is not named stays."""
        return answer(_publish(get_explorer().runs.label(r, LabelChanges(**changes.model_dump()))))

    @router.post(
        "/runs/{r}/stop",
        status_code=202,
        dependencies=guarded,
        responses=gives(RunRecord, 202) | problems(ForbiddenError, NotFoundError),
    )
    def stop_run(r: str) -> Response:
        """Asks a run to stop: after its epoch, or within one that takes long."""
        return answer(_publish(get_explorer().runs.stop(r)), status=202)

    @router.post(
        "/runs/{r}/resume",
        status_code=202,
        dependencies=guarded,
        responses=gives(RunRecord, 202) | problems(ForbiddenError, NotFoundError, ConflictError, InvalidInputError),
    )
    def resume_run(r: str, longer: LongerRun | None = None) -> Response:
        """Queues a run that ended, to go on where it was; a finished one with more epochs or patience."""
        return answer(_publish(get_explorer().runs.resume(r, longer.config if longer else None)), status=202)


def _add_forking(router: APIRouter, get_explorer: Callable[[], Explorer], guarded: Sequence[Any]) -> None:
    @router.post(
        "/runs/{r}/fork",
        status_code=201,
        dependencies=guarded,
        responses=gives(RunRecord, 201)
        | problems(ForbiddenError, NotFoundError, ConflictError, InvalidInputError, StorageFullError, UnavailableError),
    )
    def fork_run(r: str, fork: Fork, request: Request) -> Response:
        """Queues a run with the epochs of another up to one that has a checkpoint, and answers at once."""
        record = get_explorer().forks.fork(r, fork.config, epoch=fork.epoch)
        return answer(
            _publish(record), status=201, headers={"Location": f"{request.scope['root_path']}/runs/{record.id}"}
        )


def _publish(record: Record) -> Record:
    """The record as any visitor may see it, its folder as a job is named."""
    shown = replace(record, folder=files.RUNS + record.id, visitor="")
    return replace(shown, environment=publish(shown.environment)) if isinstance(shown, RunDetails) else shown


def parse_cursor(text: str) -> tuple[str, Cursor]:
    """`ID:GENERATION:ROW` as a run's id and a cursor. Raises InvalidInputError."""
    run_id, _, rest = text.partition(":")
    generation, _, row = (rest or "0:0").partition(":")
    numbers = [parse_index(part) for part in (generation, row)]
    if not run_id or None in numbers:
        raise InvalidInputError(
            f"run={shorten(text)!r} is no cursor: expected ID:GENERATION:ROW, such as 20261123-142501-gcn-k3f:0:12"
        )
    return run_id, Cursor(*(number or 0 for number in numbers))
