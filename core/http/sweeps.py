"""`/sweeps`: begun from a sweep.yaml, listed, read, paused, gone on with, stopped, narrowed, their best confirmed."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from core.app.explorer import Explorer
from core.app.sweep_records import SweepDetails, SweepRecord
from core.app.sweeps import MOST_CONFIRMED
from core.config.sweep.read import MAX_BYTES
from core.config.sweep.spec import Range
from core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, StorageFullError
from core.http.access import guard
from core.http.answers import Confirmed, SweepList, answer, gives
from core.http.errors import problems
from core.http.slow import slowly

MOST_SHOWN = 3


class NewSweep(BaseModel):
    """What to try: W&B's sweep.yaml as a text, and what all its runs have."""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(max_length=MAX_BYTES, description="The text of a sweep.yaml.")
    preset: str | None = Field(None, description="Preset of runs whose file names none; without it gcn.")
    graph: str | None = Field(None, description="Id of the graph; without it the file's, else the default graph.")
    config: dict[str, Any] = Field(default_factory=dict, description="Config fields of all its runs.")
    trials: int | None = Field(None, description="The most trials, instead of the file's run_cap.")


class NarrowedRange(BaseModel):
    """From what a parameter is drawn from now on: numbers within bounds, or some of its values."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(max_length=100)
    low: float | None = None
    high: float | None = None
    values: list[str | int | float | bool] | None = Field(None, max_length=1_000)


class Confirmation(BaseModel):
    """How many of the best configs are benchmarked."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(MOST_SHOWN, ge=1, le=MOST_CONFIRMED)


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of sweeps. A sweep is named by id, by a unique prefix, by its name or as `latest`."""
    router = APIRouter(prefix="/sweeps", tags=["sweeps"])
    guarded = [guard(get_explorer)]

    @router.get("", responses=gives(SweepList))
    @slowly
    def list_sweeps(graph: str | None = None) -> Response:
        """All sweeps, or those of one graph, newest first."""
        sweeps = get_explorer().sweeps
        return answer(SweepList(sweeps.list(graph), list(sweeps.list_damaged())))

    @router.post(
        "",
        status_code=201,
        dependencies=guarded,
        responses=gives(SweepRecord, 201)
        | problems(ForbiddenError, NotFoundError, InvalidInputError, ConflictError, StorageFullError),
    )
    @slowly
    def submit_sweep(new: NewSweep) -> Response:
        """Begins a sweep and answers at once."""
        sweeps = get_explorer().sweeps
        record = sweeps.submit(new.file, preset=new.preset, graph=new.graph, overrides=new.config, trials=new.trials)
        return answer(record, status=201)

    @router.get("/{s}", responses=gives(SweepDetails) | problems(NotFoundError))
    @slowly
    def read_sweep(s: str) -> Response:
        """One sweep with its trials, the best of them, and its file."""
        return answer(get_explorer().sweeps.read_details(s))

    _add_changes(router, get_explorer)
    return router


def _add_changes(router: APIRouter, get_explorer: Callable[[], Explorer]) -> None:
    """The routes that change a sweep."""
    guarded, changes = [guard(get_explorer)], problems(ForbiddenError, NotFoundError, ConflictError)

    @router.post("/{s}/pause", status_code=202, dependencies=guarded, responses=gives(SweepRecord, 202) | changes)
    def pause_sweep(s: str) -> Response:
        """Begins no trial any more; those that train go on to their end."""
        return answer(get_explorer().sweeps.pause(s), status=202)

    @router.post("/{s}/resume", status_code=202, dependencies=guarded, responses=gives(SweepRecord, 202) | changes)
    def resume_sweep(s: str) -> Response:
        """Goes on with a sweep that was paused or stopped, failed, or whose process is gone."""
        return answer(get_explorer().sweeps.resume(s), status=202)

    @router.post("/{s}/stop", status_code=202, dependencies=guarded, responses=gives(SweepRecord, 202) | changes)
    def stop_sweep(s: str) -> Response:
        """Begins no trial any more, and stops those that train."""
        return answer(get_explorer().sweeps.stop(s), status=202)

    @router.post(
        "/{s}/narrow",
        dependencies=guarded,
        responses=gives(SweepDetails) | changes | problems(InvalidInputError),
    )
    @slowly
    def narrow_sweep(s: str, wanted: NarrowedRange) -> Response:
        """Draws a parameter's next values from a part of what it had; earlier trials stay what is known."""
        values = None if wanted.values is None else tuple(wanted.values)
        found = get_explorer().sweeps.narrow(s, Range(wanted.field, wanted.low, wanted.high, values))
        return answer(found)

    @router.post(
        "/{s}/confirm",
        status_code=202,
        dependencies=guarded,
        responses=gives(Confirmed, 202) | changes | problems(InvalidInputError),
    )
    @slowly
    def confirm_sweep(s: str, wanted: Confirmation | None = None) -> Response:
        """Benchmarks the configs of the best trials on every split of the graph."""
        count = wanted.count if wanted else MOST_SHOWN
        return answer(Confirmed(list(get_explorer().sweeps.confirm(s, count=count))), status=202)
