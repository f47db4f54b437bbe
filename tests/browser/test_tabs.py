"""Many tabs on a process that has just been started: none of them finds a package half imported."""

import shutil

import pytest

from tests.browser.conftest import hide_runs
from tests.browser.tabs import open_at_once


@pytest.mark.slow
def test_n04_twenty_tabs_on_a_cold_process(home, tmp_path):
    copy = shutil.copytree(home.folder, tmp_path / "home", ignore=lambda folder, _: hide_runs(folder, home))
    for _ in range(2):
        failures, seconds = open_at_once(copy, 20)
        assert (failures, len(seconds)) == ([], 20)
