"""What is costly is made once for all who ask meanwhile."""

import threading

import pytest

from core.app.once import Once
from core.errors import GraphNotFoundError


def test_n08_what_many_ask_for_at_once_is_made_once():
    made, go_on = [], threading.Event()
    once = Once(lambda key: go_on.wait(5) and (made.append(key) or len(made)), keep=2)
    futures = [once.start("big") for _ in range(45)]
    assert not once.has("big") and not futures[0].cancel()
    go_on.set()
    assert {future.result(5) for future in futures} == {1} and made == ["big"]
    assert once.has("big") and once.get("big") == 1


def test_n08_the_last_few_are_kept():
    made = []
    once = Once(lambda key: made.append(key) or key, keep=2)
    assert [once.get(key) for key in "abacab"] == [*"abacab"]
    assert made == [*"abcb"]  # b was asked for before a was


def test_n08_what_failed_is_raised_for_all_and_tried_anew():
    tries, go_on = [], threading.Event()

    def make(key):
        go_on.wait(5)
        tries.append(key)
        if len(tries) == 1:
            raise GraphNotFoundError("no graph 'big'")
        return key

    once = Once(make, keep=2, is_long=True)
    futures = [once.start("big"), once.start("big")]
    go_on.set()
    for future in futures:
        with pytest.raises(GraphNotFoundError, match="no graph 'big'"):
            future.result(5)
    assert once.get("big") == "big" and len(tries) == 2


def test_n08_of_what_takes_long_one_is_made_at_a_time():
    busy, most = [], []

    def make(key):
        busy.append(key)
        most.append(len(busy))
        busy.remove(key)
        return key

    once = Once(make, keep=3, is_long=True)
    assert {future.result(5) for future in [once.start(str(number)) for number in range(20)]} and max(most) == 1
