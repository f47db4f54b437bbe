"""A demo for everybody: what a visitor begins in a browser is theirs, and a hostile one gets nowhere."""

import shutil
from pathlib import Path

from tests.bench import hostile_visitor

TOKEN = "a token of some length"


def read_run(page):
    page.wait_for_function("new URLSearchParams(location.search).get('run')", timeout=60_000)
    return page.evaluate("new URLSearchParams(location.search).get('run')")


def test_d12_two_visitors_in_their_browsers(start, home, page, chromium):
    app = start(WIKICS_TRAINING="quota", WIKICS_TOKEN=TOKEN)
    page.goto(f"{app.url}/train?graph={home.small}")
    page.get_by_text("A visitor trains one run at a time, of at most 300 epochs and 15 min.").wait_for(timeout=60_000)
    page.get_by_role("button", name="Start", exact=True).click()
    run = read_run(page)
    assert page.request.get(f"{app.url}/api/runs/{run}").status == 200
    page.locator(".c-gd .scatterlayer .js-line").first.wait_for(timeout=60_000)  # its rows come with the cookie
    other = chromium.new_context()
    try:
        tab = other.new_page()
        tab.goto(f"{app.url}/runs?graph={home.small}")
        tab.get_by_role("button", name="Train the default model").wait_for(timeout=60_000)  # there is none to be shown
        assert tab.request.get(f"{app.url}/api/runs/{run}").status == 404
        assert tab.request.post(f"{app.url}/api/runs/{run}/stop", data={}).status == 404
        bearer = {"authorization": f"Bearer {TOKEN}"}
        assert tab.request.post(f"{app.url}/api/runs/{run}/stop", data={}, headers=bearer).status == 202
    finally:
        other.close()


def test_d12_a_hostile_visitor_gets_refusals_and_an_honest_one_answers(start, home, trained):
    """How long the honest one waits is measured where nothing else runs: `python -m tests.bench.hostile_visitor`."""
    app = start(**hostile_visitor.SETTINGS)
    shutil.copytree(home.folder / "runs" / trained, app.home / "runs" / trained)
    theirs = hostile_visitor.adopt(app.home, trained)
    try:
        report = hostile_visitor.sit(app, home.small, trained, theirs, seconds=0)
    finally:
        hostile_visitor.stop_all(app)
    log = Path(app.log.name).read_text(errors="replace")
    assert (report["not refused"], report["honest errors"]) == ([], [])
    assert "Traceback" not in log and hostile_visitor.TOKEN not in log and report["honest requests"] > 3
