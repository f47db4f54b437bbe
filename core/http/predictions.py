"""`/runs/{r}/predict`: what a run says of articles."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from core.app.explorer import Explorer
from core.errors import ConflictError, InvalidInputError, NotFoundError
from core.http.answers import answer, gives
from core.http.errors import problems
from core.inference.articles import PredictionAnswer


class ArticlesToPredict(BaseModel):
    """Which articles to predict: indices or titles; without them every article."""

    model_config = ConfigDict(extra="forbid")

    articles: list[int | str] | None = Field(None, max_length=100_000)


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of predictions."""
    router = APIRouter(tags=["predictions"])

    @router.post(
        "/runs/{r}/predict",
        responses=gives(PredictionAnswer) | problems(NotFoundError, ConflictError, InvalidInputError),
    )
    def predict_articles(r: str, wanted: ArticlesToPredict) -> Response:
        """Calibrated probabilities of every category for the articles."""
        return answer(get_explorer().predictions.predict(r, wanted.articles))

    return router
