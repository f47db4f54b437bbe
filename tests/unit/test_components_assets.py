"""Assets: addresses carry the folder's hash, caching follows it, plotly comes out of its wheel."""

import asyncio
import shutil

import httpx2 as httpx
import pytest
from starlette.applications import Starlette

from pages.ui.components import assets
from pages.ui.components.assets import STATIC, asset_routes, asset_url, plotly_url


def fetch(*urls, headers=None):
    """The answers to one GET each, asked of the routes without a server."""

    async def ask():
        transport = httpx.ASGITransport(Starlette(routes=asset_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            return [await client.get(url) for url in urls]

    return asyncio.run(ask())


def test_the_current_version_is_kept_and_another_is_revalidated():
    content = (STATIC / "base" / "theme.js").read_bytes()
    current, other = fetch(asset_url("base/theme.js"), "/assets/0123456789ab/base/theme.js")
    assert (current.content, other.content) == (content, content)
    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert other.headers["cache-control"] == "no-cache"
    (again,) = fetch("/assets/0123456789ab/base/theme.js", headers={"if-none-match": other.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_all_modules_of_a_component_are_asked_for_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    for name, text in (
        (
            "a/index.js",
            'import { one } from "./one.js";\nimport {\n  two,\n} from "../b/two.js";\nexport default one;\n',
        ),
        ("a/one.js", '/** @import { Three } from "./three.js" */\nexport const name = "./four.js";\n'),
        ("a/three.js", ""),
        ("b/two.js", 'export { one } from "../a/one.js";\nimport "./five.js";\n'),
        ("b/five.js", ""),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert assets.list_modules("a/index.js") == ["a/index.js", "a/one.js", "b/two.js", "b/five.js"]


def test_a_change_of_any_file_changes_every_address(tmp_path, monkeypatch):
    folder = shutil.copytree(STATIC, tmp_path / "static")
    monkeypatch.setattr(assets, "STATIC", folder)
    compute = assets._static_version.__wrapped__
    before = compute()
    assert f"/assets/{before}/map/index.js" == asset_url("map/index.js")
    (folder / "base" / "theme.js").write_text("export {};")
    changed = compute()
    (folder / "base" / "theme.js").rename(folder / "base" / "colours.js")
    assert len({before, changed, compute()}) == 3


def test_plotly_is_served_from_the_installed_wheel():
    (answer,) = fetch(plotly_url())
    assert "javascript" in answer.headers["content-type"]
    assert answer.headers["cache-control"].endswith("immutable")
    assert answer.text.startswith("/**\n* plotly.js v")


@pytest.mark.parametrize(
    "path", ["nothing.js", "v/nothing.js", "v/..%2ftheme.py", "v/%2e%2e/%2e%2e/theme.py", "..%2ftheme.py"]
)
def test_only_files_of_the_folder_are_served(path):
    assert fetch(f"/assets/{path}")[0].status_code == 404
