"""Assets: addresses carry the content's hash, caching follows it, plotly comes out of its wheel."""

import asyncio
import hashlib

import httpx2 as httpx
import pytest
from starlette.applications import Starlette

from pages.ui.components.assets import STATIC, asset_routes, asset_url, plotly_url


def fetch(*urls, headers=None):
    """The answers to one GET each, asked of the routes without a server."""

    async def ask():
        transport = httpx.ASGITransport(Starlette(routes=asset_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            return [await client.get(url) for url in urls]

    return asyncio.run(ask())


def test_a_hashed_address_is_kept_and_a_plain_one_is_revalidated():
    content = (STATIC / "theme.js").read_bytes()
    url = asset_url("theme.js")
    hashed, plain = fetch(url, "/assets/theme.js")
    assert url == f"/assets/theme.js?v={hashlib.sha256(content).hexdigest()[:12]}"
    assert (hashed.content, plain.content) == (content, content)
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "no-cache"
    (again,) = fetch("/assets/theme.js", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_plotly_is_served_from_the_installed_wheel():
    (answer,) = fetch(plotly_url())
    assert "javascript" in answer.headers["content-type"]
    assert answer.text.startswith("/**\n* plotly.js v")


@pytest.mark.parametrize("path", ["nothing.js", "..%2ftheme.py", "%2e%2e/theme.py"])
def test_only_files_of_the_folder_are_served(path):
    assert fetch(f"/assets/{path}")[0].status_code == 404
