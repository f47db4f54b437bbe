"""Files that a browser sends, of graphs or runs: from whom they are taken, how much at once, and for how long."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.app.access import Access
from core.http.access import bears_token
from core.http.errors import build_response

MAX_FILE_BYTES: Final = 50 << 20  # `maxUploadSize` of .streamlit/config.toml, and what one that says no length may be
MAX_VISITOR_BYTES: Final = 200 << 20  # of files that one visitor has sent, those on their way included
MAX_ALL_BYTES: Final = 500 << 20
SILENT_SECONDS: Final = 30.0  # between two parts of a file
FILE_SECONDS: Final = 900.0
_PATH: Final = "/_stcore/upload_file/"


def measure_kept() -> Mapping[str, int]:
    """Bytes of the files that Streamlit holds in memory, by session."""
    from streamlit.runtime import Runtime

    if not Runtime.exists():
        return {}
    stored = getattr(Runtime.instance().uploaded_file_mgr, "file_storage", {})
    return {session: sum(len(file.data) for file in list(files.values())) for session, files in list(stored.items())}


class GuardedUploads:
    """ASGI middleware: files come from who may train, and never more of them than memory bears.

    Streamlit takes a file for whoever has a session, which is everybody. access: called on each request. kept: bytes
    that are held already, by session.
    """

    def __init__(
        self, app: ASGIApp, access: Callable[[], Access], kept: Callable[[], Mapping[str, int]] = measure_kept
    ) -> None:
        self.app, self.access, self.kept = app, access, kept
        self.coming: Counter[str] = Counter()  # bytes that are on their way, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, found, rest = scope["path"].partition(_PATH) if scope["type"] == "http" else ("", "", "")
        if not found or scope["method"] != "PUT":
            await self.app(scope, receive, send)
            return
        session, headers = rest.partition("/")[0], Headers(scope=scope)
        size_bytes = _read_length(headers)
        refused = self._refuse_stranger(session, headers) or self._refuse_more(session, size_bytes)
        if refused:
            await build_response(*refused)(scope, receive, send)
            return
        self.coming[session] += size_bytes
        try:
            await self.app(scope, _in_time(receive), send)
        except TimeoutError:
            detail = f"the file did not come within {SILENT_SECONDS:.0f} seconds of its last part: send it again"
            await build_response(HTTPStatus.REQUEST_TIMEOUT, detail)(scope, receive, send)
        finally:
            self.coming[session] -= size_bytes
            self.coming += Counter()  # those that send nothing are forgotten

    def _refuse_stranger(self, session: str, headers: Headers) -> tuple[HTTPStatus, str] | None:
        access = self.access()
        if access.training == "off":
            return (
                HTTPStatus.FORBIDDEN,
                "no file is taken while training is switched off: run your own copy to open a graph or import runs",
            )
        if access.training in ("token", "quota") and not (access.admits(session) or bears_token(headers, access)):
            return HTTPStatus.FORBIDDEN, "this app takes files only from holders of its token: enter it on Train first"
        return None

    def _refuse_more(self, session: str, size_bytes: int) -> tuple[HTTPStatus, str] | None:
        kept = Counter(self.kept()) + self.coming
        if kept[session] + size_bytes > MAX_VISITOR_BYTES:
            most = MAX_VISITOR_BYTES >> 20
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {most} MB are taken of one visitor: reload the page"
        if kept.total() + size_bytes > MAX_ALL_BYTES:
            return (
                HTTPStatus.SERVICE_UNAVAILABLE,
                "others send files just now, and memory is short: try in some minutes",
            )
        return None


def _read_length(headers: Headers) -> int:
    """What a file says that it has of bytes; the most where it does not, or says nonsense."""
    stated = headers.get("content-length", "")
    return min(int(stated), MAX_FILE_BYTES) if stated.isascii() and stated.isdecimal() else MAX_FILE_BYTES


def _in_time(receive: Receive) -> Receive:
    """A `receive` that gives up by TimeoutError on who sends too slowly."""
    ends_at = asyncio.get_running_loop().time() + FILE_SECONDS

    async def receive_in_time() -> Message:
        now = asyncio.get_running_loop().time()
        async with asyncio.timeout(min(SILENT_SECONDS, max(ends_at - now, 0.0))):
            return await receive()

    return receive_in_time
