"""What counts as a difference between an old answer and a new one."""

import pytest

from tests.golden.ask import find_differences


def test_what_is_new_is_no_difference():
    old = {"runs": [{"id": "a", "test_acc": 0.5, "message": None}]}
    new = {"runs": [{"id": "a", "test_acc": 0.5 + 1e-9, "message": None, "tags": []}], "more": True}
    assert find_differences(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, "answer.b is missing"),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, "answer.a has 3 items, not 2"),
        ([{"a": 0.5}], [{"a": 0.50001}], "answer[0].a is 0.50001, not 0.5"),
        ({"a": None}, {"a": 0}, "answer.a is 0, not None"),
        ({"a": 1}, {"a": True}, "answer.a is True, not 1"),
        ({"a": 0.5}, {"a": "0.5"}, "answer.a is '0.5', not 0.5"),
        ({"a": {}}, {"a": []}, "answer.a is [], not {}"),
    ],
)
def test_what_is_gone_or_another_is_a_difference(old, new, said):
    assert find_differences(old, new) == [said]


def test_digests_of_our_own_making_may_change():
    old, new = {"variant": "0a", "digest": "1b"}, {"variant": "2c", "digest": "1b"}
    assert find_differences(old, new) == []
    assert find_differences({"variant": "0a"}, {}) == ["answer.variant is missing"]
