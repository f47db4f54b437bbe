"""Imports without a search for cycles."""

import gc
import sys

import pytest

from core.importing import importing_much


@pytest.fixture(autouse=True)
def unfrozen():
    yield
    gc.unfreeze()


@pytest.mark.parametrize("was_looking", [True, False])
def test_c05_nobody_looks_for_cycles_while_modules_are_imported(was_looking, monkeypatch):
    (gc.enable if was_looking else gc.disable)()
    try:
        with pytest.raises(ImportError), importing_much():
            inside = gc.isenabled()
            monkeypatch.setitem(sys.modules, "a_module_of_this_test", sys)
            raise ImportError
        assert (inside, gc.isenabled(), gc.get_freeze_count() > 0) == (False, was_looking, True)
    finally:
        gc.enable()


def test_c05_where_all_was_imported_before_garbage_stays_garbage():
    with importing_much():
        import gc as known  # noqa: F401
    assert gc.get_freeze_count() == 0
