"""Runs and benchmarks that were trained on an older twin: shown on it, resumed on it, never on the present one."""

import pytest

from core.config.train import TrainConfig
from core.errors import ConflictError, TrainingError
from core.graph.archive import compute_digest
from core.graph.twin import build as twin
from core.graph.twin import versions
from core.runs.store import RunStore
from core.training.stored import load_graph
from tests.rigs import make_result


@pytest.fixture
def digest(tiny_arrays):
    return compute_digest(tiny_arrays)


@pytest.fixture
def older(monkeypatch, tiny_arrays, digest):
    """The id of an older twin, which is the tiny graph; the present one has other features."""
    older = f"twin-{digest[:8]}"
    monkeypatch.setattr(versions, "TWINS", {"twin": 3, older: 2})
    monkeypatch.setattr(twin, "build_older_twin", lambda _: tiny_arrays)
    present = {**tiny_arrays, "features": tiny_arrays["features"] + 1}
    monkeypatch.setattr(twin, "build_twin_arrays", lambda: present)
    return older


def train_before(storage, digest):
    """The id of a run on what was called the twin when its digest was this."""
    return RunStore(storage).create(TrainConfig(graph="twin").model_dump(), {"graph_digest": digest})


def test_c14_a_run_on_an_older_twin_is_of_that_twin(explorer, storage, older, digest):
    old, new = train_before(storage, digest), train_before(storage, "0" * 64)

    assert [run.id for run in explorer.runs.list(older)] == [old]
    assert [run.id for run in explorer.runs.list("twin")] == [new]
    assert explorer.graphs.load(explorer.runs.read(old).graph).digest == digest
    assert explorer.graphs.exists(older)


def test_c14_a_run_on_an_older_twin_is_never_shown_on_the_present_one(explorer, storage, older, digest):
    old = train_before(storage, digest)

    with pytest.raises(ConflictError) as caught:
        explorer.predictions.of(explorer.graphs.load("twin"), old)

    assert str(caught.value) == f"run {old} was trained on graph {older}, not on twin: choose a run of this graph"


def test_c14_a_run_on_an_older_twin_goes_on_with_it_wherever_it_is_resumed(storage, older, digest):
    graph = load_graph(storage, "twin", digest)

    assert (graph.id, graph.digest) == (older, digest)
    with pytest.raises(TrainingError):
        load_graph(storage, older, "0" * 64)


def test_c14_a_benchmark_on_an_older_twin_is_of_that_twin(explorer, benchmark_store, older, digest):
    config = TrainConfig(graph="twin", preset="gcn").model_dump()
    benchmark = benchmark_store.open(config, graph_digest=digest)
    benchmark_store.save_result(benchmark.id, make_result())
    explorer.graphs.load(older)
    explorer.graphs.load("twin")

    assert explorer.benchmarks.read_job(benchmark.id).graph == older
    assert [found.id for found in explorer.benchmarks.list(older)] == [benchmark.id]
    assert explorer.benchmarks.list("twin") == []
