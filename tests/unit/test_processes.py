import os
import subprocess
import sys
import time

import psutil
import pytest

from core.runs import processes
from core.runs.processes import identify_process, is_process_alive


def test_n01_this_process_is_known_and_another_that_had_its_id_is_not():
    identity = identify_process(os.getpid())
    boot, ticks = identity.split("/")
    assert identify_process(os.getpid()) == identity
    began = [None, "", identity, f"{boot}/{int(ticks) + 1}", f"other-boot/{ticks}"]
    assert [is_process_alive(os.getpid(), each) for each in began] == [True, True, True, False, False]


def test_n01_a_process_stays_the_same_when_the_clock_is_set(monkeypatch):
    """The time since the epoch at which the system says that a process began moves with the clock."""
    identity = identify_process(os.getpid())
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: time.time() - 7200)
    assert is_process_alive(os.getpid(), identity)


def test_what_an_older_version_wrote_of_its_process_still_tells():
    began = psutil.Process().create_time()
    assert [is_process_alive(os.getpid(), each) for each in (began, began - 3600)] == [True, False]


@pytest.mark.parametrize("pid", [-1, 0, 2**22 + 1, 2**70])
@pytest.mark.parametrize("began", [None, "boot/1", 1.0])
def test_there_is_no_such_process(pid, began):
    assert (identify_process(pid), is_process_alive(pid, began)) == (None, False)


def test_n01_where_the_system_does_not_tell_any_process_of_the_id_is_taken_for_it(monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "PROC", tmp_path)
    assert (identify_process(os.getpid()), identify_process(2**22 + 1)) == ("", None)
    assert is_process_alive(os.getpid(), "boot/1")


def test_an_unreaped_process_is_gone():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert not is_process_alive(child.pid, None)
