"""Slow answers of the HTTP door leave the quick ones their threads."""

import asyncio
import threading

import httpx2
import pytest

from core.evaluation.leaderboard import Leaderboard
from core.graph.library import GraphLibrary
from core.http import build_api

STORM = 45  # more than there are threads for quick answers
HOLD_SECONDS = 10.0  # at most


def storm(explorer, path, begun, go_on, *, method="GET"):
    """What a quick request is answered while so many wait for a slow one, and the answers of those."""

    async def ask():
        transport = httpx2.ASGITransport(app=build_api(lambda: explorer))
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
            slow = [asyncio.create_task(client.request(method, path)) for _ in range(STORM)]
            await asyncio.to_thread(begun.wait, HOLD_SECONDS)
            try:
                quick = [await asyncio.wait_for(client.get(each), 1) for each in ("/graphs", "/runs")]
            finally:
                go_on.set()
            return quick, await asyncio.gather(*slow)

    return asyncio.run(ask())


@pytest.fixture
def hold(monkeypatch):
    """Has calls of a method wait; returns what is set once one came, what lets them go on, and their number."""

    def hold_(owner, name):
        begun, go_on, calls, old = threading.Event(), threading.Event(), [], getattr(owner, name)

        def wait(*args, **kwargs):
            calls.append(args)
            begun.set()
            go_on.wait(HOLD_SECONDS)
            return old(*args, **kwargs)

        monkeypatch.setattr(owner, name, wait)
        return begun, go_on, calls

    return hold_


@pytest.mark.parametrize(
    ("owner", "name", "path", "made"),
    [
        (GraphLibrary, "load_layout", "/graphs/TINY/map", 1),
        (GraphLibrary, "load", "/graphs/TINY/articles/3", 1),
        (Leaderboard, "rank", "/benchmarks", STORM),
    ],
)
def test_n08_a_storm_of_slow_questions_leaves_room_for_quick_ones(make_explorer, hold, owner, name, path, made):
    begun, go_on, calls = hold(owner, name)
    explorer = make_explorer()
    quick, slow = storm(explorer, path.replace("TINY", explorer.graphs.list()[0].id), begun, go_on)
    assert [answer.status_code for answer in (*quick, *slow)] == [200] * (2 + STORM)
    assert len({answer.content for answer in slow}) == 1 and len(calls) == made
