"""A part of *Runs* is drawn alone: what it leaves out is gone, and what is set in it is known elsewhere."""

import shutil

import pytest

from tests.browser.conftest import hide_runs
from tests.browser.curve_runs import add_runs
from tests.browser.server import Server

LINE = ".c-gd .scatterlayer .js-line"
ROWS = "[data-testid=stDataFrame] [role=grid]"


@pytest.fixture(scope="module")
def app_of_runs(home, tmp_path_factory):
    """The runs of an app over a home with nine of three presets, and their ids."""
    folder = tmp_path_factory.mktemp("parts") / "home"
    shutil.copytree(home.folder, folder, ignore=lambda folder, _names: hide_runs(folder, home))
    ids = add_runs(folder, home.small, 9)
    server = Server(folder)
    yield f"{server.url}/runs?graph={home.small}", ids
    server.end()


@pytest.fixture
def address(app_of_runs, page):
    """Its address. All charts are in view of the page: others are not drawn."""
    page.set_viewport_size({"width": 1280, "height": 2000})
    return app_of_runs[0]


def filter_runs(page, words):
    box = page.get_by_placeholder("Filter", exact=False)
    box.fill(words)
    box.press("Enter")


def wait_for_rows(page, count):
    """count: with the head of the table."""
    page.locator(f"{ROWS}[aria-rowcount='{count}']").wait_for(state="attached")


def test_filter_leaves_no_ghosts_and_is_kept(address, page):
    page.goto(f"{address}&runs=nobody")
    page.locator(LINE).first.wait_for(state="attached")
    page.get_by_text("in the address: no run of this graph").wait_for()
    filter_runs(page, "preset = gcn")
    wait_for_rows(page, 4)
    page.get_by_text("in the address: no run of this graph").wait_for(state="detached")
    filter_runs(page, "preset = gcn and split = 19")
    page.locator(LINE).first.wait_for(state="detached")
    page.get_by_text("Accuracy against time").wait_for(state="detached")
    assert page.get_by_text("Import runs").count() == 1
    filter_runs(page, "preset = gcn")
    page.locator(LINE).first.wait_for(state="attached")
    page.get_by_role("link", name="Map").click()
    page.get_by_role("heading", name="Map").wait_for()
    page.get_by_role("link", name="Runs", exact=True).click()
    wait_for_rows(page, 4)
    assert "filter=preset" in page.url


def test_rows_in_groups_and_back(address, page):
    page.goto(address)
    wait_for_rows(page, 10)
    for group, rows in (("preset", 4), ("Each run alone", 10)):
        page.get_by_role("button", name="Table").click()
        page.get_by_label("Group rows").click()
        page.get_by_role("option", name=group).click()
        wait_for_rows(page, rows)
        assert page.locator(ROWS).count() == 1
        page.keyboard.press("Escape")


def test_the_run_beside_is_drawn_with_the_page(app_of_runs, address, page):
    page.goto(f"{address}&run={app_of_runs[1][0]}")
    wait_for_rows(page, 10)
    page.get_by_role("tab", name="Report").wait_for()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("tab", name="Report").wait_for(state="detached")
    filter_runs(page, "preset = gcn")
    wait_for_rows(page, 4)
    page.get_by_text("Choose runs by name").click()
    page.get_by_label("Runs in the charts").click()
    page.get_by_label("Runs in the charts").press("Backspace")
    page.wait_for_url("**runs=**")


def test_what_was_done_to_ticked_runs_stands_on_the_whole_page(app_of_runs, address, page):
    page.goto(f"{address}&beside=0&runs={','.join(app_of_runs[1][:3])}")
    wait_for_rows(page, 10)
    page.get_by_role("button", name="3 ticked runs").click()
    page.get_by_role("button", name="Delete 3").click()
    page.get_by_text("Deleted 3 runs").wait_for()
    wait_for_rows(page, 7)
    page.get_by_role("button", name="Undo").click()
    wait_for_rows(page, 10)


def test_the_run_shown_by_default_is_opened_and_closed(app, home, trained, page):
    page.goto(f"{app.url}/runs?graph={home.small}&beside=0")
    page.locator(".st-key-runs_open button").click()
    page.get_by_role("tab", name="Report").wait_for()
    page.get_by_role("button", name="Close").click()
    page.locator(".st-key-runs_open button").wait_for()
    assert page.get_by_role("tab", name="Report").count() == 0
