"""Slow answers: whoever waits takes no thread, and few are computed at once, so that quick ones always find one."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial, wraps
from typing import Any, Final, ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import Depends
from starlette.concurrency import run_in_threadpool

from core.app.explorer import Explorer

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

SLOW_AT_ONCE: Final = 2  # more would only take turns on a processor or two
_limiter: Final = RunVar[CapacityLimiter]("slow answers")


def slowly(route: Callable[Asked, Answer]) -> Callable[Asked, Awaitable[Answer]]:
    """A route that computes for a tenth of a second or more: of all such, two are computed at once."""

    @wraps(route)
    async def wait(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        return await to_thread.run_sync(partial(route, *args, **kwargs), limiter=_get_limiter())

    return wait


def once_loaded(get_explorer: Callable[[], Explorer]) -> Any:
    """A dependency of routes below a graph `g`: waits until the graph is in memory. Raises GraphNotFoundError."""

    async def wait(g: str) -> None:
        graphs = get_explorer().graphs
        if not graphs.is_loaded(g):
            await run_in_threadpool(graphs.check_exists, g)
            await _settled(graphs.start_loading(g))

    return Depends(wait)


def once_indexed(get_explorer: Callable[[], Explorer]) -> Any:
    """A dependency of routes below a loaded graph: waits until its titles can be searched."""

    async def wait(g: str) -> None:
        await _settled(get_explorer().articles.start_indexing(g))

    return Depends(wait)


def once_placed(get_explorer: Callable[[], Explorer]) -> Any:
    """A dependency of routes below a loaded graph: waits until its articles have their places on the map.

    A run of which nothing can be shown is refused before.
    """

    async def wait(g: str, run: str | None = None) -> None:
        explorer = get_explorer()
        await run_in_threadpool(explorer.articles.check_run, g, run)
        await _settled(explorer.graphs.start_layout(g))

    return Depends(wait)


async def _settled(future: Future[Any]) -> None:
    if future.done():
        future.result()
    else:
        await asyncio.wrap_future(future)


def _get_limiter() -> CapacityLimiter:
    """That of this event loop."""
    try:
        return _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(SLOW_AT_ONCE)
        _limiter.set(limiter)
        return limiter
