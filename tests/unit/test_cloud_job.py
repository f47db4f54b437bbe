"""`wikics job gs://…/runs/ID`: preempted, killed, stopped, started twice, on a bucket of this machine."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.graph.archive import dump_arrays
from core.runs import files
from core.runs.job_states import JobStates
from core.runs.record_file import parse_record
from core.runs.state import PREEMPTED
from core.runs.store import RunStore
from core.storage.documents import parse_json
from core.storage.local import LocalStorage

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
FAKE_JOB = (sys.executable, "-m", "tests.fake_job")


class Rig:
    """A run in a bucket, and the processes that execute it."""

    def __init__(self, emulator, monkeypatch):
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
        self.storage = emulator.open()
        self.states, self.store = JobStates(self.storage, host="a reader"), RunStore(self.storage)
        self.processes = []

    def create(self, **config):
        self.id = self.store.create({"preset": "fake", "epochs": 40, "epoch_seconds": 0.05} | config, {})
        return self.id

    def start(self, command=FAKE_JOB):
        process = subprocess.Popen(
            [*command, f"{self.storage.location}/runs/{self.id}"],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def wait_for_epoch(self, epoch, *, seconds=30):
        deadline = time.monotonic() + seconds
        while self.store.read_metrics(self.id).row < epoch:
            assert time.monotonic() < deadline, self.store.read_log(self.id)
            time.sleep(0.05)

    def wait_for_generation(self, generation, *, seconds=60):
        """Until a process has begun that so many came before: what it finds is there already says nothing of it."""
        deadline = time.monotonic() + seconds
        while (state := self.state()).state != "running" or state.generation < generation or state.resuming:
            assert time.monotonic() < deadline, state
            time.sleep(0.05)

    def state(self):
        return self.states.read(f"runs/{self.id}")

    def epochs(self):
        return self.store.read_metrics(self.id).columns["epoch"]

    def end(self):
        for process in self.processes:
            process.kill()
            process.communicate()


@pytest.fixture
def rig(emulator, monkeypatch):
    found = Rig(emulator, monkeypatch)
    yield found
    found.end()


def test_c01_a_job_is_executed_from_its_address_to_its_end(rig):
    rig.create()
    process = rig.start()
    out, err = process.communicate(timeout=60)
    assert (process.returncode, rig.state().state, rig.epochs()) == (0, "finished", list(range(1, 41))), out + err
    assert {file.name.split("/")[0] for file in rig.storage.list("**")} == {"runs"}  # no lease is left behind


def test_c01_sigterm_leaves_a_checkpoint_and_the_next_process_goes_on(rig):
    rig.create(epochs=100)
    process = rig.start()
    rig.wait_for_epoch(5)
    process.send_signal(signal.SIGTERM)
    assert (process.wait(20), rig.state().state, rig.state().message) == (143, "stopped", PREEMPTED)
    trained = rig.epochs()
    assert trained == list(range(1, len(trained) + 1)) and len(trained) < 100
    assert rig.storage.list(f"runs/{rig.id}/stop") == []
    process = rig.start()
    assert (process.wait(60), rig.state().state, rig.state().generation) == (0, "finished", 1)
    assert rig.epochs() == list(range(1, 101))
    assert f"training begins after epoch {len(trained)}" in rig.store.read_log(rig.id)


def test_c01_sigkill_at_any_time_costs_epochs_and_no_run(rig):
    rig.create(epochs=200)
    for generation in range(3):
        process = rig.start()
        rig.wait_for_generation(generation)
        rig.wait_for_epoch(len(rig.epochs()) + 5)
        process.kill()
        process.wait()
    process = rig.start()
    assert (process.wait(60), rig.state().state, rig.state().generation) == (0, "finished", 3)
    assert rig.epochs() == list(range(1, 201))


def test_c01_a_stop_asked_for_in_the_bucket_is_obeyed_and_stays(rig):
    rig.create(epochs=1000)
    process = rig.start()
    rig.wait_for_epoch(2)
    rig.states.request_stop(f"runs/{rig.id}")
    assert (process.wait(20), rig.state().state, rig.state().message) == (0, "stopped", "")
    again = rig.start()
    assert again.communicate(timeout=20)[1].endswith(
        f"run {rig.id} is stopped: only a pending job can be executed (a run that ended early: wikics runs resume)\n"
    )
    assert again.returncode == 1


def test_c01_of_two_jobs_on_one_address_the_second_says_who_has_it(rig):
    rig.create(epochs=1000)
    first = rig.start()
    rig.wait_for_epoch(1)
    second = rig.start()
    message = second.communicate(timeout=30)[1]
    assert second.returncode == 1
    assert f"run {rig.id} is held by process {first.pid} of " in message
    assert (rig.state().state, first.poll()) == ("running", None)


def test_c01_a_bucket_that_is_not_there_is_said_before_any_training(rig):
    process = subprocess.run(
        [sys.executable, "-m", "core.cli", "job", "gs://never-made/runs/20261123-142501-gcn-k3f"],
        cwd=PROJECT,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert process.returncode == 1
    assert process.stderr.startswith(
        "wikics: bucket never-made does not exist, or an anonymous account lacks the permission storage.objects.list "
    )
    assert process.stderr.count("\n") == 1


def test_c01_a_killed_job_ends_with_the_weights_of_one_that_was_left_alone(rig, tmp_path, tiny_arrays):
    """The real training, from the graph that lies in the bucket."""
    from core.app.explorer import open_explorer
    from core.settings import build_settings

    (tmp_path / "tiny.npz").write_bytes(dump_arrays(tiny_arrays))
    settings = {"home": tmp_path / "home"}
    values = {"epochs": 300, "patience": 300, "device": "cpu", "dropout": 0.5}
    logits = []
    for storage in (LocalStorage(tmp_path / "home"), rig.storage):
        bucket = "" if isinstance(storage, LocalStorage) else rig.storage.location
        explorer = open_explorer(build_settings(**settings, bucket=bucket))
        config = explorer.configs.build("gcn", values, graph=explorer.graphs.register(tmp_path / "tiny.npz"))
        graph = explorer.graphs.load(config.graph)
        rig.id = RunStore(storage).create(config.model_dump(), {"graph_digest": graph.digest})
        if not bucket:
            job = [sys.executable, "-m", "core.cli", "job", str(storage.path(f"runs/{rig.id}")), "--json"]
            subprocess.run(job, cwd=PROJECT, capture_output=True, check=True, timeout=120)
        else:
            command = (sys.executable, "-m", "core.cli", "job", "--json")
            process = rig.start(command)
            rig.wait_for_epoch(60, seconds=60)
            process.kill()
            process.wait()
            process = rig.start(command)
            assert json.loads(process.communicate(timeout=120)[0])["state"] == "finished"
        logits.append(RunStore(storage).read_logits(rig.id))
    assert np.array_equal(*logits)
    assert rig.epochs() == list(range(1, 301))
    check_record(rig)


def check_record(rig):
    """What the job has left for lists is what its files say."""
    stored = {file.name.rpartition("/")[2]: file for file in rig.storage.list(f"runs/{rig.id}/*")}
    record = stored[files.RECORD]
    assert record.content == rig.storage.read(record.name)  # the listing brings it
    left = parse_record(parse_json(record.content, record.name), stored)
    rig.storage.delete(record.name)
    found = RunStore(rig.storage).read(rig.id)
    assert replace(left, folder=found.folder, has_predictions=True) == found
