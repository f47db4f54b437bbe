"""The queue has a bound, whatever asks: runs, benchmarks, what goes on again."""

import threading
import time
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from core.app.admission import Admission
from core.backends.base import Place
from core.errors import ConflictError
from core.http import build_api
from core.runs.files import RUNS
from core.runs.job_states import JobStates
from core.runs.store import RunStore
from tests.rigs import NoBackend


@pytest.fixture
def backend():
    return NoBackend()


@pytest.fixture
def explorer(make_explorer, backend):
    return make_explorer(backend=backend, max_waiting=3)


def test_n06_a_full_queue_takes_no_run_and_no_benchmark(explorer, backend, tiny_id, finished_run, storage):
    config = explorer.configs.build("gcn", {}, graph=tiny_id)
    explorer.benchmarks.submit(config, [(0, 0)])
    for _ in range(2):
        explorer.runs.submit(config)
    for refused in (
        lambda: explorer.runs.submit(config),
        lambda: explorer.runs.resume(finished_run),
        lambda: explorer.benchmarks.submit(explorer.configs.build("mlp", {}, graph=tiny_id), [(0, 0)]),
    ):
        with pytest.raises(ConflictError, match=r"^3 wait for their turn already, and the queue takes 3: stop one"):
            refused()
    assert len(backend.submitted) == 3
    assert len(explorer.runs.list()) == 3
    assert [file.name.split("/")[1][:3] for file in storage.list("benchmarks/*/benchmark.json")] == ["gcn"]
    explorer.benchmarks.submit(config, [(1, 0)])  # more is asked of one that waits already
    assert [job.total for job in explorer.benchmarks.list_jobs()] == [2]


def test_n06_forty_at_once_are_three(explorer, backend, tiny_id):
    client = TestClient(build_api(lambda: explorer))
    statuses = []

    def post():
        statuses.append(client.post("/runs", json={"graph": tiny_id}).status_code)

    threads = [threading.Thread(target=post) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses.count(201), statuses.count(409), len(backend.submitted)) == (3, 37, 3)


def test_n03_where_nothing_may_wait_a_free_place_is_taken_all_the_same(make_explorer, backend, storage):
    explorer = make_explorer(backend=backend, max_waiting=0, max_runs=2)
    config = explorer.configs.build("gcn", {})
    begun = RUNS + explorer.runs.submit(config).id
    states = JobStates(storage)
    states.write(begun, replace(states.read_stored(begun), state="running", heartbeat_at=time.time()))
    explorer.runs.submit(config)
    for refused in (
        lambda: explorer.runs.submit(config),
        lambda: explorer.benchmarks.submit(config, [(0, 0)]),
    ):
        with pytest.raises(ConflictError, match=r"^2 train already, and none may wait: start this when one has ended"):
            refused()
    assert len(backend.submitted) == 2


def test_c10_no_more_machines_are_rented_than_may_be(make_explorer, storage):
    """Those that wait at the provider or train; what has ended, or trains here, is none of them."""
    explorer = make_explorer(max_machines=2, max_waiting=10)
    store, states = RunStore(storage), JobStates(storage)
    for state, backend in (("pending", "vertex"), ("finished", "vertex"), ("running", "vertex"), ("pending", "local")):
        machine = {"backend": backend, "machine": "g2-standard-4"} if backend != "local" else {}
        job = RUNS + store.create({"preset": "gcn"}, machine)
        now = time.time()
        states.write(job, replace(states.read_stored(job), state=state, host="elsewhere", heartbeat_at=now))
    admission = Admission(store, states, max_runs=1, max_waiting=10, max_machines=explorer.settings.max_machines)
    with pytest.raises(ConflictError) as caught, admission.enter(rents=True):
        raise AssertionError
    assert str(caught.value) == (
        "2 machines are rented already, and 2 may be: stop one of their runs, or start this when one has ended "
        "(WIKICS_MAX_MACHINES)"
    )
    with admission.enter():
        pass


def test_c10_a_benchmark_has_a_rented_machine_as_a_run_has(make_explorer, tiny_id, monkeypatch):
    explorer, vertex = make_explorer(max_machines=1, max_waiting=10), NoBackend()
    monkeypatch.setattr(vertex, "describe_place", lambda: Place("Vertex AI", "an L4", 1000, machine="g2-standard-4"))
    explorer.benchmarks._backend._opened |= {"vertex": vertex, "local": NoBackend()}
    first, second = (explorer.configs.build(preset, {}, graph=tiny_id) for preset in ("gcn", "mlp"))
    explorer.benchmarks.submit(first, [(0, 0)], backend="vertex")
    for refused in (
        lambda: explorer.benchmarks.submit(second, [(0, 0)], backend="vertex"),
        lambda: explorer.runs.submit(second, backend="vertex"),
    ):
        with pytest.raises(ConflictError, match=r"^1 machine is rented already, and 1 may be"):
            refused()
    explorer.benchmarks.submit(first, [(1, 0)], backend="vertex")  # more of the one that has a machine
    explorer.benchmarks.submit(second, [(0, 0)], backend="local")
    assert len(vertex.submitted) == 1
