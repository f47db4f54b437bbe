"""When nobody asks for anything: work that can wait does so, for a page takes all processors while it loads."""

import time
from collections.abc import Callable, Collection

from starlette.types import ASGIApp, Receive, Scope, Send


class Quiet:
    """How long ago the last request came. May be used from any thread.

    now: seconds that nobody sets. sleep: waits so many of them.
    """

    def __init__(
        self, *, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._now, self._sleep = now, sleep
        self._asked_at = now()

    def note(self) -> None:
        """Somebody asks just now."""
        self._asked_at = self._now()

    def wait(self, seconds: float, *, at_most: float) -> None:
        """Returns once nobody has asked for so many seconds, or they never do: after so many more."""
        ends_at = self._now() + at_most
        while (left := min(self._asked_at + seconds, ends_at) - self._now()) > 0:
            self._sleep(left)


class NoteRequests:
    """ASGI middleware: tells `quiet` of each request but those of machines, whose addresses end with `but`."""

    def __init__(self, app: ASGIApp, quiet: Quiet, but: Collection[str] = ()) -> None:
        self.app, self.quiet, self.but = app, quiet, tuple(but)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not scope["path"].endswith(self.but):
            self.quiet.note()
        await self.app(scope, receive, send)
