"""Prometheus metrics of one process: requests, runs, predictions, what is loaded and what was built."""

import platform
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final, get_args

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from core.runs.record import RunRecord
from core.runs.state import StateName

MAX_ROUTES: Final = 50  # no label takes more values
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHER: Final = "other"

# From a cached answer to an epoch-long one.
LATENCY_BUCKETS_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Source:
    """What the metrics are read from at each scrape."""

    list_runs: Callable[[], Sequence[RunRecord]]  # newest first
    is_graph_loaded: Callable[[], bool]  # the default one
    count_predictions: Callable[[], int]  # articles whose prediction this process has given out


class Monitor:
    """The metrics of one process, in a registry of their own."""

    def __init__(self, source: Source, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.registry.register(_SourceCollector(source))
        self._requests = Counter(
            "wikics_http_requests_total",
            "HTTP requests by route template, method and status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._latency = Histogram(
            "wikics_http_request_duration_seconds",
            "Time to the end of an HTTP response.",
            ("route", "method"),
            buckets=LATENCY_BUCKETS_SECONDS,
            registry=self.registry,
        )
        self._routes: set[str] = set()

    def observe_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts one request. `route` is a template such as `/api/runs/{r}`, never a visitor's own text."""
        if route not in self._routes and len(self._routes) >= MAX_ROUTES - 1:
            route = OTHER
        self._routes.add(route)
        method = method if method in METHODS else OTHER
        self._requests.labels(route, method, str(status)).inc()
        self._latency.labels(route, method).observe(seconds)

    def respond(self) -> Response:
        """The answer to a scrape."""
        return Response(render(self.registry), media_type=CONTENT_TYPE_LATEST)


def render(registry: CollectorRegistry) -> bytes:
    """All metrics in Prometheus's text format."""
    return generate_latest(registry)


class _SourceCollector(Collector):
    """Reads the source at each scrape, so that nothing has to be kept in step."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry then does not scrape in order to register."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        records = self._source.list_runs()
        states = Tally(record.state for record in records)
        runs = GaugeMetricFamily("wikics_runs", "Runs by state.", labels=("state",))
        for state in get_args(StateName):
            runs.add_metric((state,), states[state])
        yield runs
        yield GaugeMetricFamily("wikics_runs_queued", "Runs that wait for their turn.", value=states["pending"])
        yield CounterMetricFamily(
            "wikics_predictions_served",
            "Articles whose prediction was given out.",
            value=self._source.count_predictions(),
        )
        loaded = GaugeMetricFamily("wikics_graph_loaded", "1 once the default graph is loaded.")
        loaded.add_metric((), float(self._source.is_graph_loaded()))
        yield loaded
        yield _describe_model(records)
        yield InfoMetricFamily(
            "wikics_build",
            "What this process runs.",
            value={
                "version": _version("wikics-explorer"),
                "python": platform.python_version(),
                "torch": _version("torch"),
            },
        )


def _describe_model(records: Sequence[RunRecord]) -> Metric:
    """The newest finished run alone: a series a run would grow without end."""
    family = InfoMetricFamily("wikics_model", "The newest finished run.")
    newest = next((record for record in records if record.state == "finished"), None)
    if newest is not None:
        family.add_metric(
            (),
            {
                "run": newest.id,
                "model": newest.model,
                "preset": newest.preset,
                "graph": newest.graph,
                "graph_digest": newest.graph_digest[:12],
            },
        )
    return family


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
