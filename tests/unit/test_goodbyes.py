"""Websockets that a browser leaves."""

import asyncio

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from core.http.goodbyes import QuietGoodbyes


def serve(endpoint, *, cut=False):
    """What the server sees of an endpoint behind the middleware: a browser connects, and goes away."""
    told = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001}]

    async def receive():
        return told.pop(0)

    async def send(message):
        if cut and message["type"] == "websocket.send":
            raise OSError("cut")

    async def app(scope, receive, send):
        await endpoint(WebSocket(scope, receive, send))

    asyncio.run(QuietGoodbyes(app)({"type": "websocket", "headers": []}, receive, send))


async def read_once_more(websocket):
    await websocket.accept()
    await websocket.close()
    await websocket.receive_bytes()


async def close_twice(websocket):
    await websocket.accept()
    try:
        await websocket.send_text("news")
    except WebSocketDisconnect:
        await websocket.close()


async def read_before_accepting(websocket):
    await websocket.receive_bytes()


def test_a_websocket_that_is_gone_ends_quietly():
    serve(read_once_more)
    serve(close_twice, cut=True)


def test_a_websocket_that_is_misused_is_a_fault():
    with pytest.raises(WebSocketDisconnected):
        serve(read_before_accepting)
