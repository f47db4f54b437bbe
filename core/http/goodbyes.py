"""Websockets whose other end has gone away: what then cannot be said is no fault."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected


class QuietGoodbyes:
    """ASGI middleware: ends a websocket quietly once it is closed, though who serves it still reads or writes.

    A page that is reloaded or closed has Streamlit do both, and would fill the log with tracebacks of
    WebSocketDisconnected. One that is raised on an open websocket is a fault, and stays one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        is_closed = False

        async def receive_watched() -> Message:
            nonlocal is_closed
            message = await receive()
            is_closed |= message["type"] == "websocket.disconnect"
            return message

        async def send_watched(message: Message) -> None:
            nonlocal is_closed
            is_closed |= message["type"] == "websocket.close"
            try:
                await send(message)
            except OSError:  # the connection is cut
                is_closed = True
                raise

        try:
            await self.app(scope, receive_watched, send_watched)
        except WebSocketDisconnected:
            if not is_closed:
                raise
