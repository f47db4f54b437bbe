"""What a run may be named, and what a name is good for."""

import pytest

from core.errors import InvalidInputError, RunNotFoundError
from core.runs.labels import LabelChanges
from tests.rigs import local_rig


@pytest.fixture
def rig(tmp_path):
    return local_rig(tmp_path)


def refused(rig, run_id, name):
    with pytest.raises(InvalidInputError) as error:
        rig.store.label(run_id, LabelChanges(name=name))
    return str(error.value)


def test_i14_a_name_is_none_that_reads_as_an_id(rig):
    run_id, other = rig.create(), rig.create()
    for name in ("latest", other, other[:6], "20200101-000000-gcn-abc"):
        assert (
            refused(rig, run_id, name) == f"{name!r} cannot name a run: it reads as the id of one; choose another name"
        )
    rig.store.label(run_id, LabelChanges(name="best, lr 0.003"))
    rig.store.label(run_id, LabelChanges(name=""))


def test_i14_a_name_is_refused_for_the_true_reason(rig):
    run_id = rig.create()
    assert refused(rig, run_id, "a\u202eb") == (
        "'a\\u202eb' cannot name a run: it holds characters that are not seen; leave them out"
    )
    assert refused(rig, run_id, 61 * "x").endswith("it has 61 characters, expected at most 60")


def test_i14_a_run_is_found_by_its_name_where_no_other_has_it(rig):
    first, second = rig.create(), rig.create()
    rig.store.label(first, LabelChanges(name="my best"))
    assert rig.store.resolve(" my best ") == first
    rig.store.label(second, LabelChanges(name="my best"))
    with pytest.raises(RunNotFoundError, match=r"^'my best' is the name of '[^']+', '[^']+': write the id$"):
        rig.store.resolve("my best")
