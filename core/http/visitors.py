"""Who asks: each visitor known by a cookie, and no more requests of one address than it may send."""

import re
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.app.access import Access
from core.app.guests import Visitor, name_visitor
from core.http.access import bears_token
from core.http.errors import build_response

COOKIE: Final = "wikics_visitor"
COOKIE_SECONDS: Final = 30 * 24 * 3600
MAX_ADDRESS: Final = 64  # characters
MAX_ADDRESSES: Final = 10_000  # that are remembered
MOST_SOCKETS: Final = 64  # of one address at once: a page has one
TRY_AGAIN_LATER: Final = 1013  # close code of a websocket
_SECRET_CHARACTERS: Final = 32
_CLOSED: Final = re.compile(r"/(api|metrics)(/|$)|/_stcore/upload_file/")  # whatever stands before it: a base path
ReadLogin = Callable[[Mapping[str, str]], str]  # of the cookies of a request: the name of who is logged in, or nothing
_asking: ContextVar[Visitor | None] = ContextVar("visitor", default=None)


def who_asks() -> Visitor | None:
    """The visitor whose request is being answered; None where none is."""
    return _asking.get()


def read_secret(cookie: str) -> str:
    """What the cookie of a visitor holds, if it is one that this app gave."""
    return cookie if len(cookie) == _SECRET_CHARACTERS and cookie.isascii() and cookie.isalnum() else ""


def find_address(forwarded: Sequence[str], client: str, proxies: int) -> str:
    """Who asks, as the outermost of so many proxies saw it: what stands before that, anybody may have written.

    forwarded: the headers `X-Forwarded-For`. client: who is at the other end of the line.
    """
    told = [part.strip() for part in ",".join(forwarded).split(",")]
    return told[-proxies][:MAX_ADDRESS] if proxies and len(told) >= proxies and told[-proxies] else client


def read_address(scope: Scope, proxies: int) -> str:
    """Who sends a request."""
    client = scope.get("client")
    return find_address(Headers(scope=scope).getlist("x-forwarded-for"), client[0] if client else "", proxies)


class KnowVisitors:
    """ASGI middleware: within a request `who_asks` tells its visitor, who has a cookie from the first page on.

    Who is logged in is known by that instead. All are called on each request.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: Callable[[], Access],
        proxies: Callable[[], int],
        read_login: ReadLogin = lambda _cookies: "",
    ) -> None:
        self.app, self.access, self.proxies, self.read_login = app, access, proxies, read_login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or (access := self.access()).training != "quota":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies, trusted = cookie_parser(headers.get("cookie", "")), bears_token(headers, access)
        if login := self.read_login(cookies):
            _asking.set(Visitor(login, trusted=trusted, logged_in=True))
            await self.app(scope, receive, send)
            return
        secret = read_secret(cookies.get(COOKIE, ""))
        new = "" if secret or scope["type"] != "http" or not _is_first(scope, headers) else secrets.token_hex(16)
        _asking.set(Visitor(name_visitor(secret or new), read_address(scope, self.proxies()), trusted=trusted))

        async def send_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and new:
                value = f"{COOKIE}={new}; Max-Age={COOKIE_SECONDS}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("set-cookie", value)
            await send(message)

        await self.app(scope, receive, send_cookie)


class AskForLogin:
    """ASGI middleware: where a login comes before all, data go to who is logged in or bears the token.

    Pages ask for it themselves; their files and health are anybody's. All are called on each request.
    """

    def __init__(
        self, app: ASGIApp, is_needed: Callable[[], bool], access: Callable[[], Access], read_login: ReadLogin
    ) -> None:
        self.app, self.is_needed, self.access, self.read_login = app, is_needed, access, read_login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _CLOSED.search(scope["path"]) and self.is_needed():
            headers = Headers(scope=scope)
            cookies = cookie_parser(headers.get("cookie", ""))
            if not (bears_token(headers, self.access()) or self.read_login(cookies)):
                answer = build_response(
                    HTTPStatus.UNAUTHORIZED,
                    "this app takes a login: log in on its first page, or send its token as 'Authorization: Bearer …'",
                )
                answer.headers["www-authenticate"] = "Bearer"
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


class LimitRates:
    """ASGI middleware: of one address come `rate` requests a minute, at first so many at once, and few open sockets.

    rate, proxies: called on each request; without a rate nothing is counted. now: seconds that nobody sets.
    """

    def __init__(
        self,
        app: ASGIApp,
        rate: Callable[[], int],
        proxies: Callable[[], int],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app, self.rate, self.proxies, self.now = app, rate, proxies, now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # requests, and when that was so
        self._sockets: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rate = self.rate() if scope["type"] in ("http", "websocket") else 0
        if not rate or scope["path"].endswith("/healthz"):
            await self.app(scope, receive, send)
            return
        address = read_address(scope, self.proxies())
        wait = self._take(address, rate)
        if scope["type"] == "websocket":
            await self._open(address, wait > 0, scope, receive, send)
            return
        if wait:
            seconds = max(1, -int(-wait // 1))
            detail = f"one address may send {rate:,} requests a minute: try again in {seconds} s"
            answer = build_response(HTTPStatus.TOO_MANY_REQUESTS, detail)
            answer.headers["retry-after"] = str(seconds)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _open(self, address: str, is_late: bool, scope: Scope, receive: Receive, send: Send) -> None:
        if is_late or self._sockets[address] >= MOST_SOCKETS:
            await receive()
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return
        self._sockets[address] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._sockets[address] -= 1
            if not self._sockets[address]:
                del self._sockets[address]

    def _take(self, address: str, rate: int) -> float:
        """Counts one request; the seconds until it may come, 0 if now."""
        now, a_second = self.now(), rate / 60
        left, since = self._left.pop(address, (float(rate), now))
        left = min(float(rate), left + (now - since) * a_second)
        wait = 0.0 if left >= 1 else (1 - left) / a_second
        self._left[address] = left if wait else left - 1, now
        if len(self._left) > MAX_ADDRESSES:
            self._left.popitem(last=False)
        return wait


def _is_first(scope: Scope, headers: Headers) -> bool:
    """Whether this is a page or the interface: files of pages are kept by others, who would keep the cookie too."""
    return "text/html" in headers.get("accept", "") or "/api/" in scope["path"]
