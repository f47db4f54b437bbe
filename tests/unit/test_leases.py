"""Who holds a job of a storage that has no locks."""

import os
from contextlib import ExitStack

import pytest

from core.errors import ConflictError
from core.runs.leases import LEASE_SECONDS, JobLeases
from core.storage.memory import MemoryStorage

JOB = "runs/20261123-142501-gcn-k3f"
NAME = "queue/20261123-142501-gcn-k3f.lease"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Rig:
    """A storage, and machines beside it that share its clock."""

    def __init__(self):
        self.clock = Clock()
        self.storage = MemoryStorage(now=self.clock)
        self.living = {os.getpid()}

    def open(self, host, *, sleep=None):
        return JobLeases(
            self.storage,
            host=host,
            is_alive=lambda pid, _: pid in self.living,
            uptime=self.clock,
            sleep=sleep or self.clock.sleep,
        )


@pytest.fixture
def rig():
    return Rig()


def test_c01_the_second_of_two_jobs_says_who_has_it_and_ends(rig):
    with rig.open("here").hold(JOB) as held:
        rig.clock.now += 3

        def renew(seconds):
            rig.clock.now += seconds
            held.file = rig.storage.swap(NAME, held.content, held.file)

        with pytest.raises(ConflictError) as caught, rig.open("elsewhere", sleep=renew).hold(JOB):
            raise AssertionError
        assert str(caught.value) == (
            f"run 20261123-142501-gcn-k3f is held by process {os.getpid()} of here, which gave a sign of life 0 s ago: "
            "wait until it ends, or stop it"
        )
        with pytest.raises(ConflictError, match="sign of life 0 s ago"), rig.open("here").hold(JOB, timeout_seconds=0):
            raise AssertionError
    assert rig.storage.list("**") == []


def test_c01_a_holder_who_is_silent_loses_it_by_the_storages_clock(rig):
    stack = ExitStack()
    first = stack.enter_context(rig.open("here").hold(JOB))
    began = rig.clock.now
    with rig.open("elsewhere").hold(JOB):
        assert rig.clock.now - began == pytest.approx(LEASE_SECONDS, abs=1)
        assert rig.storage.swap(NAME, first.content, first.file) is None
        first.lost.set()
        stack.close()
        assert [file.name for file in rig.storage.list("**")] == [NAME]  # which is the other's now


def test_c01_a_process_of_this_machine_that_is_gone_holds_nothing(rig):
    stack = ExitStack()
    stack.enter_context(rig.open("here").hold(JOB))
    rig.living.clear()
    began = rig.clock.now
    with pytest.raises(ConflictError), rig.open("elsewhere").hold(JOB, timeout_seconds=1):
        raise AssertionError
    with rig.open("here").hold(JOB):
        assert rig.clock.now - began <= 1.5
    stack.close()


def test_c01_a_renewal_without_an_answer_is_the_holders_own(rig):
    with rig.open("here").hold(JOB) as held:
        leases = rig.open("here")
        again = rig.storage.swap(NAME, held.content, held.file)  # the answer to which was lost
        assert leases._find_own(JOB, held.content) == again
        assert leases._find_own(JOB, b"another's") is None
        held.file = again
