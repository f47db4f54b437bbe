"""How a component's browser code reaches the page: files of `pages/ui/static`, served under /assets."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pages.ui.addresses import read_base_path

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

STATIC: Final = Path(__file__).parents[1] / "static"
_IMPORT: Final = re.compile(r'^(?:import|export)\b[^;="(]*"(\.[^"]+\.js)"', re.MULTILINE)  # no comment begins so

# Streamlit runs inline code from a blob: address, where "/assets/…" has no origin; and it waits for a promise.
# The import stands inside the function so that a failed download is tried again at the next run. What the module will
# ask for is asked for with it: else each of its imports waits for the one that names it.
_STUB: Final = """\
const source = new URL("{address}", location.origin).href
const ask = (rel, as, address) => {{
  if (document.querySelector(`link[href="${{address}}"]`)) return
  document.head.append(Object.assign(document.createElement("link"), {{ rel, as, href: address }}))
}}
for (const address of {modules}) ask("modulepreload", "script", address)
for (const address of globalThis.Plotly ? [] : {scripts}) ask("preload", "script", address)
export default async function (component) {{
  const {{ default: render }} = await import(source)
  return render(component)
}}
"""


class AssetFiles(StaticFiles):
    """Static files under a version, as `<version>/map/index.js`, which a browser keeps for a year.

    A module imports its neighbours by plain relative path ("./scene.js"), and so under the same version: all
    components share one instance of each, and none is asked for twice. Another version than that of `version()`
    (a page that was open during an update asks for it) answers with today's file, revalidated at each use.
    """

    def __init__(self, version: Callable[[], str], **where: Any) -> None:
        super().__init__(**where)
        self.version = version

    async def get_response(self, path: str, scope: Scope) -> Response:
        version, _, file = path.partition("/")
        response = await super().get_response(file, scope)
        is_current = version == self.version()
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if is_current else "no-cache"
        return response


def asset_routes() -> list[BaseRoute]:
    """The routes under /assets: plotly.js out of the installed plotly wheel, and our own files."""
    return [
        Mount("/assets/plotly", app=AssetFiles(_plotly_version, packages=[("plotly", "package_data")])),
        Mount("/assets", app=AssetFiles(_static_version, directory=STATIC)),
    ]


def asset_url(file: str) -> str:
    """Address of one file of `pages/ui/static`, with the whole folder's hash, as /assets/1f3b…/map/index.js"""
    return f"{read_base_path()}/assets/{_static_version()}/{file}"


def plotly_url() -> str:
    """Address of plotly.js (a UMD script that sets `window.Plotly`)."""
    return f"{read_base_path()}/assets/plotly/{_plotly_version()}/plotly.min.js"


@cache
def load_component(name: str, *, plots: bool = False) -> "ComponentRenderer":
    """Registers the component whose code begins in `static/<name>/index.js` and returns the function that mounts it.

    The module's default export is Streamlit's `(component) => cleanup`. Styles are those of `static/base` and of
    `static/<name>`; both live in the component's shadow root. plots: whether it loads plotly.js.
    """
    import streamlit as st

    css = "\n".join((STATIC / room / "style.css").read_text(encoding="utf-8") for room in ("base", name))
    stub = _STUB.format(
        address=asset_url(f"{name}/index.js"),
        modules=json.dumps([asset_url(file) for file in list_modules(f"{name}/index.js")]),
        scripts=json.dumps([plotly_url()] if plots else []),
    )
    return st.components.v2.component(f"wikics_{name}", js=stub, css=css)


def list_modules(file: str) -> list[str]:
    """A module of `pages/ui/static` and all that it imports, by paths in that folder."""
    found = [file]
    for known in found:
        text = (STATIC / known).read_text(encoding="utf-8")
        paths = [(STATIC / known).parent.joinpath(match).resolve() for match in _IMPORT.findall(text)]
        names = [path.relative_to(STATIC.resolve()).as_posix() for path in paths]
        found += [name for name in dict.fromkeys(names) if name not in found]
    return found


@cache
def _static_version() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(STATIC).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _plotly_version() -> str:
    return version("plotly")
