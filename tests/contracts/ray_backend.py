"""What is too long for every change: the whole contract of backends on Ray, by `pytest tests/contracts/ray_backend.py`.

tests/contracts/test_ray_backend.py is the short form.
"""

import signal
import time
from contextlib import suppress

import psutil

from core.backends.ray import calls
from tests.contracts.test_backend import *  # noqa: F403
from tests.contracts.test_ray_backend import explorer as explorer
from tests.contracts.test_ray_backend import rig as rig
from tests.contracts.test_ray_backend import settle, watch_a_killed_worker
from tests.contracts.test_resume import LOADING_SECONDS


def test_c01_a_worker_that_is_told_to_end_is_followed_by_another(rig):
    watch_a_killed_worker(rig, signal.SIGTERM)


def test_c01_each_of_many_killed_workers_is_followed_by_another(rig):
    run_id = rig.submit(epochs=20_000, epoch_seconds=0.01)
    for generation in range(calls.RESTARTS + 1):
        rig.wait_until(lambda n=generation: rig.store.read_stored_state(run_id).generation == n)
        rig.wait_for_epoch(run_id, rig.store.read_metrics(run_id).row + 2)
        if generation < calls.RESTARTS:
            psutil.Process(rig.store.read_stored_state(run_id).pid).kill()


def test_c01_a_job_that_its_worker_cannot_reach_fails_with_the_reason(rig):
    rig.backend._launcher._prepare = "tests.no_such_module:prepare"
    run_id = rig.submit()
    rig.wait_until(lambda: settle(rig, run_id).ended)
    state = rig.store.read_stored_state(run_id)
    assert state.state == "failed"
    assert state.message == (
        "Ray ended it before it began (DEAD: ModuleNotFoundError: No module named 'tests.no_such_module')"
    )


def test_c04_two_workers_measure_what_one_process_does_though_one_is_killed(explorer, tiny_id, make_explorer, tmp_path):
    config = explorer.configs.build("gcn", {"epochs": 60, "patience": 60, "device": "cpu"}, graph=tiny_id)
    pairs = [(split, seed) for seed in (0, 1) for split in (0, 1)]
    benchmark_id = explorer.benchmarks.submit(config, pairs, backend="ray", workers=2)
    kill_one_worker()
    deadline = time.monotonic() + 4 * LOADING_SECONDS  # three processes read torch, the killed one's twice
    while (job := explorer.benchmarks.read_job(benchmark_id)).done < len(pairs):
        assert time.monotonic() < deadline and job.state != "failed", job
        time.sleep(0.1)
    alone = make_explorer(home=tmp_path / "alone")
    alone.benchmarks.submit(config, pairs, backend="local")
    while alone.benchmarks.read_job(benchmark_id).done < len(pairs):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    measured = [read_accuracies(each, benchmark_id) for each in (explorer, alone)]
    assert measured[0] == measured[1] and len(measured[0]) == len(pairs)
    while explorer.benchmarks.read_job(benchmark_id).state != "finished":
        assert time.monotonic() < deadline
        time.sleep(0.1)


def kill_one_worker():
    """Kills the first worker of this process's cluster that trains a part."""
    deadline = time.monotonic() + LOADING_SECONDS
    while time.monotonic() < deadline:
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # a zombie is none
                if " ".join(process.cmdline()).startswith("ray::train_part"):
                    process.kill()
                    return
        time.sleep(0.02)
    raise AssertionError("no worker trains")


def read_accuracies(explorer, benchmark_id):
    runs = explorer.benchmarks.read(benchmark_id).runs
    return {(run.split, run.seed): (run.test_acc, run.val_acc, run.best_epoch) for run in runs}
