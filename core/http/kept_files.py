"""Files of pages that never change, answered from memory: a page asks for some seventy before it paints."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_KEPT_BYTES: Final = 16 << 20  # the files of all pages are 11 MB
_ROUTING: Final = ("app_root_path", "endpoint", "path_params", "root_path", "route", "router")  # what answering notes
_OF_ITS_ASKER: Final = frozenset({"content-encoding", "set-cookie", "vary"})  # an answer with one is not everybody's
# Who asks so may have had a part of it already, or needs one.
_IN_PART: Final = frozenset({b"range", b"if-range", b"if-match", b"if-none-match", b"if-modified-since"})


class _Kept(NamedTuple):
    headers: Sequence[tuple[bytes, bytes]]
    content: bytes
    routing: Scope


class KeptFiles:
    """ASGI middleware: what a server calls immutable is asked of `app` once, and then given from memory.

    To read a file takes half a dozen changes of threads, each of which waits for whatever script runs just then.
    """

    def __init__(self, app: ASGIApp, most_bytes: int = MOST_KEPT_BYTES) -> None:
        """most_bytes: of all files together; what comes when they are full is read each time."""
        self.app, self.most_bytes = app, most_bytes
        self._kept: dict[str, _Kept] = {}
        self._num_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _asks_for_whole_file(scope):
            await self.app(scope, receive, send)
        elif kept := self._kept.get(scope["path"]):
            scope.update(kept.routing)
            await send({"type": "http.response.start", "status": 200, "headers": list(kept.headers)})
            await send({"type": "http.response.body", "body": kept.content})
        else:
            await self._answer_and_keep(scope, receive, send)

    async def _answer_and_keep(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Sequence[tuple[bytes, bytes]] | None = None
        parts: list[bytes] = []

        async def note(message: Message) -> None:
            nonlocal headers
            if message["type"] == "http.response.start" and self._is_worth_keeping(message):
                headers = tuple(message["headers"])
            elif message["type"] == "http.response.body" and headers is not None:
                parts.append(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    self._keep(scope, headers, b"".join(parts))
            await send(message)

        await self.app(scope, receive, note)

    def _is_worth_keeping(self, start: Message) -> bool:
        headers = Headers(raw=start["headers"])
        size = headers.get("content-length", "")
        return (
            start["status"] == 200
            and {"public", "immutable"} <= {part.strip() for part in headers.get("cache-control", "").split(",")}
            and _OF_ITS_ASKER.isdisjoint(headers)
            and size.isdecimal()
            and self._num_bytes + int(size) <= self.most_bytes
        )

    def _keep(self, scope: Scope, headers: Sequence[tuple[bytes, bytes]], content: bytes) -> None:
        is_new = scope["path"] not in self._kept  # two may have asked at once
        if is_new and self._num_bytes + len(content) <= self.most_bytes:
            self._num_bytes += len(content)
            routing = {name: scope[name] for name in _ROUTING if name in scope}
            self._kept[scope["path"]] = _Kept(headers, content, routing)


def _asks_for_whole_file(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and not scope["query_string"]
        and not any(name in _IN_PART for name, _ in scope["headers"])
    )
