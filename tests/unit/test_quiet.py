"""Work that waits until nobody asks for anything."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from core.monitoring.quiet import NoteRequests, Quiet


class Clock:
    """Sleeps at once, and has somebody ask at these times."""

    def __init__(self, *asked):
        self.at, self.asked = 100.0, [100.0 + at for at in asked]
        self.quiet = Quiet(now=lambda: self.at, sleep=self.sleep)

    def sleep(self, seconds):
        ends_at = self.at + seconds
        while self.asked and self.asked[0] <= ends_at:
            self.at = self.asked.pop(0)
            self.quiet.note()
        self.at = ends_at


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ((), 10),
        ((3,), 13),
        ((3, 9, 18), 28),
        ((3, 14), 13),  # the last comes once it is over
        (range(100), 60),
    ],
)
def test_c05_it_waits_until_nobody_has_asked_for_a_while_and_not_for_ever(asked, waited):
    clock = Clock(*asked)
    clock.quiet.wait(10, at_most=60)
    assert clock.at == 100 + waited


def test_c05_where_it_was_quiet_nobody_waits():
    clock = Clock()
    clock.at += 20
    clock.quiet.wait(10, at_most=60)
    assert clock.at == 120


def test_c05_what_machines_ask_disturbs_nobody():
    clock = Clock()
    routes = [Route(path, lambda _: PlainTextResponse("")) for path in ("/", "/wikics/healthz")]
    middleware = [Middleware(NoteRequests, quiet=clock.quiet, but=("/healthz", "/metrics"))]
    client = TestClient(Starlette(routes=routes, middleware=middleware))
    for path, waited in (("/", 10), ("/wikics/healthz", 0)):
        clock.at += 20
        began = clock.at
        assert client.get(path).status_code == 200
        clock.quiet.wait(10, at_most=60)
        assert clock.at - began == waited
