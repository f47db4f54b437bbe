"""When an answer leaves this machine: part by part, as it is written."""

import asyncio
import socket
from typing import Any


def send_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Has whatever this loop begins to serve on a socket of TCP send what is written at once.

    asyncio does so where a socket names its protocol, which those of Streamlit and uvicorn leave to the system. A small
    answer, whose head and content are written one after the other, then waits for a browser's delayed acknowledgement
    of its head: 40 ms each, of some seventy files of a page.
    """
    create_server: Any = loop.create_server

    async def create_prompt_server(*args: Any, **options: Any) -> Any:
        server = await create_server(*args, **options)
        for listener in server.sockets:
            if listener.family in (socket.AF_INET, socket.AF_INET6):
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what it accepts has it too
        return server

    loop.create_server = create_prompt_server  # type: ignore[method-assign]
