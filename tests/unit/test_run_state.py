from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs.state import ACTIVE, ENDED, RunState, build_state, judge_state

RUNNING = RunState("running", epoch=7, host="here", pid=1, started_at=100.0, heartbeat_at=200.0)


def judged(state, *, stop_requested=False, on_this_host=True, process_alive=True, silent_seconds=0.5):
    return judge_state(
        state,
        stop_requested=stop_requested,
        on_this_host=on_this_host,
        process_alive=process_alive,
        silent_seconds=silent_seconds,
    ).state


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "running"),
        ({"stop_requested": True}, "stopping"),
        ({"process_alive": False}, "crashed"),
        ({"process_alive": False, "stop_requested": True}, "crashed"),
        ({"silent_seconds": 300.0}, "running"),  # the machine slept, the process is there
        ({"on_this_host": False, "process_alive": False}, "running"),
        ({"on_this_host": False, "process_alive": False, "silent_seconds": 9.9}, "running"),
        ({"on_this_host": False, "process_alive": False, "silent_seconds": 10.1}, "crashed"),
        ({"on_this_host": False, "process_alive": False, "silent_seconds": -7200.0}, "crashed"),
    ],
)
def test_row_17_a_reader_judges_a_running_run(facts, expected):
    assert judged(RUNNING, **facts) == expected


def test_a_crashed_run_says_where_and_what_to_do():
    crashed = judge_state(RUNNING, stop_requested=False, on_this_host=True, process_alive=False, silent_seconds=100.0)
    assert crashed == replace(
        RUNNING,
        state="crashed",
        ended_at=200.0,
        message="the training process is gone after epoch 7: resume the run to go on from there",
    )


def test_a_pending_run_waits_or_stops():
    pending = RunState("pending")
    assert [judged(pending, process_alive=False, stop_requested=stop) for stop in (False, True)] == [
        "pending",
        "stopping",
    ]


@pytest.mark.parametrize("name", ENDED)
def test_what_has_ended_stays_so(name):
    assert judged(RunState(name), stop_requested=True, process_alive=False, silent_seconds=1e9) == name


def test_rows_belong_to_the_old_generation_until_the_first_epoch_after_a_resume():
    assert [RunState(generation=3, resuming=resuming).metrics_generation for resuming in (True, False)] == [2, 3]


times = st.floats(0, 253_402_300_799)


@given(
    st.builds(
        RunState,
        state=st.sampled_from(ACTIVE + ENDED),
        message=st.text(),
        epoch=st.integers(0, 2**63 - 1),
        generation=st.integers(0, 2**63 - 1),
        resuming=st.booleans(),
        pid=st.none() | st.integers(1, 2**63 - 1),
        created_at=times,
        started_at=st.none() | times,
    )
)
def test_a_state_survives_its_file(state):
    assert build_state(asdict(state)) == state


def test_an_older_or_damaged_file_gives_what_can_be_read():
    assert build_state({"state": "finished", "epoch": 3, "colour": "red"}) == RunState("finished", epoch=3)
    assert build_state({"state": "stopped", "epoch": "three", "created_at": 5}) == RunState("stopped", created_at=5)
    for damaged in (-1, 1e300, 2**70, True, "7"):
        assert build_state({"state": "stopped", "created_at": damaged, "epoch": damaged}) == RunState("stopped")
    assert build_state({}).state == build_state({"state": "dancing"}).state == "crashed"
