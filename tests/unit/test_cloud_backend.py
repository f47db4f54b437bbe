"""A provider in the cloud: what its word makes of a run, and what is missing before it is asked."""

import re

import pytest

from core.backends.cloud.account import Account
from core.backends.cloud.backend import MAX_LABEL, CloudBackend
from core.backends.cloud.base import Machine, Sight
from core.backends.cloud.provider import Provider
from core.backends.known import Backends
from core.errors import ConflictError, InvalidInputError, NotFoundError, RefusedError, UnavailableError
from core.runs.executions import Execution, Executions
from core.runs.job_states import JobStates
from core.runs.state import RunState
from core.runs.store import RunStore
from core.storage.local import LocalStorage
from core.storage.memory import MemoryStorage
from tests.shared_memory import SharedMemoryStorage

MACHINE = Machine("wikics", "wikics-tests", "us-central1", "g2-standard-4", "nvidia-l4")


class FakeLauncher:
    """Takes every order; `sights` says how each stands, `error` is raised by every call."""

    def __init__(self, _machine=None):
        self.orders, self.sights, self.cancelled, self.error = [], {}, [], None

    def launch(self, order):
        self._fail()
        self.orders.append(order)
        return order.label

    def plan(self, order):
        return vars(order)

    def look(self, name):
        self._fail()
        return self.sights.get(name, Sight("waiting", "QUEUED"))

    def cancel(self, name):
        self._fail()
        self.cancelled.append(name)

    def _fail(self):
        if self.error:
            raise self.error


class Cloud:
    """A backend over memory, at a provider that a test commands."""

    def __init__(self):
        self.now = 1e9
        self.launcher, self.store = FakeLauncher(), RunStore(MemoryStorage(now=lambda: self.now))
        provider = Provider("Fake Cloud", "json", MACHINE, {}, lambda _: self.launcher, list)
        self.backend = CloudBackend(self.store.storage, provider, now=lambda: self.now)
        self.run_id = self.store.create({"epochs": 9}, {"backend": "fake"})
        self.job = f"runs/{self.run_id}"

    def write(self, **changes):
        state = vars(self.store.read_stored_state(self.run_id))
        self.store._states.write(self.job, RunState(**state | changes))

    def say(self, phase, state, message=""):
        self.launcher.sights[self.launcher.orders[-1].label] = Sight(phase, state, message, "https://example.org/1")
        self.backend.settle(self.job)
        found = self.store.read_stored_state(self.run_id)
        return found.state, found.message

    @property
    def execution(self):
        return Executions(self.store.storage).read_last(self.job)


@pytest.fixture
def cloud():
    return Cloud()


def test_c01_a_run_is_ordered_once_as_the_command_of_its_own_address(cloud):
    for _ in range(3):
        cloud.backend.submit(cloud.job)
    [order] = cloud.launcher.orders
    assert order.command == ("wikics", "job", f"memory:/{cloud.job}")
    assert re.fullmatch(f"wikics-{cloud.run_id}-[0-9a-f]{{8}}-1", order.label)
    assert cloud.backend.alive(cloud.job)


@pytest.mark.parametrize(
    ("changes", "said", "becomes"),
    [
        ({}, ("waiting", "QUEUED"), ("pending", "")),
        ({}, ("failed", "FAILED", "no image"), ("failed", "Fake Cloud ended it before it began (FAILED: no image)")),
        ({}, ("cancelled", "CANCELLED"), ("failed", "Fake Cloud ended it before it began (CANCELLED)")),
        ({"state": "running", "epoch": 3}, ("running", "RUNNING"), ("running", "")),
        (
            {"state": "running", "epoch": 3},
            ("failed", "FAILED", "preempted"),
            (
                "crashed",
                "Fake Cloud ended it after epoch 3 (FAILED: preempted): resume the run to go on from there",
            ),
        ),
        ({"state": "finished"}, ("succeeded", "DONE"), ("finished", "")),
        ({"state": "failed", "message": "no loss"}, ("failed", "FAILED", "exit code 1"), ("failed", "no loss")),
    ],
)
def test_c01_what_the_provider_says_becomes_the_state_that_is_true(cloud, changes, said, becomes):
    cloud.backend.submit(cloud.job)
    cloud.write(**changes)
    assert cloud.say(*said) == becomes
    execution = cloud.execution
    assert (execution.state, execution.message) == (said[1], said[2] if len(said) > 2 else "")
    assert (execution.url, execution.ended) == ("https://example.org/1", said[0] not in ("waiting", "running"))
    assert cloud.backend.alive(cloud.job) == (not execution.ended)


def test_c01_a_job_that_a_killed_machine_still_holds_is_ended_the_next_time(cloud, monkeypatch):
    cloud.backend.submit(cloud.job)
    with monkeypatch.context() as patch:

        def hold(*_, **__):
            raise ConflictError("is still held")

        patch.setattr(cloud.backend._states, "hold", hold)
        assert cloud.say("failed", "FAILED", "preempted") == ("pending", "")
        assert not cloud.execution.ended and cloud.backend.alive(cloud.job)
    assert cloud.say("failed", "FAILED", "preempted")[0] == "failed"
    assert cloud.execution.ended


def test_c01_an_execution_that_was_deleted_there_is_over(cloud):
    cloud.backend.submit(cloud.job)
    cloud.launcher.error = NotFoundError("no such thing")
    cloud.backend.settle(cloud.job)
    assert cloud.store.read(cloud.run_id).message == (
        "Fake Cloud ended it before it began (DELETED: it was deleted there)"
    )


@pytest.mark.parametrize("storage", [MemoryStorage, SharedMemoryStorage])
def test_c01_what_a_killed_process_asked_for_is_asked_for_under_its_number_by_one_of_many(storage):
    executions = Executions(storage())
    asked = Execution(1, "Fake Cloud", 1e9, 1e9, 0)
    assert executions.claim("runs/r", asked) and not executions.claim("runs/r", asked)
    found = executions.find_newest("runs/r")
    answers = [executions.claim("runs/r", asked, instead_of=found.file) for _ in range(2)]
    assert answers == [True, storage is MemoryStorage]  # which has no other machine that could ask
    assert executions.find_newest("runs/r").number == 1


def test_c01_what_was_asked_for_before_a_resume_is_no_machine_of_it(cloud, monkeypatch):
    monkeypatch.setattr(cloud.backend._executions, "update", lambda *_, **__: None)  # killed before it notes anything
    cloud.backend.submit(cloud.job)
    cloud.now += 31
    cloud.backend.submit(cloud.job)
    cloud.write(state="crashed")
    cloud.backend.resume(cloud.job)
    first, again, resumed = [order.label for order in cloud.launcher.orders]
    assert first == again and resumed != first
    assert (first[-2:], resumed[-2:]) == ("-1", "-2")


def test_c01_a_job_of_the_same_name_that_is_made_anew_or_lies_elsewhere_is_another_order(tmp_path):
    job, launcher = "benchmarks/gcn-3f9a1c2e", FakeLauncher()
    provider = Provider("Fake Cloud", "json", MACHINE, {}, lambda _: launcher, list)
    for home, created_at, generation in [("a", 1e9, 0), ("a", 1e9 + 0.001, 0), ("a", 1e9, 1), ("b", 1e9, 0)]:
        storage = LocalStorage(tmp_path / home)
        storage.delete(job)
        JobStates(storage).write(job, RunState(created_at=created_at, generation=generation))
        CloudBackend(storage, provider).submit(job)
    labels = [order.label for order in launcher.orders]
    assert len(set(labels)) == 4
    assert all(re.fullmatch("wikics-benchmarks-gcn-3f9a1c2e-[0-9a-f]{8}-1", label) for label in labels)


@pytest.mark.parametrize(("name", "kept"), [("x" * 100, "x" * 42), ("A.b_C", "a-b-c")])
def test_c01_a_label_is_one_that_every_provider_takes(cloud, name, kept):
    label = cloud.backend.plan(f"runs/{name}")["label"]
    assert re.fullmatch(f"wikics-{kept}-[0-9a-f]{{8}}-1", label) and len(label) <= MAX_LABEL


def test_c01_a_waiting_run_that_is_stopped_gives_its_machine_back(cloud):
    cloud.backend.submit(cloud.job)
    cloud.backend.stop(cloud.job)
    assert cloud.launcher.cancelled == [cloud.launcher.orders[0].label]
    assert cloud.say("cancelled", "CANCELLED") == ("stopped", "stopped before its next epoch began")
    with pytest.raises(ConflictError, match="there is nothing to stop"):
        cloud.backend.stop(cloud.job)
    cloud.backend.resume(cloud.job)
    assert [order.label[-2:] for order in cloud.launcher.orders] == ["-1", "-2"]
    assert cloud.store.read(cloud.run_id).state == "pending"


def test_c01_who_asked_and_is_gone_is_asked_for_again_after_a_minute(cloud):
    class PowerCut(BaseException):
        pass

    cloud.launcher.error = PowerCut()
    with pytest.raises(PowerCut):
        cloud.backend.submit(cloud.job)
    cloud.launcher.error = None
    assert cloud.backend.alive(cloud.job)
    cloud.now += 61
    assert not cloud.backend.alive(cloud.job)
    cloud.backend.submit(cloud.job)
    assert len(cloud.launcher.orders) == 1


def test_c01_a_damaged_execution_is_none_and_another_is_ordered(cloud):
    cloud.backend.submit(cloud.job)
    cloud.store.storage.write(f"{cloud.job}/executions/0001.json", b"{")
    cloud.store.storage.write(f"{cloud.job}/executions/notes.json", b"{")
    assert (cloud.execution, cloud.store.read(cloud.run_id).state) == (None, "pending")
    cloud.backend.settle(cloud.job)
    assert not cloud.backend.alive(cloud.job)
    cloud.backend.submit(cloud.job)
    assert [order.label[-2:] for order in cloud.launcher.orders] == ["-1", "-2"]


def test_c01_a_service_that_does_not_answer_leaves_the_run_pending_and_one_that_refuses_fails_it(cloud):
    cloud.launcher.error = UnavailableError("Fake Cloud does not answer")
    cloud.backend.submit(cloud.job)
    assert (cloud.execution, cloud.backend.alive(cloud.job)) == (None, False)
    assert cloud.store.read(cloud.run_id).message == "Fake Cloud does not answer; it is asked again now and then"
    cloud.launcher.error = RefusedError("Fake Cloud refuses")
    with pytest.raises(RefusedError):
        cloud.backend.submit(cloud.job)
    record = cloud.store.read(cloud.run_id)
    assert (record.state, record.message, cloud.execution.message) == ("failed", *["Fake Cloud refuses"] * 2)


def test_c01_each_thing_that_is_missing_is_a_sentence(tmp_path):
    provider = Provider(
        "Fake Cloud",
        "nowhere.at.all",
        MACHINE,
        {"WIKICS_PROJECT": "name one"},
        FakeLauncher,
        lambda: ["no account"],
    )
    assert provider.describe_place(LocalStorage(tmp_path)).missing == (
        "WIKICS_PROJECT is not set: name one",
        "WIKICS_BUCKET is not set: name gs://NAME/PREFIX, which this machine and that one both reach",
        "nowhere.at.all is not installed: pip install -c constraints.txt -e '.[cloud]'",
        "no account",
    )


def test_c01_an_account_is_looked_for_again_after_a_while():
    from google.auth.exceptions import DefaultCredentialsError

    now, looks = [0.0], []

    def look():
        looks.append(now[0])
        if len(looks) < 2:
            raise DefaultCredentialsError("none")

    account = Account(look, lambda: now[0])
    assert len(account.find_missing()) == len(account.find_missing()) == 1
    now[0] = 1000.0
    assert account.find_missing() == account.find_missing() == []
    assert looks == [0.0, 1000.0]


def test_c01_each_run_goes_to_its_own_backend_and_old_ones_to_this_machine():
    store, asked = RunStore(MemoryStorage()), []

    class Named:
        def __init__(self, name):
            self.stop = lambda job: asked.append((name, job))

    backends = Backends(
        store.storage, {name: lambda name=name: Named(name) for name in ("local", "fake")}, default="fake"
    )
    jobs = {
        f"runs/{store.create({}, environment)}": name
        for environment, name in (({}, "local"), ({"backend": "fake"}, "fake"))
    }
    jobs["benchmarks/gcn-3f9a1c2e"] = "fake"
    for job in jobs:
        backends.stop(job)
    assert asked == [(name, job) for job, name in jobs.items()]
    with pytest.raises(InvalidInputError, match="no backend 'moon': expected one of local, fake"):
        backends.open("moon")
