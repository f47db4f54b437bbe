"""The boundary of `/api`: what comes in is bounded and read strictly, and whatever goes wrong is a problem document."""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.http.answers import name_status
from core.http.errors import build_response

MAX_ADDRESS_CHARACTERS: Final = 32_768  # 200 cursors are 8,000
MAX_BODY_BYTES: Final = 2**23  # the titles of 100,000 articles
BODY_SECONDS: Final = 30.0
FAILED: Final = "this failed, and the reason is in the app's log: try again, or ask whoever runs this app"
_WITH_BODY: Final = ("POST", "PUT", "PATCH")


class _RefusedError(Exception):
    """A request that no route sees: a status and a sentence."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        self.answer = build_response(status, detail)


class Boundary:
    """ASGI middleware around all routes: a body that reaches one is small, whole, and JSON without surprises."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def note_begin(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            _check_address(scope)
            _check_length(Headers(scope=scope).get("content-length"))
            if scope["method"] in _WITH_BODY:
                receive = _replay(await _read_body(receive), receive)
            await self.app(scope, receive, note_begin)
        except _RefusedError as refused:
            await refused.answer(scope, receive, send)
        except Exception:  # the last place that can say it in a sentence
            logging.getLogger("wikics").exception("a request failed")
            if not has_begun:
                await build_response(HTTPStatus.INTERNAL_SERVER_ERROR, FAILED)(scope, receive, send)


class ProblemsAlone:
    """ASGI middleware around the whole process: plain texts of errors, whoever wrote them, become problem documents.

    is_ours: tells of a path whether it is one of ours; Streamlit's own keep what its browser's code expects.
    """

    def __init__(self, app: ASGIApp, is_ours: Callable[[str], bool]) -> None:
        self.app, self.is_ours = app, is_ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.is_ours(scope["path"]):
            await self.app(scope, receive, send)
            return
        replaced: list[Response] = []

        async def replace(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400 and _is_plain(message):
                status = HTTPStatus(message["status"])
                replaced.append(build_response(status, f"{status.description or name_status(status)}."))
            if not replaced:
                await send(message)

        await self.app(scope, receive, replace)
        if replaced:
            await replaced[0](scope, receive, send)


def _is_plain(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "text/plain").startswith("text/plain")


def _check_address(scope: Scope) -> None:
    length = len(scope["path"]) + len(scope["query_string"])
    if length > MAX_ADDRESS_CHARACTERS:
        raise _RefusedError(
            HTTPStatus.REQUEST_URI_TOO_LONG,
            f"the address has {length:,} characters: at most {MAX_ADDRESS_CHARACTERS:,} are read, ask for less at once",
        )


def _check_length(stated: str | None) -> None:
    """Refuses a body by what its header says, before any of it is read."""
    if stated is None:
        return
    if not (stated.isascii() and stated.isdecimal()):
        raise _RefusedError(HTTPStatus.BAD_REQUEST, f"Content-Length is {stated[:40]!r}: expected a number of bytes")
    if len(stated) > 18 or int(stated) > MAX_BODY_BYTES:
        raise _too_large()


async def _read_body(receive: Receive) -> bytes:
    """A whole body that is JSON. Raises _RefusedError as soon as it is too large, or takes too long."""
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                content += message.get("body", b"")
                if len(content) > MAX_BODY_BYTES:
                    raise _too_large()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    break
    except TimeoutError as error:
        raise _RefusedError(
            HTTPStatus.REQUEST_TIMEOUT, f"the body did not come within {BODY_SECONDS:.0f} seconds: send it again"
        ) from error
    _check_json(bytes(content))
    return bytes(content)


def _check_json(content: bytes) -> None:
    """Refuses what is no JSON to this boundary, and might be some to what lies behind it: NaN, lone surrogates."""
    try:
        value = orjson.loads(content) if content else None
    except ValueError as error:
        reason = str(error).partition(": line")[0]
        raise _RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"the body is no JSON ({reason}): send an object"
        ) from error
    try:
        orjson.dumps(value)
    except TypeError as error:
        raise _RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "the body is nested too deep: send plain values"
        ) from error


def _too_large() -> _RefusedError:
    return _RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body is too large: at most {MAX_BODY_BYTES >> 20} MB are read, send less at once",
    )


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read already, then whatever comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
