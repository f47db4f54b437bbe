"""No raw error over HTTP: whatever comes in, the answer is an answer or a problem document."""

import asyncio
import json

import httpx2 as httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.testclient import TestClient

from core.http import build_api
from core.http.answers import name_status
from core.http.boundary import BODY_SECONDS, MAX_ADDRESS_CHARACTERS, MAX_BODY_BYTES, Boundary, ProblemsAlone

LONG_NUMBER = "9" * 5_000
ID = "x" * 3_000


@pytest.fixture
def client(explorer):
    return TestClient(build_api(lambda: explorer))


def check_problem(answer, status=None):
    assert answer.status_code < 500 or answer.status_code in (503, 507), answer.text
    assert status in (None, answer.status_code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["detail"] and len(answer.content) < 2_000 and "Traceback" not in answer.text
    return problem


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/metrics-since?run=a:{LONG_NUMBER}:0", 422),
        (f"/metrics-since?run={ID}:x", 422),
        ("/metrics-since?run=a:²:0", 422),
        (f"/graphs/TINY/articles/{LONG_NUMBER}", 404),
        (f"/graphs/TINY/articles/{'9' * 18}", 404),
        (f"/graphs/TINY/articles?limit={LONG_NUMBER}", 422),
        ("/graphs/TINY/articles?limit=NaN", 422),
        (f"/graphs/TINY/paths?source={ID}&target={LONG_NUMBER}", 404),
        ("/graphs/TINY/articles/%ED%A0%80", 404),
        ("/graphs/TINY/map?run=%00", 404),
        (f"/graphs/{ID}", 404),
        (f"/graphs/{ID}/map", 404),
        (f"/runs/{ID}", 404),
        (f"/runs/{'é' * 200}", 404),
        ("/runs/%00", 404),
        (f"/benchmarks/{ID}", 404),
        (f"/benchmarks/{ID}/difference?to={ID}", 404),
        (f"/benchmarks?graph={ID}", 404),
        ("/runs/" + "x" * (MAX_ADDRESS_CHARACTERS + 1), 414),
    ],
)
def test_n10_odd_addresses_are_problems(client, tiny_id, path, status):
    check_problem(client.get(path.replace("TINY", tiny_id)), status)


@pytest.mark.parametrize(
    "body",
    [
        b'{"config": {"lr": NaN}}',
        b'{"config": {"epochs": ' + LONG_NUMBER.encode() + b"}}",
        b'{"config": {"epochs": 1' + b"0" * 30 + b"}}",
        b'{"config": {"lr": 1e400}}',
        b'{"preset": "\\ud800"}',
        b'{"preset": "\xed\xa0\x80"}',
        b'{"config": {"\\udfff": 1}}',
        b'{"config": {"graph": ["tiny"]}}',
        b'{"config": {"graph": {"a": 1}}}',
        b'{"config": {"model": ["gcn"]}}',
        b'{"config": {"preset": ["gcn"], "model": {}}}',
        b'{"config": {"lr": [[[[1]]]]}}',
        b'{"config": {"lr": ' + b"[" * 300 + b"]" * 300 + b"}}",
        b'{"config": ' + b'{"a": ' * 100_000,
        b'{"preset": ' + json.dumps("x" * 100_000).encode() + b"}",
        b'{"config": {' + json.dumps("x" * 100_000).encode() + b": 1}}",
        b'{"config": {"model": ' + json.dumps(["x" * 100_000]).encode() + b"}}",
        b'{"graph": ' + json.dumps(ID).encode() + b"}",
        b"[1]",
        b'"run"',
        b"\xff\xfe",
        b"{",
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_n10_odd_bodies_are_problems(client, body, content_type):
    check_problem(client.post("/runs", content=body, headers={"content-type": content_type}))


def test_n10_odd_articles_are_problems(client, finished_run):
    for articles in ([2**80], [1e30], [[0]], [None], ["x" * 5_000], 3, ["\x00"]):
        check_problem(client.post(f"/runs/{finished_run}/predict", json={"articles": articles}))


@pytest.mark.parametrize("origin", ["http://[", "http://]", "null", "", "//", "http://a[b]c", "x" * 3_000])
def test_n10_a_malformed_origin_is_refused(client, origin):
    problem = check_problem(client.post("/runs", json={}, headers={"origin": origin}), 403)
    assert problem["title"] == "Forbidden"


def test_n06_a_body_is_refused_by_what_it_says_before_it_is_read(client):
    def never():
        raise AssertionError("the body was read")
        yield b""

    for length in (MAX_BODY_BYTES + 1, "9" * 5_000):
        problem = check_problem(client.post("/runs", content=never(), headers={"content-length": str(length)}), 413)
        assert problem["detail"] == "the body is too large: at most 8 MB are read, send less at once"
    check_problem(client.post("/runs", content=never(), headers={"content-length": "many"}), 400)


def ask(app, messages, *, wait=None):
    """The messages that an ASGI app sends of a POST whose body comes in these parts, and how many parts it took."""
    sent, taken = [], []

    async def receive():
        if not messages:
            await asyncio.sleep(3600)
        taken.append(message := messages.pop(0))
        return message

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/runs", "query_string": b"", "headers": []}
    asyncio.run(app(scope, receive, send))
    return sent, len(taken)


def part(content, *, more=True):
    return {"type": "http.request", "body": content, "more_body": more}


def never_called(scope, receive, send):
    raise AssertionError("a route saw it")


def test_n06_a_body_without_a_length_is_refused_while_it_is_read():
    sent, taken = ask(Boundary(never_called), [part(bytes(2**20)) for _ in range(100)])
    assert (sent[0]["status"], taken) == (413, MAX_BODY_BYTES // 2**20 + 1)


def test_n06_a_body_that_does_not_come_is_given_up(monkeypatch):
    monkeypatch.setattr("core.http.boundary.BODY_SECONDS", 0.01)
    sent, taken = ask(Boundary(never_called), [part(b"{")])
    assert (sent[0]["status"], taken) == (408, 1)
    assert BODY_SECONDS == 30.0


def test_n10_what_fails_all_the_same_is_said_in_a_sentence(explorer, monkeypatch, caplog):
    monkeypatch.setattr(type(explorer.runs), "list", lambda *_: 1 / 0)
    answer = TestClient(build_api(lambda: explorer), raise_server_exceptions=False).get("/runs")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["detail"].startswith("this failed, and the reason is in the app's log")
    assert "division" not in answer.text
    assert [record.message for record in caplog.records if record.name == "wikics"] == ["a request failed"]


def test_n10_plain_texts_of_errors_become_problems():
    async def guard(scope, receive, send):
        unsafe = ".." in scope["path"]
        answer = Response("Bad Request", 400) if unsafe else PlainTextResponse("Fine")  # the former says no kind
        await answer(scope, receive, send)

    app = Starlette(
        routes=[Mount("/", guard)], middleware=[Middleware(ProblemsAlone, is_ours=lambda path: "/_stcore/" not in path)]
    )

    async def fetch(path):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            answer = await client.get(path)
            return answer.status_code, answer.headers.get("content-type"), answer.content

    status, kind, content = asyncio.run(fetch("/api/a..b"))
    assert (status, kind) == (400, "application/problem+json")
    assert orjson.loads(content)["detail"] == "Bad request syntax or unsupported method."
    assert asyncio.run(fetch("/api/a")) == (200, "text/plain; charset=utf-8", b"Fine")
    assert asyncio.run(fetch("/_stcore/a..b")) == (400, None, b"Bad Request")


def test_n06_an_answer_of_all_articles_is_bounded(client, finished_run, monkeypatch):
    monkeypatch.setattr("core.http.predictions.MAX_PROBABILITIES", 15)
    assert len(client.post(f"/runs/{finished_run}/predict", json={"articles": [*range(7)]}).json()["articles"]) == 7
    problem = check_problem(client.post(f"/runs/{finished_run}/predict", json={}), 422)
    assert problem["detail"] == (
        "8 articles in 2 categories are too many for one answer: ask for at most 7 articles at once"
    )


def test_a_status_is_called_the_same_whatever_python_runs_this():
    said = [name_status(status) for status in (413, 414, 416, 422, 404)]
    assert said == [
        "Request Entity Too Large",
        "Request-URI Too Long",
        "Requested Range Not Satisfiable",
        "Unprocessable Entity",
        "Not Found",
    ]
