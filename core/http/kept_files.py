"""Files of pages that never change, answered from memory: a page asks for some seventy before it paints."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_KEPT_BYTES: Final = 24 << 20  # the files of all pages are 13 MB, and 18 for who takes nothing compressed too
_ROUTING: Final = ("app_root_path", "endpoint", "path_params", "root_path", "route", "router")  # what answering notes
_GZIP: Final = "gzip"  # all that answers may differ in
# Who asks so may have had a part of it already, or needs one.
_IN_PART: Final = frozenset({b"range", b"if-range", b"if-match", b"if-none-match", b"if-modified-since"})


_Key = tuple[str, bool]  # the path, and whether who asks takes it compressed


class _Kept(NamedTuple):
    headers: Sequence[tuple[bytes, bytes]]
    content: bytes
    routing: Scope


class KeptFiles:
    """ASGI middleware: what a server calls immutable is asked of `app` once, and then given from memory.

    To read a file takes half a dozen changes of threads, each of which waits for whatever script runs just then; and to
    compress plotly.js takes a fifth of a second.
    """

    def __init__(self, app: ASGIApp, most_bytes: int = MOST_KEPT_BYTES) -> None:
        """most_bytes: of all files together; what comes when they are full is read each time."""
        self.app, self.most_bytes = app, most_bytes
        self._kept: dict[_Key, _Kept] = {}
        self._num_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _asks_for_whole_file(scope):
            await self.app(scope, receive, send)
            return
        key = scope["path"], _GZIP in Headers(scope=scope).get("accept-encoding", "")
        if kept := self._kept.get(key):
            scope.update(kept.routing)
            await send({"type": "http.response.start", "status": 200, "headers": list(kept.headers)})
            await send({"type": "http.response.body", "body": kept.content})
        else:
            await self._answer_and_keep(key, scope, receive, send)

    async def _answer_and_keep(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> None:
        headers: MutableHeaders | None = None
        content = bytearray()

        async def note(message: Message) -> None:
            nonlocal headers
            if message["type"] == "http.response.start" and _is_everybodys(message):
                headers = MutableHeaders(raw=[*message["headers"]])
            elif message["type"] == "http.response.body" and headers is not None:
                content.extend(message.get("body", b""))
                if self._num_bytes + len(content) > self.most_bytes:
                    headers = None
                elif not message.get("more_body", False):
                    headers["content-length"] = str(len(content))
                    self._keep(key, _Kept(headers.raw, bytes(content), _read_routing(scope)))
            await send(message)

        await self.app(scope, receive, note)

    def _keep(self, key: _Key, kept: _Kept) -> None:
        if key not in self._kept:  # two may have asked at once
            self._num_bytes += len(kept.content)
            self._kept[key] = kept


def _is_everybodys(start: Message) -> bool:
    """Whether an answer that begins so is for all who take it compressed as this one does, and never changes."""
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and {"public", "immutable"} <= {part.strip() for part in headers.get("cache-control", "").split(",")}
        and "set-cookie" not in headers
        and headers.get("vary", "accept-encoding").lower() == "accept-encoding"
        and headers.get("content-encoding", _GZIP) == _GZIP
    )


def _read_routing(scope: Scope) -> Scope:
    return {name: scope[name] for name in _ROUTING if name in scope}


def _asks_for_whole_file(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and not scope["query_string"]
        and not any(name in _IN_PART for name, _ in scope["headers"])
    )
