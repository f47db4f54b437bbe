"""`/runs/{r}/predict`: what a run says of articles."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from core.app.explorer import Explorer
from core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from core.http.access import refuse_foreign
from core.http.answers import answer, gives
from core.http.errors import problems
from core.http.slow import slowly
from core.inference.articles import PredictionAnswer

MAX_PROBABILITIES: Final = 5_000_000  # in one answer, of some 30 bytes each


class ArticlesToPredict(BaseModel):
    """Which articles to predict: indices or titles; without them every article."""

    model_config = ConfigDict(extra="forbid")

    articles: list[int | str] | None = Field(None, max_length=100_000)


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of predictions."""
    router = APIRouter(tags=["predictions"])

    @router.post(
        "/runs/{r}/predict",
        dependencies=[Depends(refuse_foreign)],
        responses=gives(PredictionAnswer) | problems(ForbiddenError, NotFoundError, ConflictError, InvalidInputError),
    )
    @slowly
    def predict_articles(r: str, wanted: ArticlesToPredict) -> Response:
        """Calibrated probabilities of every category for the articles."""
        return answer(get_explorer().predictions.predict(r, wanted.articles, limit=MAX_PROBABILITIES))

    return router
