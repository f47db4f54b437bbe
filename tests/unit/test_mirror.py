"""A job's folder, mirrored from and to a storage that is no folder."""

import json
import shutil
import time
from dataclasses import replace

import pytest

from core.errors import UnavailableError
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.job_states import JobStates
from core.runs.metrics import Cursor, MetricsWriter
from core.runs.mirror import SYNC_SECONDS, JobMirror
from core.runs.store import RunStore
from core.storage.memory import MemoryStorage

CONFIG = {"preset": "gcn", "epochs": 300}


class NotingStorage(MemoryStorage):
    """Notes what is written; may be away."""

    def __init__(self):
        super().__init__()
        self.written = []
        self.away = False

    def list(self, pattern):
        if self.away:
            raise UnavailableError("the storage does not answer")
        return super().list(pattern)

    def write(self, name, content):
        self.written.append(name.rpartition("/")[2])
        super().write(name, content)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Rig:
    def __init__(self, path):
        self.storage, self.clock = NotingStorage(), Clock()
        self.states = JobStates(self.storage, host="here", is_alive=lambda pid, _: pid == 7)
        self.store = RunStore(self.storage, states=self.states)
        self.id = self.store.create(CONFIG, {"graph_digest": "abc"})
        self.folder = RunFolder(path / "work" / self.id)
        self.mirror = self.open(self.folder)
        self.storage.written.clear()

    def open(self, folder):
        return JobMirror(folder.path, self.storage, f"runs/{self.id}", now=self.clock, sleep=self.clock.sleep)

    def sync(self, *, final=False):
        """What was written by it."""
        self.clock.now += SYNC_SECONDS
        self.mirror.sync(final=final)
        written, self.storage.written = self.storage.written, []
        return written

    def contents(self):
        stored = self.storage.list(f"runs/{self.id}/**")
        return {file.name.rpartition("/")[2]: self.storage.read(file.name) for file in stored}

    def write_state(self, state, **changes):
        self.folder.write_state(replace(self.folder.read_state(), state=state, host="here", pid=7, **changes))


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path)


def local_contents(folder):
    return {path.name: path.read_bytes() for path in folder.path.iterdir()}


def test_all_that_a_trainer_needs_is_brought_and_nothing_goes_back(rig):
    rig.storage.write(f"runs/{rig.id}/last.ckpt", b"weights" * 100_000)
    rig.storage.written.clear()
    rig.mirror.pull()
    assert local_contents(rig.folder) == rig.contents()
    assert rig.folder.read_json(files.CONFIG) == CONFIG
    assert rig.sync() == []


def test_what_changed_goes_back_and_the_state_last(rig):
    rig.mirror.pull()
    rig.write_state("running", epoch=1)
    writer = MetricsWriter(rig.folder / files.METRICS)
    writer.append({"epoch": 1, "val_acc": 0.5})
    (rig.folder / "last.ckpt.0a0a0a0a.partial").write_bytes(b"half")
    (rig.folder / files.LOG).write_text("training begins\n")
    assert rig.sync() == ["log.txt", "metrics.csv", "state.json"]
    assert rig.store.read(rig.id).epochs == 1
    assert rig.sync() == []
    writer.append({"epoch": 2, "val_acc": 0.5})
    writer.close()
    assert rig.sync() == ["metrics.csv"]
    assert rig.store.follow({rig.id: Cursor(0, 1)})[rig.id].chunk.columns["epoch"] == [2]


def test_an_object_is_written_once_a_second_at_most_and_the_last_time_completely(rig):
    rig.mirror.pull()
    rig.write_state("running")
    assert rig.sync() == ["state.json"]
    rig.write_state("finished")
    rig.clock.now += 0.9 * SYNC_SECONDS
    rig.mirror.sync()
    assert rig.storage.written == []
    began = rig.clock.now
    rig.mirror.sync(final=True)
    assert rig.clock.now == pytest.approx(began + 0.1 * SYNC_SECONDS)
    assert rig.store.read(rig.id).state == "finished"


def test_a_state_never_tells_of_what_is_not_there_yet(rig):
    """The run ends while its files are on their way."""
    rig.mirror.pull()
    rig.write_state("running")
    (rig.folder / files.LOG).write_text("a line\n")
    write = MemoryStorage.write

    def write_and_end(name, content):
        write(rig.storage, name, content)
        if name.endswith(files.LOG):
            rig.folder.write_json(files.REPORT, {"test_acc": 0.8})
            rig.write_state("finished")

    rig.storage.write = write_and_end
    rig.sync()
    assert json.loads(rig.contents()[files.STATE])["state"] == "running"
    rig.sync()
    assert (rig.store.read(rig.id).state, rig.store.read(rig.id).test_acc) == ("finished", 0.8)


def test_a_request_to_stop_reaches_the_trainer_and_never_comes_from_it(rig):
    rig.mirror.pull()
    rig.write_state("running")
    assert (rig.sync(), rig.folder.stop_requested) == (["state.json"], False)
    rig.states.request_stop(f"runs/{rig.id}")
    rig.sync()
    assert rig.folder.stop_requested
    rig.write_state("stopped")
    rig.sync(final=True)
    rig.states.clear_stop(f"runs/{rig.id}")
    rig.sync()
    assert files.STOP not in rig.contents()


def test_another_machine_goes_on_where_this_one_was(rig, tmp_path):
    rig.mirror.pull()
    writer = MetricsWriter(rig.folder / files.METRICS)
    for epoch in (1, 2, 3):
        writer.append({"epoch": epoch})
    writer.close()
    (rig.folder / files.LAST_CHECKPOINT).write_bytes(b"after epoch 2")
    rig.write_state("stopped", epoch=3)
    rig.sync(final=True)

    other = RunFolder(tmp_path / "other" / rig.id)
    rig.mirror = rig.open(other)
    rig.mirror.pull()
    assert local_contents(other) == local_contents(rig.folder) == rig.contents()
    MetricsWriter(other / files.METRICS, keep_epochs=2).close()
    other.write_state(replace(other.read_state(), state="running", generation=1))
    assert rig.sync() == ["metrics.csv", "state.json"]
    chunk = rig.store.follow({rig.id: Cursor(0, 3)})[rig.id].chunk
    assert (chunk.generation, chunk.reset, chunk.columns["epoch"]) == (1, True, [1, 2])


def test_a_profile_is_asked_for_once(tmp_path):
    rig = Rig(tmp_path)
    rig.storage.write(f"runs/{rig.id}/profile", b"")
    rig.mirror.pull()
    assert rig.folder.profile_requested
    rig.sync()
    assert files.PROFILE_REQUEST in rig.contents()
    (rig.folder / files.PROFILE_REQUEST).unlink()
    rig.sync()
    assert files.PROFILE_REQUEST not in rig.contents()


def test_a_part_in_a_folder_of_its_own_comes_and_goes(rig):
    """As a benchmark trains each split and seed, and then keeps a result alone."""
    rig.storage.write(f"runs/{rig.id}/split-00-seed-0/last.ckpt", b"weights")
    rig.storage.written.clear()
    rig.mirror.pull()
    part = rig.folder / "split-00-seed-0"
    assert (part / "last.ckpt").read_bytes() == b"weights"
    (part / "metrics.csv").write_text("epoch\n")
    assert rig.sync() == ["metrics.csv"]
    rig.storage.write(f"runs/{rig.id}/split-00-seed-0.json", b"{}")  # by the process itself, straight to the storage
    shutil.rmtree(part)
    rig.sync()
    assert sorted(rig.contents()) == ["config.json", "environment.json", "split-00-seed-0.json", "state.json"]


def test_a_deleted_run_stays_deleted(rig):
    rig.mirror.pull()
    rig.storage.delete(f"runs/{rig.id}")
    rig.write_state("finished")
    assert (rig.sync(final=True), rig.contents()) == ([], {})


def test_a_folder_that_is_gone_deletes_nothing(rig):
    rig.mirror.pull()
    before = rig.contents()
    shutil.rmtree(rig.folder.path)
    with pytest.raises(FileNotFoundError):
        rig.sync()
    assert rig.contents() == before


def test_both_sides_are_kept_alike_while_a_job_runs(rig):
    mirror = JobMirror(rig.folder.path, rig.storage, f"runs/{rig.id}")
    with mirror.keep():
        rig.write_state("running")
        rig.storage.away = True
        time.sleep(1.2 * SYNC_SECONDS)
        rig.storage.away = False
        deadline = time.monotonic() + 20
        while rig.store.read(rig.id).state != "running" and time.monotonic() < deadline:
            time.sleep(0.02)
        assert rig.store.read(rig.id).state == "running"
        rig.write_state("finished")
    assert rig.store.read(rig.id).state == "finished"


def test_a_job_that_fails_leaves_what_it_wrote(rig):
    with pytest.raises(ZeroDivisionError), rig.mirror.keep():
        rig.write_state("failed")
        1 / 0  # noqa: B018
    assert rig.store.read(rig.id).state == "failed"
