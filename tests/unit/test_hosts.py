"""Hosts: under which names the app may be asked, and what a browser may do with the answers."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from core.http.hosts import KnownHosts, is_known

OURS = ("demo.example.org", "*.run.example")


@pytest.fixture
def client():
    async def greet(_request):
        return PlainTextResponse("hello", headers={"referrer-policy": "no-referrer"})

    async def talk(socket):
        await socket.accept()
        await socket.send_text("hello")

    routes = [Route("/", greet), WebSocketRoute("/socket", talk)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(KnownHosts, hosts=lambda: OURS)]))


@pytest.mark.parametrize(
    ("host", "known"),
    [
        *((host, True) for host in ("localhost", "LOCALHOST:8501", "app.localhost:80", "localhost.", "127.0.0.1:8501")),
        *(
            (host, True)
            for host in ("[::1]:8501", "10.0.0.7", "demo.example.org", "Demo.Example.org:443", "a.run.example")
        ),
        *(
            (host, False)
            for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "run.example")
        ),
        *(
            (host, False)
            for host in ("", "localhost:port", "me@localhost", "localhost/x", "localhost?x", "[::1", "evil.example#")
        ),
        *((host, False) for host in ("notlocalhost", "xdemo.example.org", "demo.example.org.evil.example")),
    ],
)
def test_n05_a_name_is_known_or_foreign(host, known):
    assert is_known(host, OURS) == known


def test_n05_any_name_where_the_setting_says_so():
    assert is_known("evil.example", ("*",))


def test_n05_a_foreign_host_is_refused_with_an_equal_origin(client):
    answer = client.get("/", headers={"host": "evil.example", "origin": "http://evil.example"})
    assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")
    assert answer.json()["detail"] == (
        "this app is not known as 'evil.example': its name has to stand in WIKICS_HOSTS where it is served"
    )


def test_n05_a_foreign_host_gets_no_websocket(client):
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/socket", headers={"host": "evil.example"}),
    ):
        pass
    assert refused.value.code == 1008
    with client.websocket_connect("/socket", headers={"host": "localhost"}) as socket:
        assert socket.receive_text() == "hello"


def test_n05_answers_are_for_the_apps_own_pages(client):
    headers = client.get("/", headers={"host": "localhost"}).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'" and policy["frame-ancestors"] == "'self'"
    assert not [word for words in policy.values() for word in words.split() if "//" in word or word == "*"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
