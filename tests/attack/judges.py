"""What must never be seen, whatever is done to the app; each judge says what is wrong in short lines, or nothing."""

import json
from collections import Counter

BY_CONTRACT = (503,)  # where something outside the program does not answer
PROBLEM = "application/problem+json"
BEGINS = "Traceback (most recent call last)"
ACTIVE = ("running", "stopping")


class Verdict:
    """Counts what was done, by its kind, and keeps what was wrong."""

    def __init__(self):
        self.counts, self.faults = Counter(), []

    def note(self, kind, what, faults):
        """One deed: its kind, its description, what the judges said of it."""
        self.counts[kind] += 1
        self.faults += [f"{kind}: {what}: {fault}" for fault in faults]


def judge_answer(status, content_type, text, *, secret=()):
    """An answer of `/api`; secret: what must not stand in it, as the server's folders."""
    faults = [f"the answer names {word}" for word in secret if word in text]
    if status >= 500 and status not in BY_CONTRACT:
        faults.append(f"status {status}")
    if BEGINS in text:
        faults.append("a traceback in the answer")
    if status >= 400:
        faults += _judge_problem(status, content_type, text)
    return faults


def _judge_problem(status, content_type, text):
    if not content_type.startswith(PROBLEM):
        return [f"an error as {content_type or 'nothing'}, which is no problem document"]
    try:
        problem = json.loads(text)
    except ValueError:
        return ["a problem document that is no JSON"]
    whole = isinstance(problem, dict) and problem.get("status") == status and problem.get("title")
    return (
        [] if whole and isinstance(problem.get("detail"), str) and problem["detail"] else ["a problem that says little"]
    )


def judge_page(drawn, *, secret=()):
    """What a page drew: nothing of a failure, nothing that no visitor should know."""
    said = "\n".join(drawn.errors + drawn.texts)
    return [*drawn.failures, *(f"the page names {word}" for word in secret if word in said.replace("\\", ""))]


def judge_text(text, *, where):
    """A log, or what a command printed: each traceback by its last line."""
    faults, inside = [], False
    for line in text.splitlines():
        if BEGINS in line:
            inside = True
        elif inside and line and not line[0].isspace():
            faults.append(f"a traceback in {where}: {line[:200]}")
            inside = False
    return faults + ([f"a traceback in {where}, cut off"] if inside else [])


def judge_state(state, *, has_process):
    """Whether a run that is shown in a state fits whether a process of it is there."""
    if state in ACTIVE and not has_process:
        return [f"it is shown {state}, and no process of it is there"]
    if state not in (*ACTIVE, "pending") and has_process:
        return [f"it is shown {state}, and a process of it is there"]
    return []


def judge_rows(epochs):
    """Epochs of a run as they are logged: every one once, in order."""
    return [] if epochs == list(range(1, len(epochs) + 1)) else [f"its epochs are {_shorten(epochs)}"]


def judge_listed(listed, expected):
    """Whether all that is there is shown."""
    return [f"{name} is not shown" for name in sorted(set(expected) - set(listed))]


def judge_left(processes):
    """Processes that outlive what started them."""
    return [f"process {pid} is left: {' '.join(command)[:200]}" for pid, command in processes]


def judge_files(before, after):
    """Files outside the home that were not there before."""
    return [f"a file outside the home: {path}" for path in sorted(set(after) - set(before))]


def _shorten(epochs):
    return f"{epochs[:3]}…{epochs[-3:]} ({len(epochs)})"
