"""The process: pages, HTTP API, component code, health and metrics on one port (`streamlit run streamlit_app.py`)."""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from core.app.alerts import LOOK_SECONDS
from core.app.explorer import Explorer
from core.errors import WikicsError
from core.http import build_api
from core.http.boundary import ProblemsAlone
from core.http.goodbyes import QuietGoodbyes
from core.http.hosts import KnownHosts
from core.http.kept_files import KeptFiles
from core.http.promptness import send_at_once
from core.http.visitors import AskForLogin, KnowVisitors, LimitRates
from core.monitoring.logs import Bounded
from core.monitoring.memory import give_memory_back
from core.monitoring.middleware import MeasureRequests
from core.monitoring.quiet import NoteRequests, Quiet
from core.monitoring.tasks import Tasks
from pages.ui import logins
from pages.ui.addresses import Addresses
from pages.ui.components.assets import asset_routes
from pages.ui.loaders import get_explorer, get_monitor
from pages.ui.preload import import_all
from pages.ui.text import escape_markdown
from pages.ui.timers import QuietTimers
from pages.ui.uploads import GuardedUploads

RECOVER_EVERY_SECONDS = 15.0
TRIM_EVERY_SECONDS = 30.0
PROBE_AFTER_SECONDS = 20.0  # the first visitor's page comes first, and so does whatever is asked just then
QUIET_SECONDS, BUSY_SECONDS = 5.0, 120.0  # so long nobody asks; so long it waits for that

tasks, quiet = Tasks(), Quiet()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Restarts what was queued, and fetches the graph beside the server: the first page shows how far it is."""
    send_at_once(asyncio.get_running_loop())
    logging.getLogger("wikics").addFilter(Bounded())
    import_all()
    get_monitor()  # and with it the Explorer: made here, before several threads ask for it at once
    explorer = get_explorer()
    logins.check(explorer.settings.login)
    tasks.start("prepare", partial(prepare, explorer), every_seconds=RECOVER_EVERY_SECONDS)
    tasks.start("recover", partial(recover, explorer), every_seconds=RECOVER_EVERY_SECONDS)
    tasks.start("memory", give_memory_back, every_seconds=TRIM_EVERY_SECONDS)
    tasks.start("probe", partial(probe, explorer), every_seconds=PROBE_AFTER_SECONDS)
    tasks.start("alerts", explorer.alerts.look, every_seconds=LOOK_SECONDS)
    yield {}
    explorer.predictions.write_log()


def recover(explorer: Explorer) -> bool:
    """Queues runs again whose waiting process is gone: at the start, and whenever one was killed since."""
    try:
        explorer.runs.recover()
    finally:
        explorer.benchmarks.recover()
        explorer.sweeps.recover()
    return False


def prepare(explorer: Explorer) -> bool:
    """Loads the default graph, then takes what now lives out of garbage collection; whether it is loaded."""
    explorer.graphs.prepare()
    gc.collect()
    gc.freeze()
    return explorer.graphs.readiness().ready


def probe(explorer: Explorer) -> bool:
    """Measures how long a run takes here, once nobody waits for a page; whether that is done."""
    if explorer.access.training == "off":
        return True
    time.sleep(PROBE_AFTER_SECONDS)
    quiet.wait(QUIET_SECONDS, at_most=BUSY_SECONDS)
    if explorer.graphs.readiness().ready:
        explorer.estimates.probe_default()
    return explorer.graphs.readiness().ready


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
    """200 once the graph is loaded and while all that goes on beside the server goes well, else 503 with the reason."""
    readiness, problems = get_explorer().graphs.readiness(), tasks.list_problems()
    return JSONResponse(asdict(readiness) | {"problems": problems}, 200 if readiness.ready and not problems else 503)


def metrics(_request: Request) -> Response:
    """Prometheus metrics."""
    return get_monitor().respond()


def is_ours(path: str) -> bool:
    """Whether no code of Streamlit's asks for this."""
    return "/_stcore/" not in path


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
        Middleware(QuietGoodbyes),
        Middleware(QuietTimers),
        Middleware(MeasureRequests, monitor=get_monitor),
        Middleware(NoteRequests, quiet=quiet, but=("/healthz", "/metrics")),
        Middleware(KnownHosts, hosts=lambda: get_explorer().settings.host_names),
        Middleware(
            LimitRates,
            rate=lambda: get_explorer().settings.rate,
            proxies=lambda: get_explorer().settings.proxies,
        ),
        Middleware(KeptFiles),
        Middleware(
            AskForLogin,
            is_needed=lambda: get_explorer().settings.login == "see",
            access=lambda: get_explorer().access,
            read_login=logins.read_login,
        ),
        Middleware(
            KnowVisitors,
            access=lambda: get_explorer().access,
            proxies=lambda: get_explorer().settings.proxies,
            read_login=logins.read_login,
        ),
        Middleware(GuardedUploads, access=lambda: get_explorer().access),
        Middleware(ProblemsAlone, is_ours=is_ours),
        Middleware(Addresses, ours=("api", "assets", "healthz", "metrics")),
    ],
    on_script_error=report_error,
)
