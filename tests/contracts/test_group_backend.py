"""One run that trains in two processes, as the app starts, stops, kills and resumes it."""

import os
import signal

import psutil
import pytest

from core.backends.local.backend import WAITER
from core.graph.archive import compute_digest, dump_arrays
from core.runs.environment import count_cpus
from core.storage.local import write_atomically
from tests.contracts.test_resume import LOADING_SECONDS, make_arrays
from tests.rigs import local_rig

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(count_cpus() < 2, reason="two processes on a CPU need two processors"),
]

CONFIG = {
    "preset": "gcn",
    "model": "gcn",
    "graph": "random",
    "hidden_channels": 16,
    "epochs": 1_000_000,
    "patience": 1_000_000,
    "device": "cpu",
    "partitions": 4,
    "devices": 2,
}


@pytest.fixture
def rig(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads that wait for each other are slow on a busy machine
    arrays = make_arrays()
    write_atomically(tmp_path / "graphs/random/graph.npz", dump_arrays(arrays), parents=True)
    found = local_rig(tmp_path, waiter=WAITER, config=CONFIG, environment={"graph_digest": compute_digest(arrays)})
    yield found
    found.end()


def wait_for_training(rig, run_id):
    """The process that trains, once it is some epochs on."""
    rig.wait_for(run_id, "running", seconds=LOADING_SECONDS)
    rig.wait_for_epoch(run_id, rig.store.read_metrics(run_id).row + 3, seconds=LOADING_SECONDS)
    return rig.store.read_stored_state(run_id).pid


def list_group(pid):
    """The processes that live in the process group `pid`."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == pid and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def wait_until_gone(rig, pid):
    rig.wait_until(lambda: not list_group(pid), seconds=20)


@pytest.mark.parametrize("whom", ["first", "group"])
def test_a_stop_and_a_signal_are_obeyed_by_both_processes(whom, rig):
    run_id = rig.submit()
    pid = wait_for_training(rig, run_id)
    assert len(list_group(pid)) == 3  # these two, and multiprocessing's tracker
    rig.stop(run_id)
    state = rig.wait_for(run_id, "stopped")
    wait_until_gone(rig, pid)
    assert rig.epochs(run_id) == list(range(1, state.epoch + 1))

    rig.resume(run_id)
    pid = wait_for_training(rig, run_id)
    (os.kill if whom == "first" else os.killpg)(pid, signal.SIGTERM)
    state = rig.wait_for(run_id, "stopped")
    wait_until_gone(rig, pid)
    assert rig.epochs(run_id) == list(range(1, state.epoch + 1))


def test_whichever_process_is_killed_the_run_ends_and_resumes(rig):
    run_id = rig.submit()
    pid = wait_for_training(rig, run_id)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(rig, pid)
    assert rig.store.read(run_id).state == "crashed"

    rig.resume(run_id)
    pid = wait_for_training(rig, run_id)
    [other] = [process for process in list_group(pid) if "spawn_main" in " ".join(process.cmdline())]
    other.kill()
    state = rig.wait_for(run_id, "failed")
    assert state.message.startswith("a process that trained beside this one ended with exit code -9: ")
    wait_until_gone(rig, pid)

    rig.resume(run_id)
    wait_for_training(rig, run_id)
