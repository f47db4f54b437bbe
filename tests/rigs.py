"""What tests of runs in their own processes, and of benchmarks, share."""

import json
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from core.backends.base import Backend, Place, submit_orphans
from core.backends.job import take_turn
from core.backends.local.backend import LocalBackend
from core.graph.library import GraphLibrary
from core.runs.benchmarks import BenchmarkResult, pack_correct
from core.runs.files import BEST_WEIGHTS, CONFIG, ENVIRONMENT, REPORT, RUNS
from core.runs.folder import JobFolder
from core.runs.job_states import JobStates
from core.runs.state import ENDED, RunState, build_resumed
from core.runs.store import RunStore
from core.storage.documents import dump_json
from core.storage.local import LocalStorage

FAKE_WAITER = (sys.executable, str(Path(__file__).with_name("fake_waiter.py")))


@dataclass
class Rig:
    backend: Backend
    store: RunStore
    config: dict
    environment: dict = field(default_factory=dict)

    def create(self, **config):
        return self.store.create(self.config | config, self.environment)

    def submit(self, run_id=None, **config):
        run_id = run_id or self.create(**config)
        self.backend.submit(RUNS + run_id)
        return run_id

    def submit_anew(self, run_id):
        """Deletes a run, and submits another of its name and config."""
        config, environment = self.store.read_config(run_id), self.store.read_environment(run_id)
        self.store.delete(run_id)
        for name, value in ((CONFIG, config), (ENVIRONMENT, environment)):
            self.store.storage.write(f"{RUNS}{run_id}/{name}", dump_json(value))
        JobStates(self.store.storage).write(RUNS + run_id, RunState(created_at=time.time()))
        return self.submit(run_id)

    def stop(self, run_id):
        self.backend.stop(RUNS + run_id)

    def resume(self, run_id, *, config=None):
        self.backend.resume(RUNS + run_id, config=config)

    def alive(self, run_id):
        return self.backend.alive(RUNS + run_id)

    def log(self, run_id):
        return self.store.read_log(run_id)

    def submit_orphans(self):
        """The ids of runs that nothing waited for, as the app queues them again."""
        jobs = [RUNS + record.id for record in reversed(self.store.list())]
        return [job.removeprefix(RUNS) for job in submit_orphans(jobs, JobStates(self.store.storage), self.backend)]

    def tick(self):
        """What is done now and then beside the backend, while a test waits."""

    def wait_for(self, run_id, *states, seconds=20):
        deadline = time.monotonic() + seconds
        while (state := self.store.read(run_id).state) not in states:
            assert time.monotonic() < deadline, f"{run_id} is {state}, not {states}: {self.log(run_id)}"
            assert state not in ENDED, f"{run_id} is {state}, not {states}: {self.log(run_id)}"
            time.sleep(0.02)
            self.tick()
        return self.store.read_stored_state(run_id)

    def wait_for_epoch(self, run_id, epoch, *, seconds=20):
        """Until so many rows are written, by a run that is running or has been."""
        self.wait_for(run_id, "running", "stopping", "finished", seconds=seconds)
        deadline = time.monotonic() + seconds
        while (row := self.store.read_metrics(run_id).row) < epoch:
            assert time.monotonic() < deadline, f"{run_id} is at epoch {row}: {self.log(run_id)}"
            time.sleep(0.02)

    def wait_until(self, is_so, *, seconds=20):
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def epochs(self, run_id):
        return self.store.read_metrics(run_id).columns["epoch"]

    def end(self):
        """Stops what still runs."""
        for record in self.store.list():
            if record.state not in ENDED:
                self.stop(record.id)
                self.wait_for(record.id, "stopped", "finished")


def local_library(home, **options):
    """The graphs of a home folder."""
    return GraphLibrary(LocalStorage(home), home / "graphs", **options)


FAKE_CONFIG = {"preset": "fake", "epochs": 3, "epoch_seconds": 0.02}


def local_rig(home, *, max_runs=1, waiter=FAKE_WAITER, config=FAKE_CONFIG, environment=None):
    backend = LocalBackend(home, max_runs=max_runs, waiter=waiter)
    return Rig(backend, RunStore(LocalStorage(home)), config, environment or {})


def bucket_rig(home, storage, *, max_runs=1, config=FAKE_CONFIG):
    """The queue of this machine over the jobs of a bucket."""
    backend = LocalBackend(home, max_runs=max_runs, waiter=FAKE_WAITER, storage=storage)
    return Rig(backend, RunStore(storage), config)


class InlineBackend:
    """Executes a job in this process, at once when it is submitted; see `core.backends.base.Backend`."""

    def __init__(self, home):
        self.storage = LocalStorage(home)
        self.states = JobStates(self.storage)

    def submit(self, job):
        folder = JobFolder(self.storage.path(job))
        while folder.read_state().state == "pending":
            take_turn(folder, self.storage)

    def stop(self, job):
        self.states.request_stop(job)
        self.states.write(job, replace(self.states.read_stored(job), state="stopped"))

    def resume(self, job, *, config=None):
        self.states.clear_stop(job)
        if config is not None:
            self.states.write_config(job, config)
        self.states.write(job, build_resumed(self.states.read_stored(job)))
        self.submit(job)

    def alive(self, job):
        return self.states.read_stored(job).state == "running"

    def describe_place(self):
        return Place("This process", "a CPU", 1)


class NoBackend:
    """Takes jobs, and nothing is ever executed; see `core.backends.base.Backend`."""

    def __init__(self, max_jobs=1):
        self.submitted, self.max_jobs = [], max_jobs

    def submit(self, job):
        self.submitted.append(job)

    resume = stop = submit

    def alive(self, _job):
        return True

    def describe_place(self):
        return Place("Nowhere", "nothing", self.max_jobs)


def make_result(split=0, seed=0, *, correct=(True, True, False), **other):
    """A benchmark's result with these test articles right."""
    flags = np.array(correct, dtype=bool)
    values = {
        "val_acc": 0.75,
        "stopping_acc": 0.5,
        "epochs": 3,
        "best_epoch": 2,
        "seconds": 1.5,
        "seconds_per_epoch": 0.5,
        "peak_memory_mb": 100.0,
        "num_parameters": 10,
        "device": "a CPU",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "finished_at": 1e9,
    }
    return BenchmarkResult(
        split=split,
        seed=seed,
        test_acc=float(flags.mean()),
        num_test=len(flags),
        correct_bits=pack_correct(flags),
        **values | other,
    )


def save_weights(explorer, run_id, value=0.5, **report):
    """Gives a run ten weights, all of this value, and its report these fields."""
    import torch

    folder = explorer.settings.home_folder / RUNS / run_id
    torch.save({"model.lin.weight": torch.full((2, 5), value)}, folder / BEST_WEIGHTS)
    told = json.loads((folder / REPORT).read_text())
    (folder / REPORT).write_text(json.dumps(told | report))
