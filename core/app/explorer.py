"""class Explorer: the use cases of one process, wired. What the three doors share begins here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.app.access import Access
from core.app.admission import Admission
from core.app.alerts import Alerts, load_rules, send_json
from core.app.articles import Articles
from core.app.benchmarks import Benchmarks
from core.app.comparisons import Comparisons
from core.app.configs import Configs
from core.app.estimates import Estimates
from core.app.evidence import Evidence
from core.app.forks import Forks
from core.app.graphs import Graphs
from core.app.guests import Guests, Quotas, Visitor
from core.app.imports import Imports
from core.app.lists import open_run_store
from core.app.models import Models
from core.app.places import Places
from core.app.prediction_log import PredictionLog
from core.app.predictions import Predictions
from core.app.registry import Registry
from core.app.reports import Reports
from core.app.run_storage import open_run_storage
from core.app.runs import Runs
from core.app.sweeps import Sweeps, launch_by
from core.backends.base import Backend
from core.backends.known import Backends
from core.backends.open import open_backends, open_registry
from core.config.presets import find_changes
from core.evaluation.leaderboard import Leaderboard
from core.graph.library import GraphLibrary
from core.runs.benchmarks import BenchmarkStore
from core.runs.job_states import JobStates
from core.runs.prices import Prices, load_prices
from core.runs.record import LOCAL
from core.runs.sweeps import SweepStore
from core.settings import Settings

ALERTS: Final = "alerts.json"  # of the home: what was told of which run


@dataclass(frozen=True)
class Explorer:
    """One instance a process; every method of its use cases may be called from any thread."""

    settings: Settings
    access: Access
    guests: Guests
    graphs: Graphs
    configs: Configs
    runs: Runs
    forks: Forks
    imports: Imports
    models: Models
    registry: Registry
    reports: Reports
    estimates: Estimates
    predictions: Predictions
    comparisons: Comparisons
    evidence: Evidence
    articles: Articles
    benchmarks: Benchmarks
    sweeps: Sweeps
    places: Places
    prices: Prices
    alerts: Alerts


def open_explorer(
    settings: Settings,
    *,
    library: GraphLibrary | None = None,
    backend: Backend | None = None,
    ask: Callable[[], Visitor | None] = lambda: None,
) -> Explorer:
    """The Explorer over what the settings name, a bucket or the home; `library` and `backend` instead of theirs.

    ask: which visitor asks just now; None for the process itself, which is asked nothing where there are neither quotas
    nor a login.
    Raises InvalidInputError for what is no bucket's address.
    """
    home = settings.home_folder
    storage = open_run_storage(settings)
    states = JobStates(storage)
    guests = Guests(_read_quotas(settings), ask, login=settings.login)
    graphs = Graphs(library or GraphLibrary(storage, home / "graphs", data_folder=settings.data_folder), guests=guests)
    configs = Configs(graphs, max_epochs=settings.max_epochs)
    prices = load_prices(settings.prices)
    backends = Backends(storage, {LOCAL: lambda: backend}) if backend else open_backends(settings, storage)
    run_store, benchmark_store = open_run_store(settings, storage, prices=prices), BenchmarkStore(storage)
    admission = Admission(
        run_store,
        states,
        max_runs=settings.max_runs,
        max_waiting=settings.max_waiting,
        max_machines=settings.max_machines,
    )
    seen = run_store.seen_by(guests.see)
    runs = Runs(seen, admission, backends, graphs, configs, sinks=settings.sink_names, guests=guests)
    leaderboard = Leaderboard(benchmark_store, find_changes)
    benchmarks = Benchmarks(benchmark_store, leaderboard, admission, backends, graphs, guests=guests)
    predictions = Predictions(seen, graphs, log=PredictionLog(storage, settings.prediction_log))
    comparisons = Comparisons(runs, predictions, benchmark_store, graphs)
    places = Places(backends, runs, benchmarks, list_runs=run_store.list_seen)
    return Explorer(
        settings=settings,
        access=Access(settings.training, settings.token),
        guests=guests,
        graphs=graphs,
        configs=configs,
        runs=runs,
        forks=Forks(run_store, runs, configs),
        imports=Imports(run_store, graphs, guests=guests),
        models=Models(seen, graphs, guests=guests),
        registry=Registry(seen, backends, lambda: open_registry(settings)),
        reports=Reports(seen, guests=guests),
        estimates=Estimates(storage, graphs, configs, runs, places),
        predictions=predictions,
        comparisons=comparisons,
        evidence=Evidence(graphs, predictions, comparisons),
        articles=Articles(graphs, predictions),
        benchmarks=benchmarks,
        sweeps=Sweeps(SweepStore(home), runs, configs, graphs, benchmarks, launch_by(settings), guests=guests),
        places=places,
        prices=prices,
        alerts=Alerts(runs, load_rules(settings.alerts), home / ALERTS, send=send_json),
    )


def _read_quotas(settings: Settings) -> Quotas | None:
    if settings.training != "quota":
        return None
    return Quotas(
        runs=settings.quota_runs,
        epochs=settings.quota_epochs,
        work=settings.quota_work,
        hour=settings.quota_hour,
        minutes=settings.quota_minutes,
    )
