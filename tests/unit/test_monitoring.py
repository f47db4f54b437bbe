import asyncio

import httpx2 as httpx
import pytest
from fastapi import APIRouter, FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from core.monitoring.metrics import MAX_ROUTES, Monitor, Source, render
from core.monitoring.middleware import MeasureRequests
from core.runs.metrics import MetricsSummary
from core.runs.record import RunFiles, build_record
from core.runs.state import RunState


def record(number, state):
    config = {"preset": "gcn", "model": "gcn", "graph": "twin"}
    content = RunFiles(config, {"graph_digest": "abc" * 20}, None, MetricsSummary(), has_predictions=False)
    return build_record(f"run-{number}", RunState(state), content, folder="")


def build_source(runs=(), *, predictions=0, ready=False):
    return Source(lambda: list(runs), lambda: ready, lambda: predictions)


def scrape(monitor):
    """(name, labels) to value."""
    families = text_string_to_metric_families(render(monitor.registry).decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def value(monitor, name, **labels):
    return scrape(monitor).get((name, tuple(sorted(labels.items()))))


@pytest.fixture
def app():
    """Shaped as the real one: plain routes, a mounted API with a router, mounted files."""
    api = FastAPI()
    router = APIRouter()

    @router.get("/runs/{r}")
    def read_run(r: str):
        return r

    @router.get("/broken")
    def broken():
        raise ZeroDivisionError

    api.include_router(router)

    async def files(scope, receive, send):
        await PlainTextResponse("file")(scope, receive, send)

    routes = [
        Mount("/api", app=api),
        Mount("/assets", app=files),
        Route("/healthz", lambda _: PlainTextResponse("ok")),
        Route("/page/{path:path}", lambda _: PlainTextResponse("page")),
    ]
    monitor = Monitor(build_source())
    found = Starlette(routes=routes, middleware=[Middleware(MeasureRequests, monitor=lambda: monitor)])
    found.state.monitor = monitor
    return found


async def ask(app, asked):
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return [(await client.request(method, path)).status_code for method, path in asked]


def test_requests_are_counted_by_route_template(app):
    asked = [
        ("GET", "/api/runs/a"),
        ("GET", "/api/runs/b"),
        ("GET", "/api/broken"),
        ("GET", "/api/nothing"),
        ("GET", "/assets/curves.js"),
        ("GET", "/healthz"),
        ("GET", "/page/x/y"),
        ("GET", "/no"),
        ("POST", "/api/runs/a"),
    ]
    assert asyncio.run(ask(app, asked)) == [200, 200, 500, 404, 200, 200, 200, 404, 405]
    counts = {
        tuple(dict(labels).values()): count
        for (name, labels), count in scrape(app.state.monitor).items()
        if name == "wikics_http_requests_total"
    }
    assert counts == {  # method, route, status
        ("GET", "/api/runs/{r}", "200"): 2,
        ("GET", "/api/broken", "500"): 1,
        ("GET", "/api/*", "404"): 1,
        ("GET", "/assets/*", "200"): 1,
        ("GET", "/healthz", "200"): 1,
        ("GET", "/page/{path:path}", "200"): 1,
        ("GET", "other", "404"): 1,
        ("POST", "/api/runs/{r}", "405"): 1,
    }
    assert value(app.state.monitor, "wikics_http_request_duration_seconds_count", route="/healthz", method="GET") == 1


def test_no_label_takes_more_than_fifty_values():
    monitor = Monitor(build_source())
    for number in range(3 * MAX_ROUTES):
        monitor.observe_request(f"/{number}", f"METHOD{number}", 200, 0.01)
    found = [dict(labels) for (name, labels) in scrape(monitor) if name == "wikics_http_requests_total"]
    assert len({labels["route"] for labels in found}) == MAX_ROUTES
    assert {labels["method"] for labels in found} == {"other"}


def test_runs_predictions_and_the_graph_are_read_at_each_scrape():
    runs, told = [], {"predictions": 0, "ready": False}
    monitor = Monitor(Source(lambda: runs, lambda: told["ready"], lambda: told["predictions"]))
    assert value(monitor, "wikics_runs", state="finished") == value(monitor, "wikics_graph_loaded") == 0
    runs += [record(3, "pending"), record(2, "finished"), record(1, "finished"), record(0, "crashed")]
    told |= {"predictions": 12, "ready": True}
    states = ("pending", "running", "stopping", "stopped", "finished", "failed", "crashed")
    assert [value(monitor, "wikics_runs", state=state) for state in states] == [1, 0, 0, 0, 2, 0, 1]
    assert value(monitor, "wikics_runs_queued") == value(monitor, "wikics_graph_loaded") == 1
    assert value(monitor, "wikics_predictions_served_total") == 12
    labels = {"run": "run-2", "model": "gcn", "preset": "gcn", "graph": "twin", "graph_digest": "abcabcabcabc"}
    assert value(monitor, "wikics_model_info", **labels) == 1


def test_names_follow_prometheus_and_the_answer_is_its_text():
    response = Monitor(build_source([record(0, "finished")])).respond()
    assert response.headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family.type for family in text_string_to_metric_families(response.body.decode())}
    assert families == {
        "wikics_runs": "gauge",
        "wikics_runs_queued": "gauge",
        "wikics_predictions_served": "counter",
        "wikics_graph_loaded": "gauge",
        "wikics_model_info": "gauge",
        "wikics_build_info": "gauge",
        "wikics_http_requests": "counter",
        "wikics_http_request_duration_seconds": "histogram",
    }
