"""Errors as RFC 9457 problem documents: which error has which status, and what a route may answer of them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NotRequired

import fastapi_problem.error
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_problem.handler import new_exception_handler
from starlette.exceptions import HTTPException
from typing_extensions import TypedDict

from core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    StorageFullError,
    UnavailableError,
    WikicsError,
)
from core.http.answers import Responses, refer_to

PROBLEM_TYPE: Final = "application/problem+json"
STATUS_OF: Final[Mapping[type[WikicsError], int]] = {
    NotFoundError: 404,
    InvalidInputError: 422,
    ForbiddenError: 403,
    ConflictError: 409,
    StorageFullError: 507,
    UnavailableError: 503,
}


class Problem(TypedDict):
    """Why there is no answer, as RFC 9457 has it."""

    type: str  # a short name for programs, such as run-not-found
    title: str
    status: int
    detail: NotRequired[str | None]  # a sentence for a person
    errors: NotRequired[list[dict[str, Any]]]  # where a request does not fit: which parts of it, and why


# For the app as a whole: whatever else goes wrong is said this way too.
ANY_PROBLEM: Final[Responses] = {"default": refer_to(Problem, "Any other error", media_type=PROBLEM_TYPE)}


def problems(*kinds: type[WikicsError]) -> Responses:
    """The `responses` of a route that may raise these errors."""
    statuses = sorted(STATUS_OF[kind] for kind in kinds)
    return {status: refer_to(Problem, HTTPStatus(status).phrase, media_type=PROBLEM_TYPE) for status in statuses}


def answer_problems(app: FastAPI) -> None:
    """Makes `app` answer every error as a problem document."""
    to_response = new_exception_handler()
    for kind in (Exception, fastapi_problem.error.Problem, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, to_response)
    # By class and its leaves; the library's own table of handlers knows exact classes alone.
    app.add_exception_handler(WikicsError, lambda request, error: to_response(request, _build_problem(error)))


def _build_problem(error: Exception) -> fastapi_problem.error.Problem:
    status = next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), 500)
    name = type(error).__name__.removesuffix("Error")
    title = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip().capitalize()
    return fastapi_problem.error.Problem(
        title=title, type_=title.lower().replace(" ", "-"), detail=str(error), status=status
    )
