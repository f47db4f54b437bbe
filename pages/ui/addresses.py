"""Addresses of the app: what is ours below the base path, and what an address means that is none."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

LOST: Final = "lost"  # parameter of the first page: the address that led there
LONGEST_LOST: Final = 80  # characters of it

# What stands behind a page's name, as /article/123; and what else the first page is called.
_MEANT: Final = {
    "article": "article",
    "map": "article",
    "runs": "run",
    "train": "preset",
    "benchmark": "first",
    "overview": "graph",
    "reports": "report",
}
_FIRST: Final = "overview"
_STREAMLITS: Final = frozenset(
    {"_stcore", "app", "auth", "component", "favicon.png", "index.html", "manifest.json", "media", "static"}
    | {"oauth2callback"}
)


def read_base_path() -> str:
    """What stands before every address, as `/wikics`; nothing where the app has a host of its own."""
    from streamlit import config

    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


def list_page_names() -> list[str]:
    """The pages by their names in addresses, which are those of their files."""
    folder = Path(__file__).parents[1]
    return sorted(path.stem for path in folder.glob("*.py") if path.stem not in ("__init__", "router"))


class Addresses:
    """ASGI middleware: routes of ours are found below the base path, and no address leads to a blank page.

    Streamlit answers every address with its page, whose scripts are looked for beside that address: below a second
    slash there are none. An address that means something is redirected there, as /article/123 to /article?article=123,
    any other one to the first page, which says so. Who asks for anything but a page gets 404.

    ours: first parts of the addresses of our routes, as "api". Redirects are relative: so they stay below whatever
    prefix a proxy puts before the app.
    """

    def __init__(self, app: ASGIApp, ours: Collection[str], base_path: Callable[[], str] = read_base_path) -> None:
        self.app, self.ours, self.base_path = app, ours, base_path
        self.pages = list_page_names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            base = self.base_path()
            path: str = scope["path"]
            if path.startswith(f"{base}/"):
                inner = path.removeprefix(base)
                if inner.split("/")[1] in self.ours:
                    scope["root_path"] = scope["app_root_path"] = base  # where the routes begin to look
                elif answer := self._answer(inner, scope):
                    await answer(scope, receive, send)
                    return
        await self.app(scope, receive, send)

    def _answer(self, path: str, scope: Scope) -> Response | None:
        """What is said in Streamlit's place, if anything."""
        parts = path.split("/")[1:]
        first, rest = parts[0], "/".join(parts[1:]).strip("/")
        is_known = not any(parts) or (first in self.pages and first != _FIRST and not rest)
        if is_known or first in _STREAMLITS or "_stcore" in parts or not first:
            return None
        if "text/html" not in Headers(scope=scope).get("accept", ""):
            return PlainTextResponse(f"There is nothing at {path[:LONGEST_LOST]} here.\n", 404)
        page, params = self._read(first, rest, path)
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"))) | params
        place = "../" * (len(parts) - 1) + page or "./"
        return RedirectResponse(f"{place}?{urlencode(query)}" if query else place, 307, {"cache-control": "no-store"})

    def _read(self, first: str, rest: str, path: str) -> tuple[str, dict[str, str]]:
        """The page that an address means, the first one being "", and what it says of parameters."""
        page = next((name for name in self.pages if _singular(name) == _singular(first)), None)
        if page is None or (rest and page not in _MEANT):
            return "", {LOST: path[:LONGEST_LOST]}
        return "" if page == _FIRST else page, {_MEANT[page]: rest} if rest else {}


def _singular(name: str) -> str:
    return name.casefold().removesuffix("s")
