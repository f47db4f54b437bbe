"""Errors as RFC 9457 problem documents: which error has which status, and what a route may answer of them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NotRequired

import fastapi_problem.error
import orjson
from fastapi import FastAPI, Request, Response
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
from core.graph.titles import shorten
from core.http.answers import Responses, name_status, refer_to

MAX_ECHOED_BYTES: Final = 200  # of what was sent, in each part that does not fit
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
    return {status: refer_to(Problem, name_status(status), media_type=PROBLEM_TYPE) for status in statuses}


def answer_problems(app: FastAPI) -> None:
    """Makes `app` answer every error as a problem document."""
    to_response = new_exception_handler()
    for kind in (Exception, fastapi_problem.error.Problem, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, to_response)
    # By class and its leaves; the library's own table of handlers knows exact classes alone.
    app.add_exception_handler(WikicsError, lambda request, error: to_response(request, _build_problem(error)))
    app.add_exception_handler(RequestValidationError, _say_what_does_not_fit)


def build_response(status: HTTPStatus, detail: str, **more: Any) -> Response:
    """A problem document of a status, with a sentence for a person."""
    title = name_status(status)
    content = {"type": f"http-{title.lower().replace(' ', '-')}", "title": title, "status": int(status)}
    return Response(orjson.dumps(content | {"detail": detail} | more), int(status), media_type=PROBLEM_TYPE)


def _say_what_does_not_fit(_request: Request, error: Exception) -> Response:
    """Which parts of a request do not fit: the first in a sentence, all of them for programs."""
    errors = [_plain(part) for part in error.errors()] if isinstance(error, RequestValidationError) else []
    place = " ".join(str(part) for part in errors[0]["loc"]) if errors else "the request"
    detail = f"{shorten(place)} does not fit: {errors[0]['msg'] if errors else error}"
    kind = {"type": "request-validation-failed", "title": "Request validation error."}
    return build_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, **kind, errors=errors)


def _plain(part: Mapping[str, Any]) -> dict[str, Any]:
    """One part as JSON; what was sent comes back where it is short."""
    loc = [shorten(step) if isinstance(step, str) else step for step in part["loc"]]
    plain = {"type": part["type"], "loc": loc, "msg": part["msg"]}
    for key in ("input", "ctx"):
        try:
            if key in part and len(orjson.dumps(part[key])) <= MAX_ECHOED_BYTES:
                plain[key] = part[key]
        except TypeError:  # what JSON cannot say
            continue
    return plain


def _build_problem(error: Exception) -> fastapi_problem.error.Problem:
    status = next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), 500)
    name = type(error).__name__.removesuffix("Error")
    title = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip().capitalize()
    return fastapi_problem.error.Problem(
        title=title, type_=title.lower().replace(" ", "-"), detail=str(error), status=status
    )
