"""Files that never change, answered from memory."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_handler

from core.http.kept_files import KeptFiles
from pages.ui.components.assets import asset_routes, plotly_url

IMMUTABLE = {"cache-control": "public, immutable, max-age=31536000"}


class Files(StaticFiles):
    """Files that a browser keeps, as Streamlit serves its own."""

    async def get_response(self, path, scope):
        response = await super().get_response(path, scope)
        response.headers.update(IMMUTABLE)
        return response


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.js").write_bytes(b"a" * 200_000)  # more than one part
    (tmp_path / "b.js").write_bytes(b"b")
    return tmp_path


def browse(app, **options):
    return TestClient(Starlette(routes=app, middleware=[Middleware(KeptFiles, **options)]))


@pytest.fixture
def client(folder):
    return browse([Mount("/static", Files(directory=folder))])


def test_c05_a_file_that_never_changes_is_read_once(client, folder):
    first = client.get("/static/a.js")
    (folder / "a.js").unlink()
    again = client.get("/static/a.js")
    assert (again.status_code, again.content, again.headers) == (200, b"a" * 200_000, first.headers)
    assert client.get("/static/b.js").content == b"b"


def test_c05_streamlits_own_files_are_such_and_its_page_is_none(folder):
    (folder / "index.html").write_bytes(b"<html>")
    client = browse([Mount("/", create_streamlit_static_handler(directory=str(folder), base_url=""))])
    assert [client.get(path).content for path in ("/b.js", "/", "/runs")] == [b"b", b"<html>", b"<html>"]
    (folder / "b.js").write_bytes(b"new")
    (folder / "index.html").write_bytes(b"<html lang='en'>")
    assert [client.get(path).content for path in ("/b.js", "/", "/runs")] == [b"b", *[b"<html lang='en'>"] * 2]


def test_c05_and_so_are_those_of_our_components(monkeypatch):
    client = browse(asset_routes())
    first = client.get(plotly_url())
    monkeypatch.setattr(StaticFiles, "get_response", None)
    assert (first.status_code, client.get(plotly_url()).content == first.content) == (200, True)


def test_c05_what_is_compressed_is_so_once_and_for_those_alone_who_take_it(folder):
    """What comes in parts says no length as it is compressed, and does from memory."""
    middleware = [Middleware(KeptFiles), Middleware(GZipMiddleware)]
    client = TestClient(Starlette(routes=[Mount("/static", Files(directory=folder))], middleware=middleware))
    asked = [{"accept-encoding": value} for value in ("br, gzip", "", "gzip", "identity")]

    def ask():
        return [client.get("/static/a.js", headers=headers) for headers in asked]

    first = ask()
    (folder / "a.js").unlink()
    assert [answer.headers.get("content-encoding") for answer in ask()] == ["gzip", None, "gzip", None]
    assert {answer.content for answer in (*first, *ask())} == {b"a" * 200_000}
    assert int(ask()[0].headers["content-length"]) < 1000


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ({"headers": {"range": "bytes=2-4"}}, 206, b"aaa"),
        ({"headers": {"if-none-match": "*"}}, 304, b""),
        ({"method": "HEAD"}, 200, b""),
        ({"params": {"v": "1"}}, 200, b"a" * 200_000),
    ],
)
def test_c05_who_asks_for_less_than_the_whole_file_is_answered_anew(client, folder, asked, status, content):
    def ask():
        return client.request(**{"method": "GET", "url": "/static/a.js", **asked})

    if "headers" in asked and status == 304:
        asked = {"headers": {"if-none-match": client.get("/static/a.js").headers["etag"]}}
    first = ask()
    assert (first.status_code, first.content) == (status, content)
    assert client.get("/static/a.js").status_code == 200
    (folder / "a.js").unlink()
    assert client.get("/static/a.js").status_code == 200
    assert ask().status_code == 404


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {}),
        (200, {"cache-control": "no-cache"}),
        (200, {"cache-control": "private, immutable, max-age=31536000"}),
        (404, IMMUTABLE),
        (200, IMMUTABLE | {"vary": "cookie"}),
        (200, IMMUTABLE | {"vary": "*"}),
        (200, IMMUTABLE | {"content-encoding": "br"}),
        (200, IMMUTABLE | {"set-cookie": "visitor=1"}),
    ],
)
def test_c05_what_may_change_or_is_not_everybodys_is_asked_each_time(status, headers):
    answers = []

    def answer(_request):
        answers.append(status)
        return Response(b"1", status, headers)

    client = browse([Route("/x", answer)])
    assert [client.get("/x", headers={"accept-encoding": ""}).status_code for _ in range(2)] == answers == [status] * 2


def test_c05_no_more_is_kept_than_memory_bears(folder):
    client = browse([Mount("/static", Files(directory=folder))], most_bytes=100)
    assert [client.get(f"/static/{name}.js").status_code for name in "ab"] == [200, 200]
    for path in folder.iterdir():
        path.unlink()
    assert [client.get(f"/static/{name}.js").status_code for name in "ab"] == [404, 200]


def test_c05_metrics_know_by_which_route_a_file_was_answered(folder):
    scopes = []

    class Note:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            scopes.append(scope)
            await self.app(scope, receive, send)

    routes = [Mount("/static", Files(directory=folder))]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(Note), Middleware(KeptFiles)]))
    for _ in range(2):
        client.get("/static/b.js")
    first, again = [scope for scope in scopes if scope["type"] == "http"]
    assert (again["route"], again["root_path"]) == (first["route"], first["root_path"]) == (routes[0], "/static")
