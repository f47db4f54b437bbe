import os
import subprocess
import sys
import time

import psutil
import pytest

from core.runs.processes import is_process_alive, process_started_at


def test_this_process_is_alive_and_another_that_had_its_id_is_not():
    began = psutil.Process().create_time()
    assert process_started_at(os.getpid()) == began
    assert [is_process_alive(os.getpid(), started_at) for started_at in (None, began, began - 3600)] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("pid", [-1, 2**22 + 1, 2**70])
def test_there_is_no_such_process(pid):
    assert process_started_at(pid) is None


def test_an_unreaped_process_is_gone():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert not is_process_alive(child.pid, None)
