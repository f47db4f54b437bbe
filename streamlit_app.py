"""The process: pages, HTTP API, component code, health and metrics on one port (`streamlit run streamlit_app.py`)."""

import gc
import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from core.app.explorer import Explorer
from core.errors import WikicsError
from core.http import build_api
from core.http.boundary import Boundary
from core.monitoring.middleware import MeasureRequests
from pages.ui.addresses import Addresses
from pages.ui.components.assets import asset_routes
from pages.ui.loaders import get_explorer, get_monitor
from pages.ui.preload import import_all
from pages.ui.text import escape_markdown

RECOVER_EVERY_SECONDS = 15.0
PROBE_AFTER_SECONDS = 20.0  # the first visitor's page comes first


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Restarts what was queued, and fetches the graph beside the server: the first page shows how far it is."""
    import_all()
    get_monitor()  # and with it the Explorer: made here, before several threads ask for it at once
    explorer = get_explorer()
    threading.Thread(target=prepare, args=(explorer,), name="prepare", daemon=True).start()
    threading.Thread(target=recover, args=(explorer,), name="recover", daemon=True).start()
    yield {}


def recover(explorer: Explorer) -> None:
    """Queues runs again whose waiting process is gone: at the start, and whenever one was killed since."""
    while True:
        try:
            explorer.runs.recover()
            explorer.benchmarks.recover()
        except WikicsError as error:
            logging.getLogger("wikics").error("runs could not be queued again: %s", error)
        time.sleep(RECOVER_EVERY_SECONDS)


def prepare(explorer: Explorer) -> None:
    """Loads the default graph, then takes what now lives out of garbage collection."""
    explorer.graphs.prepare()
    gc.collect()
    gc.freeze()
    if explorer.graphs.readiness().ready and explorer.access.training != "off":
        time.sleep(PROBE_AFTER_SECONDS)
        explorer.estimates.probe_default()


def report_error(error: Exception) -> bool:
    """Says in one sentence what a page could not do; the traceback goes to the log alone."""
    if isinstance(error, WikicsError):
        st.error(escape_markdown(str(error)), icon=":material/error:")
    else:
        logging.getLogger("wikics").error("a page failed", exc_info=error)
        st.error(
            "This page failed, and the reason is in the app's log. Reload it, or go back.", icon=":material/error:"
        )
    return True


async def healthz(_request: Request) -> Response:
    """200 once the graph is loaded, 503 with the reason before."""
    readiness = get_explorer().graphs.readiness()
    return JSONResponse(asdict(readiness), 200 if readiness.ready else 503)


def metrics(_request: Request) -> Response:
    """Prometheus metrics."""
    return get_monitor().respond()


app = st.App(
    Path(__file__).parent / "pages" / "router.py",
    lifespan=lifespan,
    routes=[
        Mount("/api", app=build_api(get_explorer)),
        *asset_routes(),
        Route("/healthz", healthz),
        Route("/metrics", metrics),
    ],
    middleware=[
        Middleware(MeasureRequests, monitor=get_monitor),
        Middleware(Boundary, hosts=lambda: get_explorer().settings.host_names),
        Middleware(Addresses, ours=("api", "assets", "healthz", "metrics")),
    ],
    on_script_error=report_error,
)
