"""What stands before all of the app: under which names it may be asked, and what a browser may do with its answers."""

import ipaddress
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.graph.titles import shorten
from core.http.errors import build_response

ANY_HOST: Final = "*"
POLICY_VIOLATION: Final = 1008  # close code of a websocket
# Streamlit's pages begin with a script in the document, and its components are modules from blobs.
HEADERS: Final = {
    "content-security-policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' blob: data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
}


class KnownHosts:
    """ASGI middleware: refuses to be asked under a foreign name, and gives every answer the headers above.

    Cookies that are given over TLS, a proxy's too, never go back without it.

    A page of another site can make a name of its own lead to this machine (DNS rebinding), and would then count as the
    app's own page. So a name has to be known: that of this machine, an IP address, or one of `hosts`. hosts: called on
    each request; `*.example.org` stands for all below, `*` for any name.
    """

    def __init__(self, app: ASGIApp, hosts: Callable[[], Collection[str]]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host")
        if host is not None and not is_known(host, self.hosts()):
            await _refuse(host, scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if Headers(scope=scope).get("x-forwarded-proto", scope["scheme"]) == "https":
                    message["headers"] = [_keep_secure(*header) for header in message["headers"]]
            await send(message)

        await self.app(scope, receive, send_protected)


def is_known(host: str, hosts: Collection[str]) -> bool:
    """Whether a Host header is a name of this machine, an IP address or one of these names, at whatever port."""
    try:
        parts = urlsplit(f"//{host}")
        name, _port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if parts.netloc != host or parts.username is not None or not name:
        return False
    if name == "localhost" or name.endswith(".localhost") or _is_address(name):
        return True
    return any(_matches(name, pattern.strip().casefold()) for pattern in hosts)


def _keep_secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    is_open = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return (name, value + b"; Secure") if is_open else (name, value)


def _matches(name: str, pattern: str) -> bool:
    return pattern == ANY_HOST or name == pattern or (pattern.startswith("*.") and name.endswith(pattern[1:]))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _refuse(host: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    detail = f"this app is not known as {shorten(host)!r}: its name has to stand in WIKICS_HOSTS where it is served"
    answer = build_response(HTTPStatus.MISDIRECTED_REQUEST, detail)
    answer.headers.update(HEADERS)
    await answer(scope, receive, send)
