"""Every address leads somewhere: ours below the base path, others to what they mean or to what is there."""

import asyncio

import httpx2 as httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route

from core.monitoring.middleware import name_route
from pages.ui.addresses import Addresses, list_page_names
from tests.node import call_js

BROWSER = {"accept": "text/html,application/xhtml+xml"}


def build_app(base="", seen=None):
    """Two routes of ours, and behind them what answers everything, as Streamlit does."""

    def tell(request):
        return JSONResponse([request.scope["root_path"], request.scope["route"].path])

    class Witness:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            await self.app(scope, receive, send)
            if seen is not None and scope["type"] == "http":
                seen.append(name_route(scope))

    return Starlette(
        routes=[
            Mount("/api", routes=[Route("/runs/{r}", tell)]),
            Route("/healthz", tell),
            Mount(base or "/", PlainTextResponse("Streamlit")),
        ],
        middleware=[Middleware(Witness), Middleware(Addresses, ours=("api", "healthz"), base_path=lambda: base)],
    )


def ask(app, *paths, headers=None):
    """Status and text, or where a redirect leads, of one GET each."""

    async def fetch():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            answers = [await client.get(path) for path in paths]
            return [
                (
                    answer.status_code,
                    str(answer.next_request.url)[len("http://test") :] if answer.next_request else answer.text,
                )
                for answer in answers
            ]

    return asyncio.run(fetch())


def test_i07_routes_are_found_below_the_base_path():
    seen = []
    app = build_app("/wikics", seen)
    assert ask(app, "/wikics/healthz", "/wikics/api/runs/a", "/healthz", "/wikics/train") == [
        (200, '["/wikics","/healthz"]'),
        (200, '["/wikics/api","/runs/{r}"]'),
        (200, '["","/healthz"]'),
        (200, "Streamlit"),
    ]
    assert seen[:3] == ["/healthz", "/api/runs/{r}", "/healthz"]  # metrics do not name the base


@pytest.mark.parametrize("base", ["", "/wikics", "/a/b"])
@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/article/123", "/article?article=123"),
        ("/article/123/", "/article?article=123"),
        ("/articles/TCP/IP", "/article?article=TCP%2FIP"),
        ("/article/5?graph=twin&article=7", "/article?graph=twin&article=5"),
        ("/article/caf%C3%A9%3F", "/article?article=caf%C3%A9%3F"),
        ("/Map/7", "/map?article=7"),
        ("/runs/2026-gcn", "/runs?run=2026-gcn"),
        ("/run", "/runs"),
        ("/train/sage", "/train?preset=sage"),
        ("/benchmark/gcn-1", "/benchmark?first=gcn-1"),
        ("/overview", "/"),
        ("/overview?graph=twin", "/?graph=twin"),
        ("/overview/twin", "/?graph=twin"),
        ("/nothing", "/?lost=%2Fnothing"),
        ("/a/b/c?graph=twin", "/?graph=twin&lost=%2Fa%2Fb%2Fc"),
        ("/" + "x" * 6000, "/?lost=%2F" + "x" * 79),
        ("/article/evil.example/", "/article?article=evil.example"),
    ],
)
def test_i07_an_address_opens_what_it_means_or_what_is_there(base, path, leads_to):
    assert ask(build_app(base), base + path, headers=BROWSER) == [(307, base + leads_to)]


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/",
            "/article",
            "/article/",
            "/map?article=3",
            "/static/js/index.js",
            "/_stcore/health",
            "/article/_stcore/health",
        ),
        *("/media/a.png", "/component/x/y", "/favicon.png", "/app/static/a.css"),
    ],
)
def test_what_streamlit_serves_reaches_it(path):
    assert ask(build_app(), path, headers=BROWSER) == [(200, "Streamlit")]


def test_who_asks_for_no_page_is_told_that_there_is_nothing():
    assert ask(build_app(), "/healtz", "/article/7", headers={"accept": "*/*"}) == [
        (404, "There is nothing at /healtz here.\n"),
        (404, "There is nothing at /article/7 here.\n"),
    ]


def test_pages_are_those_of_the_router(monkeypatch):
    from pathlib import Path

    router = Path(__file__).parents[2] / "pages" / "router.py"
    assert [f'"{name}.py"' in router.read_text() for name in list_page_names()] == [True] * len(list_page_names())


def test_i07_the_browser_asks_the_interface_beside_the_assets(tmp_path):
    folder = tmp_path / "wikics" / "assets" / "0123456789ab" / "base"
    folder.mkdir(parents=True)
    from pages.ui.components.assets import STATIC

    (folder / "api.js").write_text((STATIC / "base" / "api.js").read_text())
    (folder / "package.json").write_text('{"type": "module"}')
    script = f"""
    const {{ addressOf }} = await import("file://{folder}/api.js");
    done(addressOf("/runs", {{}}, {{}}));
    """
    assert call_js(script) == f"{tmp_path}/wikics/api/runs"


def test_i07_components_are_loaded_below_the_base_path(monkeypatch):
    from pages.ui.components import assets

    monkeypatch.setattr(assets, "read_base_path", lambda: "/wikics")
    assert assets.asset_url("map/index.js").startswith("/wikics/assets/")
    assert assets.plotly_url().startswith("/wikics/assets/plotly/")
