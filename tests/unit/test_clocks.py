"""Clocks that are hours apart, or set while a run trains: states stay true, the queue in order, nothing is deleted."""

import os
import time
from dataclasses import replace

import pytest

from core.app.places import Places
from core.backends.base import Place
from core.backends.job import run_stored_job
from core.backends.known import Backends
from core.backends.local.queue import RunQueue
from core.backends.pulse import Pulse
from core.errors import ConflictError
from core.runs import files, job_states
from core.runs.folder import JobFolder
from core.runs.job_states import JobStates
from core.runs.locks import JobLocks, job_name, lock_name
from core.runs.processes import identify_process, this_host
from core.runs.state import RunState
from core.runs.store import RunStore
from core.storage.local import LocalStorage
from tests.rigs import local_rig

HOURS_APART = [7200.0, -7200.0]


class Clock:
    """A clock that a test sets."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def rig(tmp_path):
    return local_rig(tmp_path)


def running(rig, *, clock_ahead=0.0, **other):
    """A run that this process says to train, with a clock that is ahead of the reader's."""
    run_id = rig.create()
    folder = JobFolder(rig.store.storage.path(f"runs/{run_id}"))
    now = time.time() + clock_ahead
    state = RunState(
        **{"state": "running", "host": this_host(), "pid": os.getpid(), "process": identify_process(os.getpid())}
        | {"created_at": now, "started_at": now, "heartbeat_at": now, "epoch": 4}
        | other
    )
    folder.write_state(state)
    os.utime(folder / files.STATE, (now, now))
    return run_id


@pytest.mark.parametrize("clock_ahead", HOURS_APART)
def test_n01_a_run_whose_trainer_has_another_clock_is_running_stops_and_is_not_deleted(rig, clock_ahead):
    run_id = running(rig, clock_ahead=clock_ahead)
    assert rig.store.read(run_id).state == "running"
    with pytest.raises(ConflictError, match=f"run {run_id} is running already"):
        rig.resume(run_id)
    with pytest.raises(ConflictError, match=f"run {run_id} is running: stop it before deleting it"):
        rig.store.delete(run_id)
    rig.stop(run_id)
    assert rig.store.read(run_id).state == "stopping"
    assert (rig.store.storage.path(f"runs/{run_id}") / files.STOP).exists()


@pytest.mark.parametrize("other", [{"host": "elsewhere"}, {"pid": 2**22 + 1}, {"process": "other-boot/1"}])
def test_n01_who_holds_the_lock_lives_whatever_else_is_told(rig, other):
    """A machine that was given another name, a container with its own process ids, a clock two hours ahead."""
    run_id = running(rig, clock_ahead=7200.0, **other)
    with JobLocks(rig.backend.home / "queue").hold(f"runs/{run_id}", timeout_seconds=0):
        assert (rig.store.read(run_id).state, rig.alive(run_id)) == ("running", True)
        for refused in (rig.store.delete, rig.resume):
            with pytest.raises(ConflictError, match=f"run {run_id} is running"):
                refused(run_id)
    assert (rig.store.read(run_id).state, rig.alive(run_id)) == ("crashed", False)


def test_n01_nothing_deletes_resumes_or_executes_what_holds_its_lock(rig, monkeypatch):
    """Its trainer has written its last state, or somebody a damaged one, but has not ended."""
    run_id = running(rig, state="failed")
    job, storage = f"runs/{run_id}", rig.store.storage
    before = storage.list(f"{job}/**")
    monkeypatch.setattr(job_states, "LOCK_SECONDS", 0.0)
    with JobLocks(rig.backend.home / "queue").hold(job, timeout_seconds=0):
        for refused in (rig.store.delete, rig.resume, lambda _: run_stored_job(storage, job)):
            with pytest.raises(ConflictError, match=f"run {run_id} is still held by its process: try again in a mom"):
                refused(run_id)
        assert storage.list(f"{job}/**") == before
    rig.store.delete(run_id)
    assert (storage.list("runs/**"), storage.list("queue/**")) == ([], [])


def test_n01_a_crashed_run_is_resumed_and_its_lock_taken_for_nobody_elses(rig):
    run_id = running(rig, pid=2**22 + 1)
    rig.backend._start = lambda *_: None
    rig.resume(run_id)
    assert rig.store.read(run_id).state == "pending"


@pytest.mark.parametrize("step_seconds", HOURS_APART)
def test_n01_it_beats_every_second_when_the_clock_is_set_meanwhile(tmp_path, step_seconds, monkeypatch):
    folder, now, uptime = JobFolder(tmp_path), Clock(1e9), Clock(50.0)
    folder.write_state(RunState())
    monkeypatch.setattr("core.backends.pulse.LOOK_SECONDS", 0.001)
    with Pulse(folder, RunState("running"), now=now, uptime=uptime) as pulse:
        pulse.begin()
        now.now += step_seconds
        for _ in range(3):
            now.now += 1.0
            uptime.now += 1.0  # the last of the two: the beat that it allows shows the time that came before it
            wait_for_beat(folder, now.now)
        pulse.end("finished")
    assert folder.read_state().ended_at == 1e9 + step_seconds + 3


def test_n01_a_beat_shows_the_clock_as_it_is_set_while_the_beat_is_found_due(tmp_path, monkeypatch):
    folder, now, asked = JobFolder(tmp_path), Clock(1e9), []
    folder.write_state(RunState())
    monkeypatch.setattr("core.backends.pulse.LOOK_SECONDS", 0.001)

    def uptime():
        now.now += 7200.0 if len(asked) == 1 else 0.0
        asked.append(now.now)
        return 50.0 if len(asked) == 1 else 51.0

    with Pulse(folder, RunState("running"), now=now, uptime=uptime) as pulse:
        pulse.begin()
        wait_for_beat(folder, 1e9 + 7200.0)


def wait_for_beat(folder, now):
    """Until the state shows this time."""
    deadline = time.monotonic() + 5
    while folder.read_state().heartbeat_at != now:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("clock_ahead", HOURS_APART)
def test_n01_a_trainer_elsewhere_lives_as_its_clock_goes_on_whatever_it_shows(tmp_path, clock_ahead):
    """Neither its clock nor that of a file server agrees with ours; ours is set meanwhile, then the other dies."""
    now, uptime = Clock(1e9), Clock(50.0)
    storage = LocalStorage(tmp_path, now=now)
    states = JobStates(storage, host="here", uptime=uptime)
    path, heartbeat_at = tmp_path / "runs/a/state.json", now.now + clock_ahead
    state = RunState("running", host="elsewhere", pid=7, heartbeat_at=heartbeat_at)

    def look(*, beats):
        nonlocal heartbeat_at
        uptime.now, now.now = uptime.now + 6.0, now.now + 6.0
        if beats:
            heartbeat_at += 6.0
            states.write("runs/a", replace(state, heartbeat_at=heartbeat_at))
            os.utime(path, (heartbeat_at, heartbeat_at))
        return states.read("runs/a").state

    assert [look(beats=True) for _ in range(3)] == ["crashed", "running", "running"]  # one look tells of no clock
    now.now -= clock_ahead / 2
    assert [look(beats=True), look(beats=False), look(beats=False)] == ["running", "running", "crashed"]
    assert look(beats=True) == "running"


def queue_of(tmp_path, now, uptime):
    return RunQueue(tmp_path, max_runs=1, now=now, uptime=uptime)


def test_n01_a_ticket_from_the_future_blocks_nobody(tmp_path):
    now, uptime = Clock(1e9), Clock(500.0)
    queue = queue_of(tmp_path, now, uptime)
    queue.announce("killed", now.now + 7200)
    now.now += 3600
    queue.announce("waits", now.now)
    assert queue.list_names() == ["killed", "waits"]  # what waits already is never overtaken
    assert not queue.is_first("waits", now.now)
    uptime.now += 11
    assert queue.is_first("waits", now.now)
    assert queue.list_names() == ["waits"]


@pytest.mark.parametrize("step_seconds", HOURS_APART)
def test_n01_runs_take_their_turns_in_order_when_the_clock_is_set_between_them(tmp_path, step_seconds):
    now, uptime = Clock(1e9), Clock(500.0)
    queue = queue_of(tmp_path, now, uptime)
    queue.announce("first", now.now)
    now.now += step_seconds
    for name in ("second", "third"):
        now.now += 60
        queue.announce(name, now.now)
    queue.announce("first", now.now)  # again, as the app does when a waiter was killed
    assert queue.list_names() == ["first", "second", "third"]
    queue.withdraw("first")
    queue.announce("first", now.now + 1)  # its next turn
    assert queue.list_names() == ["second", "third", "first"]
    with queue.hold_ticket("third", 0.0):
        assert [queue.is_first("second", 0.0), queue.is_first("third", 0.0)] == [True, False]


def test_n01_a_time_that_makes_no_sense_is_no_name_of_a_file(tmp_path):
    queue = RunQueue(tmp_path, max_runs=1)
    for number, since in enumerate((1e300, -5.0, float("nan"), float("inf"))):
        queue.announce(f"run-{number}", since)
    (tmp_path / "odd.ticket").touch()
    assert sorted(queue.list_names()) == ["run-0", "run-1", "run-2", "run-3"]


def test_n01_the_place_in_the_queue_is_the_one_that_runs_are_taken_by(explorer, store):
    older, newer = store.create({}, {}), store.create({}, {})
    backend = type("Backend", (), {"describe_place": lambda _: Place("Here", "a CPU", 0, (f"runs/{newer}",))})()
    backends = Backends(store.storage, {"local": lambda: backend})
    assert Places(backends, explorer.runs, explorer.benchmarks).describe().queue == {newer: 1, older: 2}


@pytest.mark.parametrize("job", ["runs/20261123-142501-gcn-k3f", "runs/a.b", "benchmarks/gcn.2-3f9a1c2e"])
def test_the_name_of_a_lock_tells_its_job(job):
    assert job_name(lock_name(job)) == job


def test_n01_a_run_of_the_future_is_told_and_ends_as_any_other(tmp_path):
    store = RunStore(LocalStorage(tmp_path), now=lambda: time.time() + 7200)
    run_id = store.create({"preset": "gcn"}, {})
    rig = local_rig(tmp_path)
    rig.stop(run_id)
    assert rig.store.read(run_id).state == "stopped"
