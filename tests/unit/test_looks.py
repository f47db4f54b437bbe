import threading

import pytest

from core.runs.looks import Looks


class Counter:
    def __init__(self):
        self.read = 0

    def __call__(self):
        self.read += 1
        return self.read


def test_a_block_reads_once_and_outside_of_it_each_question_reads():
    looks = Looks(Counter())
    assert [looks.find(), looks.find()] == [1, 2]
    with looks.one():
        assert [looks.find(), looks.find()] == [3, 3]
        with looks.one():
            assert looks.find() == 3
        assert looks.find() == 3
    assert looks.find() == 4


def test_a_block_that_fails_is_over():
    looks = Looks(Counter())
    with pytest.raises(ValueError, match="boom"), looks.one():
        looks.find()
        raise ValueError("boom")
    assert [looks.find(), looks.find()] == [2, 3]


def test_a_block_is_of_its_thread_alone():
    looks = Looks(Counter())
    found = []
    with looks.one():
        assert looks.find() == 1
        other = threading.Thread(target=lambda: found.extend([looks.find(), looks.find()]))
        other.start()
        other.join()
        assert looks.find() == 1
    assert found == [2, 3]
