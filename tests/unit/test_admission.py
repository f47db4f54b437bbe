"""The queue has a bound, whatever asks: runs, benchmarks, what goes on again."""

import threading

import pytest
from starlette.testclient import TestClient

from core.backends.base import Place
from core.errors import ConflictError
from core.http import build_api


class NoBackend:
    """Nothing is ever executed."""

    def __init__(self):
        self.submitted = []

    def submit(self, job):
        self.submitted.append(job)

    resume = stop = submit

    def alive(self, _job):
        return True

    def describe_place(self):
        return Place("Nowhere", "nothing", 1)


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
