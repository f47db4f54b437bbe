"""What is listed and read, and when: over a storage that counts."""

import threading
from dataclasses import asdict, replace

import pytest

from core.runs import files, index
from core.runs.job_states import JobStates
from core.runs.metrics import COLUMNS, Cursor
from core.runs.state import RunState
from core.runs.store import RunStore
from core.storage.documents import dump_json
from core.storage.memory import MemoryStorage

NOW = 1795444000.0
LATER = 60.0  # seconds, after which a file's time is trusted


class CountingStorage(MemoryStorage):
    """Notes every listing and reading since it was last asked."""

    def __init__(self, now):
        super().__init__(now=now)
        self.calls = []
        self.bytes_read = 0
        self.before_read = lambda _: None

    def list(self, pattern):
        self.calls.append(pattern)
        return super().list(pattern)

    def read(self, name, *, start=0):
        self.before_read(name)
        content = super().read(name, start=start)
        self.calls.append(name)
        self.bytes_read += len(content)
        return content

    def take_calls(self):
        calls, self.calls, self.bytes_read = self.calls, [], 0
        return calls


class Clock:
    now = NOW

    def __call__(self):
        return self.now


class Rig:
    """A store whose runs are written by hand; process 7 of this host lives."""

    def __init__(self):
        self.clock = Clock()
        self.storage = CountingStorage(self.clock)
        self.store = self.open_store()

    def open_store(self):
        """A store that knows nothing yet."""
        states = JobStates(self.storage, host="here", is_alive=lambda pid, _: pid == 7)
        return RunStore(self.storage, states=states, now=self.clock)

    def create(self, state="running", rows=0, **changes):
        run_id = self.store.create({"preset": "gcn", "epochs": 300}, {"graph_digest": "abc"})
        self.write_rows(run_id, range(1, rows + 1))
        self.write_state(run_id, state, **changes)
        return run_id

    def write_state(self, run_id, state, **changes):
        content = RunState(state, host="here", pid=7, created_at=NOW, heartbeat_at=self.clock.now)
        self.write(run_id, files.STATE, dump_json(asdict(replace(content, **changes))))

    def write_rows(self, run_id, epochs, *, mark=""):
        rows = [f"{epoch},{epoch},0.5{mark},,,0.{epoch:07d}" + "," * (len(COLUMNS) - 6) for epoch in epochs]
        self.write(run_id, files.METRICS, "".join(f"{line}\n" for line in [",".join(COLUMNS), *rows]).encode())

    def write(self, run_id, name, content):
        self.storage.write(f"runs/{run_id}/{name}", content)

    def pass_time(self, seconds=LATER):
        self.clock.now += seconds

    def epochs(self, run_id, cursor):
        return self.store.follow({run_id: cursor})[run_id].chunk.columns["epoch"]


@pytest.fixture
def rig():
    return Rig()


STATES = "runs/*/state.json"
LABELS = "runs/*/label.json"
MODELS = "models/*/*.json"


def test_of_ended_runs_nothing_but_their_states_is_listed_and_nothing_read(rig):
    ended = [rig.create(state, rows=3) for state in ("finished", "stopped", "failed", "crashed")]
    gone = rig.create("running", rows=3, pid=8)  # its process died
    rig.write(ended[0], files.REPORT, b'{"test_acc": 0.8}')
    rig.pass_time()
    first = rig.store.list()
    rig.storage.take_calls()
    assert rig.store.list() == first
    assert rig.storage.take_calls() == [LABELS, STATES, MODELS]
    assert {record.id: record.state for record in first}[gone] == "crashed"


def test_only_what_has_changed_is_read_again(rig):
    ended, active = rig.create("finished", rows=2), rig.create("running", rows=2)
    rig.pass_time()
    rig.store.list()
    rig.storage.take_calls()
    rig.store.list()
    assert rig.storage.take_calls() == [LABELS, STATES, f"runs/{active}/**", MODELS]
    rig.write_rows(active, range(1, 4))
    rig.store.list()
    # The rows are followed by a look at the state, which may have changed with them.
    assert rig.storage.take_calls() == [
        LABELS,
        STATES,
        f"runs/{active}/**",
        f"runs/{active}/metrics.csv",
        f"runs/{active}/state.json",
        MODELS,
    ]
    rig.pass_time()
    rig.write_state(ended, "running")
    rig.pass_time()
    assert {record.id: (record.state, record.epochs) for record in rig.store.list()} == {
        ended: ("running", 2),
        active: ("running", 3),
    }


def test_what_was_written_a_moment_ago_is_read_again(rig):
    """A second change within the storage's tick, of the same size, would leave no trace."""
    run_id = rig.create("finished")
    assert rig.store.list()[0].state == "finished"
    rig.write_state(run_id, "stopping")  # as long a word
    assert rig.store.list()[0].state == "stopping"
    rig.write_state(run_id, "finished")
    assert rig.store.list()[0].state == "finished"


@pytest.mark.parametrize("num_rows", [100, 10_000])
def test_a_tick_costs_what_is_new(rig, num_rows):
    run_id = rig.create("running", rows=num_rows)
    cursor = Cursor(0, num_rows)
    rig.epochs(run_id, cursor)
    rig.write_rows(run_id, range(1, num_rows + 2))
    rig.storage.take_calls()
    assert rig.epochs(run_id, cursor) == [num_rows + 1]
    assert rig.storage.bytes_read < 1000
    folder = f"runs/{run_id}/"
    written_a_moment_ago = [f"{folder}config.json", f"{folder}environment.json"]
    calls = rig.storage.take_calls()
    assert calls == [f"{folder}**", f"{folder}metrics.csv", f"{folder}state.json", *written_a_moment_ago]
    rig.pass_time()
    rig.epochs(run_id, Cursor(0, num_rows + 1))
    rig.storage.take_calls()
    assert rig.epochs(run_id, Cursor(0, num_rows + 1)) == []
    assert rig.storage.take_calls() == [f"{folder}**"]


def test_many_runs_are_followed_in_one_pass(rig):
    ended = [rig.create("finished", rows=2) for _ in range(20)]
    active = rig.create("running", rows=2)
    rig.pass_time()
    cursors = dict.fromkeys([*ended, active], Cursor(0, 2)) | {"unknown": Cursor(), "../x": Cursor()}
    first = rig.store.follow(cursors)
    assert list(first) == [*ended, active]
    rig.storage.take_calls()
    assert rig.store.follow(cursors) == first
    assert rig.storage.take_calls() == [STATES, f"runs/{active}/**"]
    late = rig.store.follow(cursors | {ended[3]: Cursor(0, 1)})
    assert late[ended[3]].chunk.columns["epoch"] == [2]
    assert {run_id: followed for run_id, followed in late.items() if run_id != ended[3]} == {
        run_id: followed for run_id, followed in first.items() if run_id != ended[3]
    }


@pytest.mark.parametrize("kept", [2, 5])
def test_rows_are_never_given_the_generation_of_others(rig, kept):
    """A run is resumed between the listing and the reading; where it keeps all rows only the state tells."""
    run_id = rig.create("running", rows=5)
    assert rig.epochs(run_id, Cursor()) == [1, 2, 3, 4, 5]

    def resume(name):
        if name.endswith(files.METRICS):
            rig.storage.before_read = lambda _: None
            rig.write_rows(run_id, range(1, kept + 2))
            rig.write_state(run_id, "running", generation=1)

    rig.storage.before_read = resume
    chunk = rig.store.follow({run_id: Cursor(0, 5)})[run_id].chunk
    assert (chunk.generation, chunk.reset, chunk.columns["epoch"]) == (1, True, list(range(1, kept + 2)))


def test_rows_cut_before_the_first_state_of_a_resume_are_noticed(rig):
    run_id = rig.create("running", rows=80)
    rig.epochs(run_id, Cursor())
    rig.write_state(run_id, "running", generation=1, resuming=True)
    rig.write_rows(run_id, [*range(1, 71)])
    chunk = rig.store.follow({run_id: Cursor(0, 80)})[run_id].chunk
    assert (chunk.generation, chunk.row, chunk.reset) == (0, 70, True)
    rig.write_rows(run_id, [*range(1, 70), *range(170, 190)])
    assert rig.store.read(run_id).epochs == 189


def test_the_record_of_an_ended_run_does_not_depend_on_who_followed_it(rig):
    run_id = rig.create("running", rows=3)
    rig.epochs(run_id, Cursor())
    rig.write(run_id, files.REPORT, b'{"epochs": 3, "seconds_per_epoch": 2.0, "best_epoch": 1}')
    rig.write_state(run_id, "finished", epoch=3)
    fresh = rig.open_store()
    assert rig.store.list() == fresh.list()
    assert fresh.list()[0].best_epoch == 1


def test_a_run_that_ends_while_it_is_followed_says_so_with_its_last_rows(rig):
    run_id = rig.create("running", rows=3)
    rig.epochs(run_id, Cursor())
    rig.write_rows(run_id, range(1, 5))
    rig.write(run_id, files.PREDICTIONS, b"")
    rig.write_state(run_id, "finished", epoch=4)
    followed = rig.store.follow({run_id: Cursor(0, 3)})[run_id]
    assert (followed.chunk.columns["epoch"], followed.record.state, followed.record.has_predictions) == (
        [4],
        "finished",
        True,
    )


def test_a_settled_run_that_is_resumed_between_listing_and_reading_is_not_called_ended(rig):
    run_id = rig.create("stopped", rows=5)
    rig.pass_time()
    rig.store.list()

    def resume(name):
        if name.endswith(files.METRICS):
            rig.storage.before_read = lambda _: None
            rig.write_state(run_id, "running", generation=1)

    rig.storage.before_read = resume
    followed = rig.store.follow({run_id: Cursor()})[run_id]
    assert (followed.record.state, followed.record.generation, followed.chunk.generation) == ("running", 1, 1)


def test_a_run_that_is_deleted_meanwhile_is_left_out(rig):
    kept, deleted = rig.create("finished", rows=1), rig.create("running", rows=1)
    rig.storage.before_read = lambda name: rig.storage.delete(f"runs/{deleted}") if deleted in name else None
    assert [record.id for record in rig.store.list()] == [kept]
    deleted = rig.create("running", rows=1)
    assert list(rig.store.follow({kept: Cursor(), deleted: Cursor()})) == [kept]


def test_what_is_known_is_bounded(rig, monkeypatch):
    monkeypatch.setattr(index, "MAX_KNOWN_RUNS", 3)
    ids = {rig.create("finished") for _ in range(5)}
    for _ in range(2):
        assert {record.id for record in rig.store.list()} == ids
    assert len(rig.store._index._known) == 3


def test_threads_that_follow_a_growing_run_get_each_row_once(rig):
    run_id = rig.create("running")
    seen = [[] for _ in range(4)]
    done = threading.Event()

    def follow(rows):
        cursor, last = Cursor(), False
        while not last:
            last = done.is_set()
            chunk = rig.store.follow({run_id: cursor})[run_id].chunk
            assert not chunk.reset
            rows.extend(chunk.columns["epoch"])
            cursor = Cursor(chunk.generation, chunk.row)

    threads = [threading.Thread(target=follow, args=(rows,)) for rows in seen]
    for thread in threads:
        thread.start()
    for epoch in range(1, 300):
        rig.write_rows(run_id, range(1, epoch + 1))
    done.set()
    for thread in threads:
        thread.join()
    assert seen == [list(range(1, 300))] * 4
