"""What goes on beside the server: nothing ends it, and it is watched."""

import logging
import threading

import pytest

from core.errors import UnavailableError
from core.monitoring.tasks import Tasks


class Turns:
    """A sleep that ends when the test says so, and an action that does what it is told."""

    def __init__(self):
        self.asleep, self.wake = threading.Semaphore(0), threading.Semaphore(0)
        self.error = None
        self.calls = 0
        self.is_done = False

    def sleep(self, _seconds):
        self.asleep.release()
        self.wake.acquire(timeout=10)

    def __call__(self):
        self.calls += 1
        if self.error:
            raise self.error
        return self.is_done

    def next(self, error=None, *, is_done=False):
        """One more time, to its end."""
        self.error, self.is_done = error, is_done
        self.wake.release()
        if not is_done:
            assert self.asleep.acquire(timeout=10)


@pytest.fixture
def turns():
    return Turns()


def test_n02_a_thread_survives_every_error_and_says_it_once(turns, caplog):
    tasks = Tasks(sleep=turns.sleep)
    with caplog.at_level(logging.ERROR, "wikics"):
        tasks.start("recover", turns, every_seconds=15)
        assert turns.asleep.acquire(timeout=10)
        assert tasks.list_problems() == {}
        for _ in range(3):
            turns.next(ZeroDivisionError("division by zero"))
            assert tasks.list_problems() == {"recover": "it failed by ZeroDivisionError: the app's log says where"}
        turns.next(UnavailableError("the disk is full"))
        assert tasks.list_problems() == {"recover": "the disk is full"}
        turns.next()
        assert tasks.list_problems() == {}
    assert [record.message for record in caplog.records] == ["recover: division by zero", "recover: the disk is full"]
    turns.next(is_done=True)
    tasks._tasks["recover"].thread.join(10)
    assert (tasks.list_problems(), turns.calls) == ({}, 7)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_n02_a_thread_that_is_gone_is_told(turns):
    tasks = Tasks(sleep=turns.sleep)
    tasks.start("recover", turns, every_seconds=15)
    assert turns.asleep.acquire(timeout=10)
    turns.error = SystemExit()
    turns.wake.release()
    tasks._tasks["recover"].thread.join(10)
    assert tasks.list_problems() == {"recover": "its thread has ended: restart the app"}
