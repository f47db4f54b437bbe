"""Connections that ask for nothing, slowly or in great number: they are closed, and others are answered."""

import asyncio
import resource

import pytest
import uvicorn
from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.server import ServerState

from core.cli import connections
from core.cli.connections import ImpatientProtocol, guard_connections

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


async def greet(scope, receive, send):
    await asyncio.sleep(0.05 if scope["path"] == "/slow" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


def converse(monkeypatch, *sent, seconds=0.02):
    """What is answered to these bytes, sent a moment apart, until the other side closes or stays silent for long."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", seconds)

    async def talk():
        config, state = uvicorn.Config(greet, log_config=None, lifespan="off"), ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: ImpatientProtocol(config, state, {}), "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            got, closed = b"", True
            try:
                for part in sent:
                    writer.write(part)
                    await asyncio.sleep(seconds / 4)
                async with asyncio.timeout(20 * seconds):
                    got = await reader.read()
            except TimeoutError:
                closed = False
            except ConnectionError:  # closed with something of ours unread
                pass
            writer.close()
        return got, closed

    return asyncio.run(talk())


@pytest.mark.parametrize("sent", [(), (b"G",), (GET,), (GET, *[b"a: b\r\n"] * 8)])
def test_n06_a_head_that_does_not_come_is_given_up(monkeypatch, sent):
    assert converse(monkeypatch, *sent) == (b"", True)


def test_n06_a_second_head_that_does_not_come_is_given_up(monkeypatch):
    got, closed = converse(monkeypatch, GET + b"\r\n", *[b"G", b"E", b"T", b" "])
    assert (got.endswith(b"hi"), closed) == (True, True)


def test_n06_who_waits_for_an_answer_is_not_given_up(monkeypatch):
    got, _ = converse(monkeypatch, b"GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert got.endswith(b"hi")


def test_n06_more_connections_than_files_are_closed(monkeypatch):
    monkeypatch.setattr(connections, "count_files", lambda: 0)
    assert converse(monkeypatch, GET + b"\r\n") == (b"", True)


def test_n06_the_server_has_all_the_files_that_it_may(monkeypatch):
    asked = []
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (1024, 4096))
    monkeypatch.setattr(resource, "setrlimit", lambda _what, limits: asked.append(limits))
    monkeypatch.setitem(HTTP_PROTOCOLS, "auto", "another")
    guard_connections()
    assert asked == [(4096, 4096)]
    assert uvicorn.Config(greet).http == "auto" and HTTP_PROTOCOLS["auto"].endswith(":ImpatientProtocol")
