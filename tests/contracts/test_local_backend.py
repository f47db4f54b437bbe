"""What a queue of processes on this machine has to bear: turns, kills, signals, a full disk, two of all at once."""

import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from core.backends.local.queue import RunQueue
from core.errors import ConflictError, UnavailableError
from core.runs.job_states import JobStates
from core.runs.state import RunState
from tests.rigs import local_rig

pytestmark = pytest.mark.slow


@pytest.fixture
def rig(tmp_path):
    found = local_rig(tmp_path)
    yield found
    found.end()


def process_of(rig, run_id):
    """The process of a run."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for process in psutil.process_iter(["cmdline"]):
            if any(str(rig.store.storage.path(f"runs/{run_id}")) == word for word in process.info["cmdline"] or ()):
                return process
        time.sleep(0.02)
    raise AssertionError(f"{run_id} has no process")


def kill(rig, run_id):
    process = process_of(rig, run_id)
    assert os.getpgid(process.pid) == process.pid != os.getpgid(0)  # a group of its own
    os.killpg(process.pid, signal.SIGKILL)


def test_runs_wait_their_turn_in_the_order_of_their_creation(rig):
    created = [rig.create(epochs=40), *(rig.create(epochs=2) for _ in range(3))]
    for number in (0, 3, 2, 1):
        rig.submit(created[number])
    for run_id in created:
        rig.wait_for(run_id, "finished")
    states = [rig.store.read_stored_state(run_id) for run_id in created]
    assert all(earlier.ended_at <= later.started_at for earlier, later in pairwise(states))


def test_a_job_of_many_turns_lets_those_who_wait_go_first(rig):
    """Between two parts of a long job the run that was submitted meanwhile is trained."""
    states = JobStates(rig.store.storage)
    rig.store.storage.write("benchmarks/slow/config.json", b'{"epochs": 30, "epoch_seconds": 0.05, "turns": 2}')
    states.write("benchmarks/slow", RunState(created_at=time.time()))
    rig.backend.submit("benchmarks/slow")
    rig.wait_until(lambda: states.read("benchmarks/slow").epoch > 0)
    run_id = rig.submit(epochs=1)
    rig.wait_for(run_id, "finished")
    assert states.read("benchmarks/slow").state in ("pending", "running")
    rig.wait_until(lambda: states.read("benchmarks/slow").state == "finished")
    between, after = rig.store.read_stored_state(run_id), states.read_stored("benchmarks/slow")
    assert after.started_at < between.started_at < between.ended_at < after.ended_at


def test_a_killed_trainer_is_shown_crashed_frees_its_slot_and_goes_on(rig):
    killed, waiting = rig.submit(epochs=400), rig.submit(epochs=1)
    rig.wait_for_epoch(killed, 3)
    kill(rig, killed)
    began = time.monotonic()
    rig.wait_for(killed, "crashed")
    assert time.monotonic() - began < 2
    rig.wait_for(waiting, "finished", seconds=5)
    assert rig.store.read(killed).message.startswith("the training process is gone after epoch")
    rig.resume(killed)
    rig.wait_for_epoch(killed, 5)
    rig.stop(killed)
    assert rig.wait_for(killed, "stopped").generation == 1
    assert rig.epochs(killed) == list(range(1, len(rig.epochs(killed)) + 1))


def test_a_killed_waiter_gives_way_and_is_queued_again(rig):
    running, killed, last = rig.submit(epochs=1000), rig.submit(epochs=1), rig.submit(epochs=1)
    rig.wait_for(running, "running")
    process_of(rig, last)
    kill(rig, killed)
    rig.wait_until(lambda: not rig.alive(killed))
    assert rig.store.read(killed).state == "pending"
    rig.stop(running)
    rig.wait_for(last, "finished", seconds=20)  # the ticket of the killed one ends after 10 s
    assert rig.submit_orphans() == [killed]
    rig.wait_for(killed, "finished")


def test_a_stop_reaches_a_pending_run_whose_waiter_is_gone(rig):
    run_id = rig.create()
    rig.stop(run_id)
    assert rig.store.read(run_id).state == "stopped"


def test_sigterm_is_a_request_to_stop(rig):
    run_id = rig.submit(epochs=1000, epoch_seconds=0.3)
    rig.wait_for_epoch(run_id, 1)
    process_of(rig, run_id).terminate()
    assert rig.wait_for(run_id, "stopped", seconds=3).message == ""
    waiting = rig.create()
    blocker = rig.submit(epochs=1000)
    rig.wait_for(blocker, "running")
    rig.submit(waiting)
    process_of(rig, waiting)
    process_of(rig, waiting).terminate()
    rig.wait_for(waiting, "stopped", seconds=3)


def test_of_two_resumes_at_once_one_wins(rig):
    run_id = rig.submit(epochs=60)
    rig.wait_for_epoch(run_id, 2)
    rig.stop(run_id)
    rig.wait_for(run_id, "stopped")
    answers = []
    start = threading.Barrier(4)

    def resume(backend):
        start.wait()
        try:
            backend.resume(f"runs/{run_id}")
            answers.append("won")
        except ConflictError:
            answers.append("refused")

    home = rig.backend.home
    threads = [threading.Thread(target=resume, args=(local_rig(home).backend,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["refused"] * 3 + ["won"]
    assert rig.wait_for(run_id, "finished").generation == 1
    assert rig.epochs(run_id) == list(range(1, 61))


def test_stop_at_any_moment_of_the_start_leads_to_stopped(rig):
    for delay_seconds in (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
        run_id = rig.submit(epochs=1000)
        time.sleep(delay_seconds)
        rig.stop(run_id)
        rig.wait_for(run_id, "stopped", seconds=5)
        rig.wait_until(lambda: not rig.alive(run_id))  # noqa: B023


@pytest.mark.parametrize("step_seconds", [7200, -7200])
def test_n01_a_clock_that_is_set_while_a_run_trains_changes_nothing(tmp_path, step_seconds):
    """Of its trainer by hours at its fifth epoch; the reader's stays."""
    code = f"""
import sys, time
sys.path.insert(0, {str(Path.cwd())!r})
real, ahead = time.time, 0
time.time = lambda: real() + ahead
from core.backends.local.waiter import main
from tests import fake_waiter
def prepare(folder, storage):
    def step(note):
        def noted(epoch):
            global ahead
            ahead = {step_seconds} if epoch >= 5 else 0
            note(epoch)
        return fake_waiter.prepare(folder, storage)(noted)
    return step
sys.exit(main(prepare=prepare))
"""
    rig = local_rig(tmp_path, waiter=(sys.executable, "-c", code))
    first, second = rig.submit(epochs=10_000), rig.submit(epochs=2)
    rig.wait_for_epoch(first, 5)
    rig.wait_until(lambda: abs(rig.store.read_stored_state(first).heartbeat_at - time.time() - step_seconds) < 60)
    row = rig.store.read_metrics(first).row
    rig.wait_for_epoch(first, row + 20)
    assert [rig.store.read(run_id).state for run_id in (first, second)] == ["running", "pending"]
    with pytest.raises(ConflictError, match="is running already"):
        rig.resume(first)
    with pytest.raises(ConflictError, match="stop it before deleting it"):
        rig.store.delete(first)
    rig.stop(first)
    rig.wait_for(first, "stopped")
    rig.wait_for(second, "finished")


def test_twenty_stops_are_acknowledged_and_leave_no_zombie(rig):
    before = set(psutil.Process().children())  # servers that other tests use
    for trial in range(20):
        run_id = rig.submit(epochs=1000)
        rig.wait_for_epoch(run_id, 1 + trial % 3)
        pid = rig.store.read_stored_state(run_id).pid
        rig.stop(run_id)
        assert rig.store.read(run_id).state in ("stopping", "stopped")
        rig.wait_for(run_id, "stopped", seconds=5)
        rig.wait_until(lambda: not psutil.pid_exists(pid))  # noqa: B023
    rig.wait_until(lambda: set(psutil.Process().children()) <= before)


def test_a_stop_does_not_wait_for_a_process_that_loads(rig):
    run_id = rig.submit(loading_seconds=60)
    rig.wait_for(run_id, "running")
    rig.stop(run_id)
    state = rig.wait_for(run_id, "stopped", seconds=2)
    assert (state.epoch, state.message) == (0, "stopped before its next epoch began")
    rig.wait_until(lambda: not rig.alive(run_id))
    assert rig.log(run_id) == ""


def test_two_slots_train_two_runs(tmp_path):
    rig = local_rig(tmp_path, max_runs=2)
    runs = [rig.submit(epochs=1000) for _ in range(3)]
    for run_id in runs[:2]:
        rig.wait_for(run_id, "running")
    time.sleep(0.5)
    assert rig.store.read(runs[2]).state == "pending"
    rig.stop(runs[0])
    rig.wait_for(runs[2], "running")
    rig.end()


def test_runs_outlive_the_process_that_submitted_them(tmp_path):
    rig = local_rig(tmp_path)
    code = f"""
import time
from core.runs.job_states import JobStates
from core.runs.state import RunState
from tests.rigs import local_rig
from pathlib import Path
rig = local_rig(Path({str(tmp_path)!r}))
print(rig.submit(epochs=100), rig.submit(epochs=1), flush=True)
time.sleep(60)
"""
    app = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=Path.cwd()
    )
    with app:
        running, queued = app.stdout.readline().split()
        rig.wait_for_epoch(running, 1)
        os.killpg(app.pid, signal.SIGKILL)
    rows = len(rig.epochs(running))
    rig.wait_for_epoch(running, rows + 3)
    assert rig.submit_orphans() == []
    rig.wait_for(queued, "finished")
    assert rig.epochs(running) == list(range(1, 101))


def test_a_waiter_that_another_process_has_just_started_is_alive_before_it_is_up(tmp_path):
    rig = local_rig(tmp_path, waiter=(sys.executable, "-c", "import time; time.sleep(0.5)"))
    run_id = rig.submit()
    another = local_rig(tmp_path)
    assert another.alive(run_id) and another.submit_orphans() == []
    rig.stop(run_id)
    rig.wait_until(lambda: not rig.alive(run_id))
    assert not another.alive(run_id)


def test_a_process_that_cannot_start_is_a_failed_run(tmp_path):
    rig = local_rig(tmp_path, waiter=("/nowhere/python",))
    with pytest.raises(UnavailableError, match="the training process could not be started"):
        rig.submit()
    (record,) = rig.store.list()
    assert (record.state, "could not be started" in record.message) == ("failed", True)


def test_a_folder_deleted_under_its_trainer_stays_deleted(rig):
    run_id = rig.submit(epochs=1000)
    rig.wait_for_epoch(run_id, 2)
    process = process_of(rig, run_id)
    rig.store.storage.delete(f"runs/{run_id}")
    process.terminate()
    psutil.wait_procs([process], timeout=10)
    assert (rig.store.list(), process.is_running()) == ([], False)


def test_the_trainer_keeps_its_memory_and_shares_the_processors(tmp_path):
    rig = local_rig(tmp_path, max_runs=64, waiter=(sys.executable, "-c", "import os; print(dict(os.environ))"))
    run_id = rig.submit()
    rig.wait_until(lambda: "}" in rig.log(run_id))
    environment = eval(rig.log(run_id))
    assert [environment[key] for key in ("MALLOC_MMAP_THRESHOLD_", "OMP_NUM_THREADS")] == ["4294967296", "1"]


def test_a_full_disk_still_takes_the_last_state(tmp_path):
    """Every new file is refused, as on a full disk; what is there can be written over."""
    rig = local_rig(tmp_path)
    run_id = rig.create()
    folder = rig.store.storage.path(f"runs/{run_id}")
    code = f"""
import errno, os, sys
sys.argv = ["waiter", {str(folder)!r}, {str(tmp_path)!r}]
from core.backends.local.waiter import main
from core.runs.folder import RunFolder
from core.storage import local
def full(*arguments): raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
def prepare(folder, storage):
    local.Path.write_bytes = full
    return lambda on_epoch: local.write_atomically(folder / "last.ckpt", b"weights")
sys.exit(main(prepare=prepare))
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    record = rig.store.read(run_id)
    assert (record.state, record.message) == (
        "failed",
        f"the disk of WIKICS_HOME is full while writing runs/{run_id}/last.ckpt: free some space "
        "(old runs: wikics runs list, wikics runs delete) or point WIKICS_HOME elsewhere",
    )
    assert rig.store.read_stored_state(run_id).ended_at is not None


def test_tickets_stand_until_their_waiters_are_gone(tmp_path):
    queue = RunQueue(tmp_path, max_runs=1)
    queue.announce("older", 1.0)
    assert [queue.is_first("newer", 2.0), queue.is_first("older", 1.0)] == [False, True]
    (ticket,) = tmp_path.glob("*.ticket")
    os.utime(ticket, (0, 0))
    with queue.hold_ticket("older", 1.0):
        assert not queue.is_first("newer", 2.0)
    assert queue.is_first("newer", 2.0)
    assert list(tmp_path.glob("*.ticket")) == []
    with queue.take_slot() as _:
        assert queue.take_slot() is None
