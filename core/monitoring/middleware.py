"""ASGI middleware that measures every HTTP request for the metrics."""

import time
from collections.abc import Callable

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.monitoring.metrics import OTHER, Monitor


class MeasureRequests:
    """Counts and times requests. `monitor` is called at the first one, so that importing the app builds nothing."""

    def __init__(self, app: ASGIApp, monitor: Callable[[], Monitor]) -> None:
        self.app = app
        self.monitor = monitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500  # of an answer that never began

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        try:
            await self.app(scope, receive, note_status)
        finally:
            seconds = time.perf_counter() - began
            self.monitor().observe_request(name_route(scope), scope["method"], status, seconds)


def name_route(scope: Scope) -> str:
    """The template of the route that answered, such as `/api/runs/{r}`; `other` where there is none.

    Mounted files are named by their folder, with a star. The base path of the whole app is no part of it.
    """
    root, route = scope.get("root_path", "").removeprefix(scope.get("app_root_path", "")), scope.get("route")
    if route is None:
        return OTHER
    return f"{root}/*" if isinstance(route, Mount) else f"{root}{route.path}"
