"""What every backend does, whatever executes the runs. A new one joins by a line in `rig`; the training is fake.

Ray, whose every job begins with a process of its own, does in tests/contracts/ray_backend.py.
"""

import time

import psutil
import pytest

from core.errors import BenchmarkNotFoundError, ConflictError, RunNotFoundError
from tests.cloud.rigs import SERVERS, cloud_rig
from tests.rigs import bucket_rig, local_rig

pytestmark = pytest.mark.slow


@pytest.fixture(params=["local", "bucket", *SERVERS])
def rig(request, tmp_path, monkeypatch):
    """Of a provider there is one machine, for which jobs wait there."""
    if request.param in SERVERS:
        found = cloud_rig(request.param, tmp_path)
    elif request.param == "local":
        found = local_rig(tmp_path)
    else:
        emulator = request.getfixturevalue("emulator")
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
        found = bucket_rig(tmp_path, emulator.open())
    yield found
    found.end()


def test_a_run_is_trained_to_its_end(rig):
    run_id = rig.submit()
    assert rig.alive(run_id)
    state = rig.wait_for(run_id, "finished")
    assert (state.epoch, state.message, state.generation) == (3, "", 0)
    assert state.created_at <= state.started_at <= state.ended_at == state.heartbeat_at
    assert rig.epochs(run_id) == [1, 2, 3]
    assert rig.log(run_id) == "training begins after epoch 0\n"


def test_submitted_twice_it_is_trained_once(rig):
    run_id = rig.submit()
    rig.submit(run_id)
    rig.wait_for(run_id, "finished")
    assert rig.epochs(run_id) == [1, 2, 3]
    with pytest.raises(ConflictError, match=f"run {run_id} is finished: only a pending one can be submitted"):
        rig.submit(run_id)


def test_a_run_that_is_made_anew_under_its_name_is_trained_anew(rig):
    run_id = rig.submit()
    for _ in range(2):
        rig.wait_for(run_id, "finished")
        rig.submit_anew(run_id)
    state = rig.wait_for(run_id, "finished")
    assert (state.epoch, state.message, rig.epochs(run_id)) == (3, "", [1, 2, 3])


def test_a_running_run_stops_after_its_epoch(rig, tmp_path):
    held = tmp_path / "second-epoch"
    run_id = rig.submit(epochs=1000, held_at=str(held))
    rig.wait_until(held.exists)
    rig.stop(run_id)
    assert rig.store.read(run_id).state == "stopping"
    held.unlink()
    released = time.time()
    state = rig.wait_for(run_id, "stopped")
    assert state.ended_at - released < 2.3
    assert rig.epochs(run_id) == list(range(1, state.epoch + 1))
    assert state.epoch >= 2


def test_a_waiting_run_stops_at_once(rig):
    first, second = rig.submit(epochs=1000), rig.submit()
    rig.wait_for(first, "running")
    rig.stop(second)
    state = rig.wait_for(second, "stopped", seconds=3)
    assert (state.message, state.epoch, state.started_at) == ("stopped before its next epoch began", 0, None)
    assert rig.store.read(first).state == "running"


def test_a_stop_that_comes_before_the_process_is_up_is_obeyed(rig):
    run_id = rig.submit()
    rig.stop(run_id)
    assert rig.wait_for(run_id, "stopped", seconds=3).epoch == 0


def test_a_stopped_run_goes_on_where_it_was(rig):
    run_id = rig.submit(epochs=40, epoch_seconds=0.1)
    rig.wait_for_epoch(run_id, 2)
    rig.stop(run_id)
    done = rig.wait_for(run_id, "stopped").epoch
    rig.resume(run_id)
    assert rig.store.read(run_id).state in ("pending", "running")
    state = rig.wait_for(run_id, "finished")
    assert (state.epoch, state.generation, state.resuming) == (40, 1, False)
    assert rig.epochs(run_id) == list(range(1, 41))
    assert f"training begins after epoch {done}\n" in rig.log(run_id)


@pytest.mark.parametrize(
    ("fails", "message"),
    [
        ("sentence", "the loss is not a number"),
        ("bug", "training ended by KeyError: 'weights'; its log tells where"),
    ],
)
def test_a_failed_run_says_why_in_a_sentence_and_can_be_resumed(rig, fails, message):
    run_id = rig.submit(fails_at=2, fails=fails)
    state = rig.wait_for(run_id, "failed")
    assert (state.message, state.epoch, rig.epochs(run_id)) == (message, 1, [1])
    assert "Traceback" in rig.log(run_id)
    rig.resume(run_id)
    assert rig.wait_for(run_id, "failed").generation == 1


def test_only_an_ended_unfinished_run_is_resumed(rig):
    finished, active = rig.submit(epochs=1), rig.submit(epochs=1000)
    rig.wait_for(finished, "finished")
    with pytest.raises(ConflictError, match="is finished: there is nothing to resume"):
        rig.resume(finished)
    with pytest.raises(ConflictError, match=f"run {finished} is finished: there is nothing to stop"):
        rig.stop(finished)
    with pytest.raises(ConflictError, match="only a stopped, failed or crashed run is resumed"):
        rig.resume(active)


def test_i17_a_finished_run_goes_on_with_another_config_and_an_active_one_does_not(rig):
    finished, active = rig.submit(epochs=2), rig.submit(epochs=1000)
    rig.wait_for(finished, "finished")
    longer = rig.store.read_config(finished) | {"epochs": 4}
    with pytest.raises(ConflictError, match="only a stopped, failed or crashed run is resumed"):
        rig.resume(active, config=rig.store.read_config(active) | {"epochs": 4})
    assert rig.store.read_config(active)["epochs"] == 1000
    rig.stop(active)
    rig.resume(finished, config=longer)
    assert rig.wait_for(finished, "finished").generation == 1
    assert (rig.store.read_config(finished), rig.epochs(finished)) == (longer, [1, 2, 3, 4])


def test_an_unknown_run_is_not_found(rig):
    for call in (rig.backend.submit, rig.backend.stop, rig.backend.resume, rig.backend.alive):
        with pytest.raises(RunNotFoundError, match="no run 'gcn-7'"):
            call("runs/gcn-7")
        with pytest.raises(BenchmarkNotFoundError, match="no benchmark 'gcn-7'"):
            call("benchmarks/gcn-7")


def test_the_place_has_a_name_and_slots(rig):
    place = rig.backend.describe_place()
    assert place.name and place.device and place.max_jobs >= 1 and not place.missing


def test_a_pending_run_that_nothing_waits_for_is_queued_again(rig):
    forgotten = rig.create()
    running = rig.submit(epochs=1000)
    rig.wait_for(running, "running")
    assert rig.submit_orphans() == [forgotten]
    assert rig.submit_orphans() == []
    rig.stop(running)
    rig.wait_for(forgotten, "finished")


def test_no_process_stays_behind(rig):
    before = set(psutil.Process().children())
    for _ in range(3):
        rig.wait_for(rig.submit(epochs=1), "finished")
    rig.wait_until(lambda: set(psutil.Process().children()) <= before)
