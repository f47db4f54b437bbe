"""Runs of sweeps without any training: each epoch's accuracy is a rule's, and passes when a test says so."""

import os
import time
from dataclasses import replace

from core.app.sweep_leader import SweepLeader
from core.app.sweeps import Sweeps
from core.backends.base import Place
from core.errors import ConflictError
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.job_states import JobStates
from core.runs.metrics import MetricsWriter
from core.runs.processes import identify_process, this_host
from core.runs.state import ACTIVE, build_resumed
from core.storage.local import LocalStorage


class RuledBackend:
    """Executes runs by `rule(config, epoch)`, the accuracy on every part; see `core.backends.base.Backend`."""

    def __init__(self, home, rule, *, max_jobs=2):
        self.home, self.rule, self.max_jobs = home, rule, max_jobs
        self.states = JobStates(LocalStorage(home))
        self.running = {}  # epochs done, by job
        self.begun = []

    def submit(self, job):
        self.begun.append(job)
        here = {"host": this_host(), "pid": os.getpid(), "process": identify_process(os.getpid())}
        self.states.write(job, replace(self.states.read_stored(job), state="running", **here))
        self.running[job] = 0

    def stop(self, job):
        self.states.request_stop(job)
        self._end(job, "stopped")

    def resume(self, job, *, config=None):  # noqa: ARG002
        if self.states.read(job).state in ACTIVE:
            raise ConflictError(f"{job} is active")
        self.states.clear_stop(job)
        self.states.write(job, build_resumed(self.states.read_stored(job)))
        self.submit(job)

    def alive(self, job):
        return job in self.running

    def describe_place(self):
        return Place("Nowhere", "nothing", self.max_jobs)

    def step(self, epochs=1):
        """Trains every run that is running for some epochs."""
        for job in list(self.running):
            folder = RunFolder(self.home / job)
            config = folder.read_json(files.CONFIG)
            done = self.running[job]
            writer = MetricsWriter(folder / files.METRICS, keep_epochs=done)
            for epoch in range(done + 1, min(done + epochs, config["epochs"]) + 1):
                accuracy = self.rule(config, epoch)
                row = dict.fromkeys(("train_acc", "stopping_acc", "val_acc"), accuracy)
                losses = dict.fromkeys(("train_loss", "stopping_loss", "val_loss"), 1 - accuracy)
                writer.append({"epoch": epoch, "step": epoch, **row, **losses, "logged_at": time.time()})
                self.running[job] = epoch
            writer.close()
            if self.running[job] == config["epochs"]:
                self._end(job, "finished")

    def crash(self, job):
        """The run's process is gone."""
        del self.running[job]
        self.states.write(job, replace(self.states.read_stored(job), pid=2**22 + 1, process="gone"))

    def _end(self, job, state):
        self.running.pop(job, None)
        stored = self.states.read_stored(job)
        self.states.write(job, replace(stored, state=state, epoch=0, ended_at=time.time()))


def with_backend(explorer, launched):
    """The Explorer whose sweeps are led by the test; `launched` is told of each that would have had a process."""
    own = explorer.sweeps
    parts = (own.store, own._runs, own._configs, own._graphs, own._benchmarks)
    return replace(explorer, sweeps=Sweeps(*parts, launched.append))


def lead(explorer, backend, sweep_id, *, epochs=10, ticks=10_000):
    """Leads a sweep until it ends; between two looks every run trains for some epochs."""
    leader = SweepLeader(explorer, sweep_id)

    def sleep(_seconds):
        nonlocal ticks
        ticks -= 1
        assert ticks > 0, explorer.sweeps.read(sweep_id)
        backend.step(epochs)

    leader.lead(sleep)
    return explorer.sweeps.read_details(sweep_id)
