"""How a component's browser code reaches the page: files of `pages/ui/static`, served under /assets."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

STATIC: Final = Path(__file__).parents[1] / "static"

# Streamlit runs inline code from a blob: address, where "/assets/…" has no origin; and it waits for a promise.
# The import stands inside the function so that a failed download is tried again at the next run.
_STUB: Final = """\
const source = new URL("{address}", location.origin).href
export default async function (component) {{
  const {{ default: render }} = await import(source)
  return render(component)
}}
"""


class AssetFiles(StaticFiles):
    """Static files that a browser keeps for a year when asked with ?v=<hash>, and revalidates otherwise.

    A module imports its neighbours by plain relative path ("./theme.js"), without a hash, so that all
    components share one instance of it; the entity tag keeps that cheap and never stale.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response


def asset_routes() -> list[BaseRoute]:
    """The routes under /assets: plotly.js out of the installed plotly wheel, and our own files."""
    return [
        Mount("/assets/plotly", app=AssetFiles(packages=[("plotly", "package_data")])),
        Mount("/assets", app=AssetFiles(directory=STATIC)),
    ]


@cache
def asset_url(file: str) -> str:
    """Address of one file of `pages/ui/static`, with the hash of its content, as /assets/map.js?v=1f3b…"""
    digest = hashlib.sha256((STATIC / file).read_bytes()).hexdigest()[:12]
    return f"/assets/{file}?v={digest}"


@cache
def plotly_url() -> str:
    """Address of plotly.js (a UMD script that sets `window.Plotly`)."""
    return f"/assets/plotly/plotly.min.js?v={version('plotly')}"


@cache
def load_component(name: str) -> "ComponentRenderer":
    """Registers the component whose code is `static/<name>.js` and returns the function that mounts it.

    The module's default export is Streamlit's `(component) => cleanup`. Styles are those of `base.css`
    and, if it exists, `static/<name>.css`; both live in the component's shadow root.
    """
    import streamlit as st

    styles = [STATIC / "base.css", STATIC / f"{name}.css"]
    css = "\n".join(path.read_text(encoding="utf-8") for path in styles if path.exists())
    return st.components.v2.component(
        f"wikics_{name}", js=_STUB.format(address=asset_url(f"{name}.js")), css=css or None
    )
