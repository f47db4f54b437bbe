"""Which requests may start, stop and resume runs."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import Headers

from core.app.access import Access
from core.app.explorer import Explorer
from core.errors import ForbiddenError
from core.graph.titles import shorten


def guard(get_explorer: Callable[[], Explorer]) -> Any:
    """A route's dependency that lets through who may train."""

    def authorise(request: Request) -> None:
        refuse_strangers(request, get_explorer().access)

    return Depends(authorise)


def refuse_strangers(request: Request, access: Access) -> None:
    """Raises ForbiddenError unless the request comes from this app's own pages, from a shell, or with the token.

    What a visitor may within the quotas is for `core.app.guests` to say.
    """
    if access.training == "off":
        raise ForbiddenError("training is switched off on this app: run your own copy to train")
    if bears_token(request.headers, access):
        return
    if access.training == "token":
        raise ForbiddenError("this app trains only for holders of its token: send it as 'Authorization: Bearer …'")
    refuse_foreign(request)


def refuse_foreign(request: Request) -> None:
    """Raises ForbiddenError for a request that a page of another site sends."""
    origin = request.headers.get("origin")
    if origin is not None and _read_host(origin) != request.headers.get("host", ""):
        raise ForbiddenError(
            f"a page of {shorten(origin)} may not start or stop runs here: use this app's own pages or its token"
        )


def bears_token(headers: Headers, access: Access) -> bool:
    """Whether a request shows the app's token."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    sent = token.strip().encode("latin-1").decode("utf-8", "surrogateescape")  # headers are read as Latin-1
    return scheme.casefold() == "bearer" and access.knows(sent)


def _read_host(origin: str) -> str | None:
    """The host of an origin; None where it has none, which is nobody's."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
