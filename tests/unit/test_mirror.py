"""A job's folder, mirrored from and to a storage that is no folder."""

import json
import shutil
import threading
import time
from dataclasses import replace

import pytest

from core.errors import ConflictError, InvalidInputError, UnavailableError
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.job_states import JobStates
from core.runs.metrics import Cursor, MetricsWriter
from core.runs.mirror import SYNC_SECONDS, JobMirror
from core.runs.store import RunStore
from core.storage.memory import MemoryStorage
from tests.shared_memory import SharedMemoryStorage

CONFIG = {"preset": "gcn", "epochs": 300}


class NotingStorage(MemoryStorage):
    """Notes what is written; may be away."""

    def __init__(self):
        super().__init__()
        self.written = []
        self.away = None  # the error that it answers with

    def list(self, pattern):
        if self.away:
            raise self.away
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


def test_both_sides_are_kept_alike_while_a_job_runs(rig, capsys):
    mirror = JobMirror(rig.folder.path, rig.storage, f"runs/{rig.id}")
    with mirror.keep():
        rig.write_state("running")
        rig.storage.away = InvalidInputError("the bucket takes no such content")  # it came back half-written
        time.sleep(1.2 * SYNC_SECONDS)
        rig.storage.away = None
        deadline = time.monotonic() + 20
        while rig.store.read(rig.id).state != "running" and time.monotonic() < deadline:
            time.sleep(0.02)
        assert rig.store.read(rig.id).state == "running"
        assert "InvalidInputError: the bucket takes no such content" in capsys.readouterr().err
        rig.write_state("finished")
    assert rig.store.read(rig.id).state == "finished"


def test_a_job_that_fails_leaves_what_it_wrote(rig):
    with pytest.raises(ZeroDivisionError), rig.mirror.keep():
        rig.write_state("failed")
        1 / 0  # noqa: B018
    assert rig.store.read(rig.id).state == "failed"


class CountingStorage(SharedMemoryStorage):
    """Counts the bytes that are sent, as a bucket's meter would; may hold back what is large, or keep its answers."""

    def __init__(self):
        super().__init__()
        self.sent_bytes = 0
        self.may_pass = threading.Event()
        self.may_pass.set()
        self.is_mute = False

    def swap(self, name, content, found, **options):
        self.sent_bytes += len(content)
        if len(content) > 2**16:
            assert self.may_pass.wait(20)
        return self.answer(super().swap(name, content, found, **options))

    def extend(self, name, content, found):
        self.sent_bytes += len(content)
        return self.answer(super().extend(name, content, found))

    def answer(self, written):
        if self.is_mute:
            self.is_mute = False
            raise UnavailableError("the answer was lost")
        return written


@pytest.fixture
def counted(tmp_path):
    rig = Rig(tmp_path)
    rig.storage = CountingStorage()
    rig.store = RunStore(rig.storage, states=JobStates(rig.storage, host="here", is_alive=lambda pid, _: pid == 7))
    rig.states = JobStates(rig.storage, host="here", is_alive=lambda pid, _: pid == 7)
    rig.id = rig.store.create(CONFIG, {"graph_digest": "abc"})
    rig.mirror = rig.open(rig.folder)
    rig.mirror.pull()
    rig.storage.sent_bytes = 0
    return rig


def tick(rig):
    rig.clock.now += SYNC_SECONDS
    rig.mirror.sync()


def test_row_25_histograms_go_with_the_checkpoint_before_it_and_what_was_sent_is_not_sent_again(counted):
    rig, line = counted, b'{"epoch": 1}' * 1_000 + b"\n"
    path = rig.folder / files.HISTOGRAMS
    for number in (1, 2):
        with path.open("ab") as file:
            file.write(line)
        (rig.folder / files.LAST_CHECKPOINT).write_bytes(b"%d" % number)
        rig.write_state("running", epoch=number)
        before = rig.storage.sent_bytes
        rig.clock.now += 1_000  # its pace allows it
        tick(rig)
        assert rig.storage.sent_bytes - before < 1.2 * len(line)
        assert rig.contents()[files.HISTOGRAMS] == path.read_bytes()
    assert rig.contents()[files.LAST_CHECKPOINT] == b"2"


@pytest.mark.slow
def test_c01_a_run_of_ten_thousand_epochs_sends_no_more_than_three_times_its_bytes(counted):
    rig, numbers = counted, ",0.123456789012345" * 8
    path = rig.folder / files.METRICS
    path.write_text("epoch\n")
    for second in range(100):
        with path.open("a") as rows:
            rows.writelines(f"{epoch}{numbers}\n" for epoch in range(second * 100 + 1, second * 100 + 101))
        for name in (files.SNAPSHOTS, files.LAST_CHECKPOINT, files.PREVIOUS_CHECKPOINT):
            (rig.folder / name).write_bytes(b"%09d" % second * 8_000)
        rig.write_state("running", epoch=100 * second)
        tick(rig)
        if rig.mirror._lane:
            rig.mirror._lane.join(20)
        assert rig.storage.list(f"runs/{rig.id}/metrics.csv")[0].size_bytes == path.stat().st_size
    rig.write_state("finished")
    rig.mirror.sync(final=True)
    assert local_contents(rig.folder) == rig.contents()
    assert rig.storage.sent_bytes <= 3 * sum(map(len, rig.contents().values()))
    assert rig.mirror._pace.sent_bytes == rig.storage.sent_bytes


def test_c01_a_long_upload_delays_no_sign_of_life_and_no_row(counted):
    rig = counted
    rig.storage.may_pass.clear()
    (rig.folder / files.LAST_CHECKPOINT).write_bytes(b"weights" * 100_000)
    beats = []
    for epoch in (1, 2, 3):
        (rig.folder / files.LOG).write_text(f"epoch {epoch}\n")
        rig.write_state("running", epoch=epoch)
        tick(rig)
        beats.append((rig.store.read(rig.id).epoch, rig.contents()[files.LOG]))
    assert beats == [(epoch, b"epoch %d\n" % epoch) for epoch in (1, 2, 3)]
    assert files.LAST_CHECKPOINT not in rig.contents()
    rig.write_state("finished")
    before = rig.storage.list(f"runs/{rig.id}/state.json")
    tick(rig)
    assert rig.store.read(rig.id).state == "running"  # what it ends with is not there yet
    assert rig.storage.list(f"runs/{rig.id}/state.json") != before  # and it lives
    rig.storage.may_pass.set()
    rig.mirror.sync(final=True)
    assert rig.store.read(rig.id).state == "finished"
    assert local_contents(rig.folder) == rig.contents()


def test_c01_of_two_processes_on_one_run_one_loses_and_says_so(counted, tmp_path):
    rig, other = counted, RunFolder(tmp_path / "other")
    second = rig.open(other)
    second.pull()
    rig.write_state("running", epoch=1)
    tick(rig)
    other.write_state(replace(other.read_state(), state="running", epoch=9))
    (other / files.LOG).write_text("as if alone\n")
    for _ in range(2):
        with pytest.raises(ConflictError) as caught:
            second.sync(final=True)
        assert str(caught.value) == (
            f"runs/{rig.id} is written to by another process too, which changed its state.json in memory:: this one "
            "ends, and keeps nothing of what it trained since"
        )
    rig.write_state("finished", epoch=2)
    tick(rig)
    assert (rig.store.read(rig.id).epoch, sorted(rig.contents())) == (
        2,
        ["config.json", "environment.json", files.STATE],
    )


@pytest.mark.parametrize("name", [files.STATE, files.METRICS])
def test_c01_what_was_written_without_an_answer_is_no_other_writers(name, counted):
    rig = counted
    writer = MetricsWriter(rig.folder / files.METRICS)
    for epoch in range(1, 101):
        writer.append({"epoch": epoch, "logged_at": 1_500_000_000.125, "val_loss": 0.123456789})
    rig.write_state("running", epoch=100)
    tick(rig)
    rig.write_state("running", epoch=101)
    if name == files.METRICS:
        writer.append({"epoch": 101})
    rig.storage.is_mute = True
    with pytest.raises(UnavailableError, match="the answer was lost"):
        tick(rig)
    rig.write_state("finished", epoch=102)
    writer.append({"epoch": 102})
    writer.close()
    rig.mirror.finish()
    assert local_contents(rig.folder) == rig.contents()
