"""Logs have a bound: of a job, of what is answered of it, and of the app."""

import logging
import time

import pytest

from core.app import runs as use_cases
from core.backends import pulse
from core.backends.job import forgiving_output, run_job
from core.backends.pulse import Pulse
from core.monitoring.logs import Bounded
from core.runs import files, folder
from core.runs.folder import JobFolder
from core.runs.state import RunState
from core.storage.local import LocalStorage


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(folder, "MAX_LOG_BYTES", 4_000)
    monkeypatch.setattr(folder, "LOG_HEAD_BYTES", 200)
    monkeypatch.setattr(folder, "LOG_KEPT_BYTES", 1_000)


@pytest.fixture
def job(tmp_path):
    made = JobFolder(tmp_path / "runs" / "made")
    made.path.mkdir(parents=True)
    made.write_state(RunState(created_at=1e9))
    return made


def test_n06_a_long_log_is_cut_in_its_middle_and_says_so(small, job):
    log = job / files.LOG
    job.trim_log()  # there is none yet
    with log.open("a") as writer:  # as a trainer has it, which goes on writing
        for round_ in range(3):
            writer.writelines(f"line {round_}-{number}\n" for number in range(500))
            writer.flush()
            job.trim_log()
        writer.write("the end\n")
    lines = log.read_text().splitlines()
    assert log.stat().st_size < 1_500 and "\0" not in log.read_text()
    assert lines[0] == "line 0-0" and lines[-2:] == ["line 2-499", "the end"]
    assert [line for line in lines if not line.startswith("line ")] == [
        "--- here lines are left out: a log grows to 4,000 bytes ---",
        "the end",
    ]


def test_n06_a_log_within_the_bound_stays_as_it_is(small, job):
    (job / files.LOG).write_text("x" * 4_000)
    job.trim_log()
    assert (job / files.LOG).read_text() == "x" * 4_000


def test_n06_whoever_trains_keeps_its_log_within_the_bound(small, job, monkeypatch):
    monkeypatch.setattr(pulse, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(pulse, "HEARTBEAT_SECONDS", 0.0)

    def chatter(_note):
        deadline, printed = time.monotonic() + 5, 0
        while printed < 20_000 or (job / files.LOG).stat().st_size > 4_000:
            print("x" * 99)
            printed += 100
            time.sleep(0.001)
            assert time.monotonic() < deadline
        return "finished"

    with forgiving_output(job / files.LOG):
        assert run_job(job, LocalStorage(job.path.parents[1]), "runs/made", prepare=lambda *_: chatter) == 0
    assert (job / files.LOG).stat().st_size < 20_000


def test_n06_the_whole_log_of_long_ago_is_answered_in_part(explorer, finished_run, monkeypatch):
    monkeypatch.setattr(use_cases, "MAX_LOG_BYTES", 1_000)
    path = explorer.settings.home_folder / "runs" / finished_run / files.LOG
    path.write_text("".join(f"line {number}\n" for number in range(5_000)))
    lines = explorer.runs.read_whole_log("latest").splitlines()
    assert lines[0].startswith("--- the first 47,") and lines[0].endswith(" bytes of this log are left out ---")
    assert lines[-1] == "line 4999" and len(lines) < 110
    path.write_text("short\n")
    assert explorer.runs.read_whole_log("latest") == "short\n"


def test_n06_a_reason_of_any_length_fits_into_a_state(job):
    def fail(_note):
        raise ValueError("why " * 1_000_000)

    run_job(job, LocalStorage(job.path.parents[1]), "runs/made", prepare=lambda *_: fail)
    assert len(job.read_state().message) < 1_000
    told = Pulse(job, RunState(state="running", created_at=1e9))
    for _ in range(1_000):
        told.warn("the same old story, told again")
    told.end("finished")
    assert len(job.read_state().message) < 1_100


def test_n06_the_apps_own_log_has_so_many_lines_a_minute():
    clock, said = [0.0], []
    logger, handler = logging.Logger("wikics"), logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logger.addHandler(handler)
    logger.addFilter(Bounded(most=3, now=lambda: clock[0]))
    for number in range(50):
        logger.error("request %d failed", number)
    clock[0] = 61.0
    logger.error("one more")
    assert said == [
        "request 0 failed",
        "request 1 failed",
        "request 2 failed (more in this minute is left out)",
        "one more (47 before it were left out)",
    ]
