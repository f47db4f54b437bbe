"""Imports without a search for cycles."""

import gc
import os
import subprocess
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


def test_c05_a_list_of_runs_is_asked_for_before_what_shows_it_is_imported():
    """A bucket answers meanwhile."""
    late = ("core.app.lists", "core.config.train", "core.runs.record", "core.runs.store", "core.storage.gcs", "numpy")
    code = f"import core.cli.listing, sys; print(*(sys.modules.keys() & {{*{late!r}}}))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "\n"


def test_c05_nobody_looks_for_cycles_while_a_command_is_imported(tmp_path):
    code = (
        "import atexit, gc, sys; from core.cli import main\n"
        "atexit.register(lambda: print(sum(found['collections'] for found in gc.get_stats()), file=sys.stderr))\n"
        "sys.argv[1:] = ['runs', 'list', '--json']; gc.set_threshold(700, 10, 10); main()"
    )
    environment = os.environ | {"WIKICS_HOME": str(tmp_path), "WIKICS_BUCKET": ""}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, env=environment)
    assert int(done.stderr.split()[-1]) < 30
