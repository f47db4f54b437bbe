import time

import pytest

from core.backends.pulse import Pulse
from core.runs import files
from core.runs.folder import JobFolder
from core.runs.state import RunState

RUNNING = RunState("running", generation=1, resuming=True, created_at=1.0)


@pytest.fixture
def folder(tmp_path):
    found = JobFolder(tmp_path)
    found.write_state(RunState())
    return found


def wait_for(folder, is_so, seconds=10):
    deadline = time.monotonic() + seconds
    while not is_so(folder.read_state()):
        assert time.monotonic() < deadline, folder.read_state()
        time.sleep(0.02)


def test_it_beats_every_second_and_carries_the_epoch(folder):
    with Pulse(folder, RUNNING) as pulse:
        first = folder.read_state()
        assert first.heartbeat_at is not None
        pulse.begin()
        wait_for(folder, lambda state: state.heartbeat_at >= first.heartbeat_at + 1)
        pulse.note(1)
        assert (folder.read_state().resuming, folder.read_state().epoch) == (False, 1)  # rows are the new ones
        pulse.note(2)
        wait_for(folder, lambda state: state.epoch == 2)
        pulse.end("finished")
    state = folder.read_state()
    assert (state.state, state.epoch, state.ended_at) == ("finished", 2, state.heartbeat_at)


def test_it_acknowledges_a_stop_once_training_has_begun(folder):
    with Pulse(folder, RUNNING) as pulse:
        pulse.begin()
        (folder / files.STOP).touch()
        wait_for(folder, lambda state: state.state == "stopping", seconds=1)
        pulse.end("stopped")
    assert folder.read_state().state == "stopped"


@pytest.mark.parametrize(("state", "resuming"), [("failed", True), ("finished", False), ("stopped", False)])
def test_a_run_that_fails_before_its_first_epoch_may_still_have_its_old_rows(folder, state, resuming):
    with Pulse(folder, RUNNING) as pulse:
        pulse.begin()
        pulse.end(state, "why")
    assert (folder.read_state().resuming, folder.read_state().message) == (resuming, "why")


def test_nothing_is_written_after_the_end_or_where_the_folder_is_gone(folder):
    with Pulse(folder, RUNNING) as pulse:
        pulse.begin()
        pulse.end("finished")
        (folder / files.STOP).touch()
        pulse.note(5)
        time.sleep(0.5)
        assert folder.read_state().state == "finished"
    (folder / files.STATE).unlink()
    with Pulse(folder, RUNNING) as pulse:
        pulse.begin()
        pulse.end("finished")
    assert not (folder / files.STATE).exists()
