"""What only machines of a provider have to bear: images, quotas, preemption, services that do not answer."""

import signal
import threading

import grpc
import pytest

from core.errors import ConflictError, RefusedError
from core.runs.executions import Executions
from core.storage.opening import open_storage
from tests.cloud.rigs import SERVERS, cloud_rig

pytestmark = pytest.mark.slow


@pytest.fixture(params=SERVERS)
def rig(request, tmp_path, monkeypatch):
    found = cloud_rig(request.param, tmp_path)
    yield found
    found.server.refusal, found.server.machines.never_ends = None, False
    found.end()


def read_execution(rig, run_id):
    return Executions(rig.store.storage).read_last(f"runs/{run_id}")


def wait_until_settled(rig, run_id, *, seconds=20):
    def is_settled():
        rig.tick()
        return read_execution(rig, run_id).ended

    rig.wait_until(is_settled, seconds=seconds)
    return read_execution(rig, run_id)


def preempt(rig, run_id, signal_number):
    rig.wait_for_epoch(run_id, 3)
    rig.server.machines.preempt(read_execution(rig, run_id).name, signal_number)


def test_c01_a_run_grows_row_by_row_and_the_providers_word_stands_beside(rig):
    run_id = rig.submit(epochs=1000)
    rig.wait_for_epoch(run_id, 2)
    rig.tick()
    rows, running = len(rig.epochs(run_id)), read_execution(rig, run_id)
    rig.wait_for_epoch(run_id, rows + 3)
    assert (running.ended, running.message, running.number) == (False, "", 1)
    assert running.url.startswith("https://console.cloud.google.com/")
    rig.stop(run_id)
    rig.wait_for(run_id, "stopped")
    ended = wait_until_settled(rig, run_id)
    assert (ended.name, ended.ended) == (running.name, True)
    assert ended.state != running.state != ""


def test_c01_a_failure_inside_the_container_is_told_in_the_runs_own_words(rig):
    run_id = rig.submit(fails_at=2, fails="sentence")
    assert rig.wait_for(run_id, "failed").message == "the loss is not a number"
    assert "the container exited with status 1" in wait_until_settled(rig, run_id).message


def test_c01_an_image_that_cannot_be_pulled_fails_the_run_in_the_providers_words(rig):
    rig.server.machines.images = ()
    run_id = rig.submit()
    state = rig.wait_for(run_id, "failed")
    assert "ended it before it began" in state.message
    assert "failed to pull image 'wikics': not found" in state.message
    assert (state.epoch, rig.alive(run_id), rig.submit_orphans()) == (0, False, [])
    rig.server.machines.images = ("wikics",)
    rig.resume(run_id)
    assert rig.wait_for(run_id, "finished").message == ""
    assert read_execution(rig, run_id).number == 2


def test_c01_a_machine_taken_back_with_a_word_of_warning_leaves_a_run_that_goes_on(rig):
    run_id = rig.submit(epochs=40)
    preempt(rig, run_id, signal.SIGTERM)
    done = rig.wait_for(run_id, "stopped").epoch
    wait_until_settled(rig, run_id)
    rig.resume(run_id)
    rig.wait_for(run_id, "finished")
    assert rig.epochs(run_id) == list(range(1, 41))
    assert f"training begins after epoch {done}\n" in rig.log(run_id)


def test_c01_a_machine_taken_back_at_once_leaves_a_crashed_run_that_goes_on(rig):
    run_id = rig.submit(epochs=40)
    preempt(rig, run_id, signal.SIGKILL)
    wait_until_settled(rig, run_id)
    state = rig.store.read_stored_state(run_id)
    assert state.state == "crashed"
    assert "ended it after epoch" in state.message
    assert "resume the run to go on from there" in state.message
    assert rig.submit_orphans() == []
    rig.resume(run_id)
    rig.wait_for(run_id, "finished")
    assert rig.epochs(run_id) == list(range(1, 41))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, r"has no quota left for this \(.*custom_model_training_l4_gpus"),
        (grpc.StatusCode.PERMISSION_DENIED, r"refuses this account \(.*\): give it the role roles/"),
        (grpc.StatusCode.INVALID_ARGUMENT, r"does not take this order \(.*\): mend the settings it names"),
    ],
)
def test_c01_what_a_provider_refuses_is_a_failed_run_with_its_reason(rig, code, words):
    rig.server.refusal = code, "limit of custom_model_training_l4_gpus"
    with pytest.raises(RefusedError, match=words):
        rig.submit()
    [record] = rig.store.list()
    assert (record.state, rig.submit_orphans()) == ("failed", [])
    assert "custom_model_training_l4_gpus" in record.message
    rig.server.refusal = None
    rig.resume(record.id)
    rig.wait_for(record.id, "finished")


def test_c01_a_run_waits_until_a_service_that_does_not_answer_is_reached_again(rig, short_calls):
    rig.server.refusal = grpc.StatusCode.UNAVAILABLE, "connection refused"
    run_id = rig.submit()
    record = rig.store.read(run_id)
    assert (record.state, rig.alive(run_id)) == ("pending", False)
    assert "does not answer" in record.message and "it is asked again now and then" in record.message
    assert rig.submit_orphans() == [run_id]
    rig.server.refusal = None
    assert rig.submit_orphans() == [run_id]
    rig.wait_for_epoch(run_id, 1)
    rig.server.refusal = grpc.StatusCode.UNAVAILABLE, "connection refused"
    rig.tick()  # is none the wiser, and says nothing that is not true
    assert rig.wait_for(run_id, "finished").message == ""
    assert not read_execution(rig, run_id).ended
    rig.server.refusal = None
    wait_until_settled(rig, run_id)


@pytest.fixture
def short_calls(monkeypatch):
    from google.api_core.exceptions import ServiceUnavailable
    from google.api_core.retry import Retry, if_exception_type

    from core.backends.cloud import calls

    retry = Retry(predicate=if_exception_type(ServiceUnavailable), initial=0.01, timeout=0.05)
    monkeypatch.setitem(calls.CALL, "retry", retry)


def test_c01_an_end_that_never_comes_keeps_nobody_waiting(rig):
    rig.server.machines.never_ends = True
    blocking, waiting = rig.submit(epochs=1000), rig.submit()
    rig.wait_for(blocking, "running")
    rig.stop(waiting)
    rig.tick()
    assert (rig.store.read(waiting).state, read_execution(rig, waiting).ended) == ("stopped", False)
    rig.stop(blocking)
    rig.wait_for(blocking, "stopped")
    rig.server.machines.capacity = 3
    rig.resume(waiting)
    rig.wait_for(waiting, "finished")
    assert read_execution(rig, waiting).number == 2


def test_c01_an_order_whose_answer_was_lost_is_not_given_twice(rig):
    rig.server.lose_answers = True
    run_id = rig.submit()
    assert "does not answer" in rig.store.read(run_id).message
    rig.server.lose_answers = False
    rig.submit_orphans()
    rig.wait_for(run_id, "finished")
    assert len(rig.server.machines.all) == 1


def test_c01_an_order_whose_asker_was_killed_before_it_noted_the_answer_is_not_given_twice(rig, monkeypatch):
    def die(*_, **__):
        raise SystemExit

    blocking = rig.submit(epochs=1000)
    rig.wait_for(blocking, "running")
    with monkeypatch.context() as killed, pytest.raises(SystemExit):
        killed.setattr(Executions, "update", die)
        rig.submit()
    assert rig.submit_orphans() == []  # whoever asked may be about to note it
    monkeypatch.setattr("core.backends.cloud.backend.ASKING_SECONDS", 0.0)
    [run_id] = rig.submit_orphans()
    assert (len(rig.server.machines.all), rig.alive(run_id)) == (2, True)
    rig.stop(blocking)
    rig.wait_for(run_id, "finished")
    execution = wait_until_settled(rig, run_id)
    assert (execution.number, execution.name == "") == (1, False)


def test_c01_of_many_who_submit_or_resume_at_once_one_orders_a_machine(rig):
    run_id, answers, start = rig.create(epochs=40), [], threading.Barrier(4)

    def at_once(action):
        def act():
            start.wait()
            try:
                action(run_id)
                answers.append("done")
            except ConflictError:
                answers.append("refused")

        threads = [threading.Thread(target=act) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    at_once(rig.submit)
    rig.wait_for_epoch(run_id, 2)
    rig.stop(run_id)
    rig.wait_for(run_id, "stopped")
    assert len(rig.server.machines.all) == 1
    answers.clear()
    at_once(rig.resume)
    assert sorted(answers) == ["done", *["refused"] * 3]
    assert rig.wait_for(run_id, "finished").generation == 1
    assert len(rig.server.machines.all) == 2


def test_c01_what_only_the_provider_can_know_of_settings_is_said_in_its_words(tmp_path, short_calls):
    rig = cloud_rig("cloudrun", tmp_path)
    rig.server.jobs.clear()
    with pytest.raises(RefusedError, match=r"make the job once \(gcloud run jobs create wikics-train --image IMAGE"):
        rig.submit()
    rig.end()
    rig = cloud_rig("vertex", tmp_path / "other", accelerator="nvidia-l5")
    with pytest.raises(RefusedError, match=r"WIKICS_ACCELERATOR is 'nvidia-l5': Vertex AI has .*nvidia-l4"):
        rig.submit()
    rig.end()


def test_c01_a_machine_for_which_there_is_no_room_is_a_failed_run(tmp_path):
    rig = cloud_rig("compute", tmp_path)
    rig.server.insert_error = {"code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": "us-central1-a has no g2-standard-4"}
    run_id = rig.submit()
    assert rig.wait_for(run_id, "failed").message == (
        "Compute Engine ended it before it began (ZONE_RESOURCE_POOL_EXHAUSTED: us-central1-a has no g2-standard-4)"
    )
    rig.end()


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGKILL])
def test_c01_a_machine_taken_back_leaves_a_run_in_the_bucket_that_goes_on(
    tmp_path, emulator, monkeypatch, signal_number
):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
    storage = open_storage(f"gs://{emulator.make_bucket()}/team")
    rig = cloud_rig("vertex", tmp_path, storage=storage)
    run_id = rig.submit(epochs=200)
    preempt(rig, run_id, signal_number)
    execution = wait_until_settled(rig, run_id, seconds=40)
    state = rig.store.read_stored_state(run_id)
    assert (execution.ended, state.state) == (True, "stopped" if signal_number == signal.SIGTERM else "crashed")
    rig.resume(run_id)
    rig.wait_for(run_id, "finished", seconds=60)
    assert rig.epochs(run_id) == list(range(1, 201))
    rig.end()
