"""The queue has a bound, whatever asks: runs, benchmarks, what goes on again."""

import threading
import time
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from core.errors import ConflictError
from core.http import build_api
from core.runs.files import RUNS
from core.runs.job_states import JobStates
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
