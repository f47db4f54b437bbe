"""Who may start, stop and resume runs."""

import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, Request

from core.app.explorer import Explorer
from core.errors import ForbiddenError
from core.settings import Settings


def guard(get_explorer: Callable[[], Explorer]) -> Any:
    """A route's dependency that lets through who may train."""

    def authorise(request: Request) -> None:
        refuse_strangers(request, get_explorer().settings)

    return Depends(authorise)


def refuse_strangers(request: Request, settings: Settings) -> None:
    """Raises ForbiddenError unless the request comes from this app's own pages, from a shell, or with the token."""
    if settings.training == "off":
        raise ForbiddenError("training is switched off on this app: run your own copy to train")
    if settings.token is not None:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
        if hmac.compare_digest(sent, settings.token.get_secret_value().encode()):
            return
    if settings.training == "token":
        raise ForbiddenError("this app trains only for holders of its token: send it as 'Authorization: Bearer …'")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForbiddenError(
            f"a page of {origin} may not start or stop runs here: use this app's own pages or its token"
        )
