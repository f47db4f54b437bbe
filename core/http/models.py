"""`/models`: versions listed, made candidate or promoted through gates, rolled back, withdrawn."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from core.app.explorer import Explorer
from core.app.models import MAX_WHO, GateReport, Model, ModelList
from core.errors import ConflictError, ForbiddenError, NotFoundError, UnavailableError
from core.evaluation.gates import Limits
from core.http.access import guard
from core.http.answers import answer, gives
from core.http.errors import problems
from core.http.slow import slowly
from core.runs.versions import Alias

BY_HTTP = "HTTP"


class Change(BaseModel):
    """Of which graph an alias is changed, and who says so."""

    model_config = ConfigDict(extra="forbid")

    graph: str = Field(max_length=100, description="Id of the graph.")
    by: str = Field(BY_HTTP, max_length=MAX_WHO, description="Who does it, for the history.")


class Withdrawal(Change):
    """The alias that no version shall have."""

    alias: Alias


class Promotion(BaseModel):
    """What an alias is to point to, and what the gates allow."""

    model_config = ConfigDict(extra="forbid")

    run: str = Field(max_length=200, description="A run; with a graph also a version, `v3`, or an alias.")
    alias: Alias = "production"
    graph: str | None = Field(None, max_length=100, description="Id of the graph of a version or an alias.")
    drop: float = Field(Limits.drop, ge=0, le=1, description="How far validation accuracy may be below production's.")
    ece: float = Field(Limits.ece, ge=0, le=1, description="The calibration error that it may have.")
    by: str = Field(BY_HTTP, max_length=MAX_WHO, description="Who does it, for the history.")


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of models."""
    router = APIRouter(prefix="/models", tags=["models"])
    guarded = [guard(get_explorer)]
    changes = problems(ForbiddenError, NotFoundError, ConflictError, UnavailableError)

    @router.get("", responses=gives(ModelList) | problems(NotFoundError))
    @slowly
    def list_models(graph: str | None = None) -> Response:
        """All versions, or those of one graph, newest first, and every step of their histories."""
        return answer(get_explorer().models.list(graph))

    @router.get("/check", responses=gives(GateReport) | changes)
    @slowly
    def check_model(run: str, graph: str | None = None) -> Response:
        """Whether a run might be promoted to production now, gate by gate."""
        return answer(get_explorer().models.check(run, graph=graph))

    @router.post("/promote", dependencies=guarded, responses=gives(Model) | changes)
    @slowly
    def promote_model(wanted: Promotion) -> Response:
        """Makes a run's model the one in production, if every gate holds, or the candidate."""
        limits = Limits(wanted.drop, wanted.ece)
        models = get_explorer().models
        found = models.promote(wanted.run, alias=wanted.alias, graph=wanted.graph, limits=limits, who=wanted.by)
        return answer(found)

    @router.post("/rollback", dependencies=guarded, responses=gives(Model) | changes)
    def roll_back_model(wanted: Change) -> Response:
        """Puts the version that was in production before back there."""
        return answer(get_explorer().models.roll_back(wanted.graph, who=wanted.by))

    @router.post("/withdraw", dependencies=guarded, responses=gives(Model) | changes)
    def withdraw_alias(wanted: Withdrawal) -> Response:
        """Takes an alias away, so that no version has it."""
        return answer(get_explorer().models.withdraw(wanted.alias, wanted.graph, who=wanted.by))

    return router
