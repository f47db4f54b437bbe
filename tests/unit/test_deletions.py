"""Deletions that can be undone."""

import threading

import pytest

from core.app.deletions import Deletions
from core.errors import ConflictError


def test_row_28_what_is_not_undone_is_gone_after_its_time():
    gone, ended = [], threading.Event()

    def delete(run_id):
        gone.append(run_id)
        if run_id == "c":
            ended.set()
            raise ConflictError("it is held")

    deletions = Deletions(delete, seconds=0.02)
    deletions.schedule(["a", "b", "c"])
    assert set(deletions.list_pending()) == {"a", "b", "c"}
    deletions.undo(["b"])
    assert ended.wait(60)
    while deletions.list_pending():
        ended.wait(0.01)
    assert gone == ["a", "c"]


@pytest.mark.parametrize("again", [False, True])
def test_row_28_an_undone_deletion_never_comes(again):
    gone = []
    deletions = Deletions(gone.append, seconds=3600)
    deletions.schedule(["a"])
    due = deletions.list_pending()["a"]
    deletions.undo(["a"])
    if again:
        deletions.schedule(["a"])
    deletions._finish(("a",), due)  # the first timer, at its time
    assert gone == [] and ("a" in deletions.list_pending()) == again
