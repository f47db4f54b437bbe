"""The judges of `tests.attack` see what they are there for: each has a bad sample, and one that is well."""

import json
import subprocess
import sys

import pytest

from tests.attack import judges
from tests.tab import FAILED, Drawn

PROBLEM = {"type": "run-not-found", "title": "Run not found", "status": 404, "detail": "no run 'a'"}
TRACEBACK = (
    'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\nValueError: wrong\nafter it\n'
)


def judge(status, *, kind=judges.PROBLEM, text=None, **changes):
    return judges.judge_answer(status, kind, text or json.dumps(PROBLEM | {"status": status} | changes))


@pytest.mark.parametrize("status", [404, 422, 503])
def test_n13_a_problem_document_is_well(status):
    assert judge(status) == judges.judge_answer(200, "application/json", "{}") == []
    assert judges.judge_answer(200, "application/json", '{"at": "/srv/a"}', secret=["/srv/b"]) == []


@pytest.mark.parametrize(
    ("status", "options", "fault"),
    [
        (500, {}, "status 500"),
        (502, {}, "status 502"),
        (507, {}, "status 507"),
        (404, {"kind": "text/plain"}, "an error as text/plain, which is no problem document"),
        (404, {"kind": ""}, "an error as nothing, which is no problem document"),
        (404, {"text": "Not found"}, "a problem document that is no JSON"),
        (404, {"text": "[1]"}, "a problem that says little"),
        (404, {"text": json.dumps(PROBLEM | {"status": 200})}, "a problem that says little"),
        (404, {"detail": ""}, "a problem that says little"),
        (404, {"detail": None}, "a problem that says little"),
        (404, {"detail": TRACEBACK}, "a traceback in the answer"),
    ],
)
def test_n13_bad_answers_are_seen(status, options, fault):
    assert judge(status, **options) == [fault]


def test_n13_folders_of_the_server_are_seen_in_answers():
    assert judges.judge_answer(200, "application/json", '"/srv/a/x"', secret=["/srv/a"]) == ["the answer names /srv/a"]


def test_n13_pages_that_fail_or_tell_too_much_are_seen():
    well = Drawn(errors=["x is text"], texts=["Overview"])
    assert judges.judge_page(well, secret=["/srv/a"]) == []
    failed = Drawn(errors=[f"{FAILED}, and the reason is in the app's log."], exceptions=["KeyError: 'a'"])
    assert judges.judge_page(failed) == ["KeyError: 'a'", *failed.errors]
    told = Drawn(errors=["no /srv\\/a\\/runs"])
    assert judges.judge_page(told, secret=["/srv/a"]) == ["the page names /srv/a"]


def test_n13_tracebacks_are_seen_in_logs():
    assert judges.judge_text("a line\nValueError is no traceback\n", where="a log") == []
    assert judges.judge_text(TRACEBACK * 2, where="a log") == ["a traceback in a log: ValueError: wrong"] * 2
    cut = TRACEBACK[: TRACEBACK.index("ValueError")]
    assert judges.judge_text(cut, where="a log") == ["a traceback in a log, cut off"]


@pytest.mark.parametrize("state", ["pending", "running", "stopping", "stopped", "finished", "failed", "crashed"])
def test_n13_untrue_states_are_seen(state):
    with_one, without = (judges.judge_state(state, has_process=has) for has in (True, False))
    assert (len(with_one), len(without)) == {"running": (0, 1), "stopping": (0, 1), "pending": (0, 0)}.get(
        state, (1, 0)
    )


@pytest.mark.parametrize(
    ("epochs", "well"), [([], True), ([1, 2, 3], True), ([1, 3], False), ([1, 2, 2], False), ([2], False)]
)
def test_n13_rows_that_are_lost_or_come_twice_are_seen(epochs, well):
    assert (judges.judge_rows(epochs) == []) == well


def test_n13_what_is_hidden_left_or_strewn_is_seen(tmp_path):
    assert judges.judge_listed(["a", "b", "c"], ["a", "b"]) == [] == judges.judge_files({"a"}, {"a"})
    assert judges.judge_listed(["a"], ["a", "b"]) == ["b is not shown"]
    assert judges.judge_left([(7, ["python", "-m", "x"])]) == ["process 7 is left: python -m x"]
    assert judges.judge_files({"/a"}, {"/a", "/b"}) == ["a file outside the home: /b"]


def test_n13_a_verdict_counts_and_keeps_what_was_wrong():
    verdict = judges.Verdict()
    verdict.note("stops", "a", [])
    verdict.note("stops", "b", ["it is shown running"])
    assert (verdict.counts, verdict.faults) == ({"stops": 2}, ["stops: b: it is shown running"])


@pytest.mark.slow
def test_n13_the_app_holds_out_against_the_short_attack():
    pytest.importorskip("schemathesis", reason="the development extras are not installed")
    done = subprocess.run([sys.executable, "-m", "tests.attack"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
