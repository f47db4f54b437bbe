"""Connections that ask for nothing: given up, so that they do not take the place of those that do."""

import asyncio
import resource
from typing import Any, Final

from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 20.0  # in which a request's head has come, however slow the line
MOST_FILES: Final = 65_536


class ImpatientProtocol(H11Protocol):
    """HTTP over one connection, which is closed where no head of a request comes, or the process has too many.

    Each takes a file of the process; without any left no connection is accepted, nor a run's file opened.
    """

    _seen: Any = None  # the request that was answered when this was looked at the last time

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > count_files() // 2:
            transport.close()
            return
        self.loop.call_later(HEAD_SECONDS, self._look)

    def _look(self) -> None:
        if self.transport.is_closing() or self.transport.get_protocol() is not self:  # a websocket now
            return
        if self.cycle is None or (self.cycle is self._seen and self.cycle.response_complete):
            self.transport.close()
            return
        self._seen = self.cycle
        self.loop.call_later(HEAD_SECONDS, self._look)


def guard_connections() -> None:
    """Has the server that is started next in this process keep no connection that asks for nothing."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (max(most, count_files()), resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    HTTP_PROTOCOLS["auto"] = f"{__name__}:{ImpatientProtocol.__name__}"


def count_files() -> int:
    """How many files this process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
