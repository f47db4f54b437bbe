"""Tabs without a browser: many on a process that has just been started, and those that send files."""

import shutil

import pytest

from tests.browser.conftest import hide_runs
from tests.browser.tabs import open_at_once
from tests.tab import Tab


@pytest.mark.slow
def test_n04_twenty_tabs_on_a_cold_process(home, tmp_path):
    copy = shutil.copytree(home.folder, tmp_path / "home", ignore=lambda folder, _: hide_runs(folder, home))
    for _ in range(2):
        failures, seconds = open_at_once(copy, 20)
        assert (failures, len(seconds)) == ([], 20)


@pytest.mark.slow
def test_n05_no_file_is_laid_into_memory_where_training_is_off(start):
    """Streamlit itself takes one of whoever has a session."""
    server = start(WIKICS_TRAINING="off")
    with Tab(server.url) as tab:
        assert tab.open().uploader == ""
        answer = tab.put(tab.ask_for_url("a.npz").upload_url, "a.npz", b"a")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")


@pytest.mark.slow
def test_n05_a_page_that_was_shown_the_token_may_send_files(start):
    server = start(WIKICS_TRAINING="token", WIKICS_TOKEN="secret")
    statuses = []
    with Tab(server.url) as tab:
        tab.open("train")
        for entered in ("wrong", "secret"):
            tab.enter("router_token", entered)
            statuses.append(tab.put(tab.ask_for_url("a.npz").upload_url, "a.npz", b"a").status_code)
        assert tab.open().uploader
    assert statuses == [403, 204]
