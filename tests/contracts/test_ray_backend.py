"""Jobs on a Ray cluster: from a start to predictions, and a killed worker.

All that any backend does, and a benchmark on two workers, is tried by tests/contracts/ray_backend.py, a
benchmark of 20 splits by tests/bench/ray_benchmark.py.
"""

import signal

import psutil
import pytest

from core.backends.ray import cluster as cluster_module
from core.runs.executions import Executions
from tests.contracts.test_cloud_flow import wait_until
from tests.ray_cluster import ray_rig

pytestmark = pytest.mark.slow


@pytest.fixture
def rig(tmp_path, ray_cluster):
    found = ray_rig(tmp_path, ray_cluster)
    yield found
    found.end()


def settle(rig, run_id):
    """The run's execution, as Ray says it stands."""
    rig.tick()
    return Executions(rig.store.storage).read_last(f"runs/{run_id}")


def watch_a_killed_worker(rig, signal_number):
    """A run whose worker gets a signal ends as if nothing had been."""
    run_id = rig.submit(epochs=20, epoch_seconds=0.05)
    rig.wait_for_epoch(run_id, 3)
    first = rig.store.read_stored_state(run_id)
    worker = psutil.Process(first.pid)
    assert worker.nice() == psutil.Process().nice()  # Ray gives way to all else that a machine does, unless it is told
    worker.send_signal(signal_number)
    rig.wait_until(lambda: rig.store.read_stored_state(run_id).state == "finished")
    state = rig.store.read_stored_state(run_id)
    assert (state.generation, state.pid != first.pid, state.message) == (1, True, "")
    assert rig.epochs(run_id) == list(range(1, 21))
    rig.wait_until(lambda: settle(rig, run_id).ended)
    execution = settle(rig, run_id)
    assert (execution.number, execution.title, execution.state, execution.message) == (1, "Ray", "DEAD", "")


def test_c01_a_killed_workers_run_goes_on_elsewhere_by_itself(rig):
    watch_a_killed_worker(rig, signal.SIGKILL)


@pytest.fixture
def explorer(make_explorer, ray_cluster, monkeypatch):
    monkeypatch.setattr(cluster_module, "open_cluster", lambda _address, _home: ray_cluster)
    return make_explorer()


def test_c01_a_run_is_started_watched_stopped_resumed_and_asked(explorer, tiny_id):
    values = {"epochs": 10_000, "patience": 10_000, "device": "cpu"}
    run_id = explorer.runs.submit(explorer.configs.build("gcn", values, graph=tiny_id), backend="ray").id
    first = wait_until(explorer, run_id, lambda record: record.epoch > 2)
    assert (first.state, first.backend) == ("running", "ray")
    explorer.runs.stop(run_id)
    stopped = wait_until(explorer, run_id, lambda record: record.state == "stopped")
    explorer.runs.resume(run_id)
    again = wait_until(explorer, run_id, lambda record: record.state == "running" and record.generation == 1)
    assert again.epoch >= stopped.epoch
    explorer.runs.stop(run_id)
    wait_until(explorer, run_id, lambda record: record.state == "stopped")
    assert explorer.articles.read(tiny_id, 0, run=run_id).pred is not None
    wait_until(explorer, run_id, lambda _: explorer.runs.read_execution(run_id).ended)
