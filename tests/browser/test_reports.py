"""Reports in a browser: written by keyboard, opened by their address, taken along as a file that needs no network."""

import time
from pathlib import Path

import pytest

from tests.browser import chrome
from tests.browser.axe import find_violations

HOSTILE = "## Found\n\nWords <script>alert(1)</script> ![x](http://elsewhere.example/x.png) [y](javascript:alert(2))"
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 23, 42)"}
AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"
FILL = "getComputedStyle(document.querySelector('.chart .xtick text')).fill"
LINES = "document.querySelectorAll('.chart .scatterlayer .js-line').length"


@pytest.fixture
def offline(chromium):
    """A page without any network, which fails its test on an error or a request."""
    context = chromium.new_context(viewport={"width": 1024, "height": 1200}, offline=True)
    context.set_default_timeout(60_000)
    witness = chrome.Witness(context)
    yield context.new_page()
    context.close()
    assert not witness.errors and not [url for url in witness.requests if not url.startswith(("file:", "blob:"))]


def test_row_31_a_report_is_written_by_keyboard_and_taken_along(app, home, trained, page, offline, tmp_path):
    page.set_default_timeout(60_000)
    page.goto(f"{app.url}/runs?graph={home.small}&runs={trained}")
    page.locator(".c-gd .scatterlayer .js-line").first.wait_for()
    page.locator(".st-key-runs_report button").first.press("Enter")
    page.get_by_label("Name", exact=True).fill("Rates <b>")
    page.get_by_label("Text, in Markdown").fill(HOSTILE)
    page.keyboard.press("Tab")
    page.locator(AT_REST).wait_for()
    page.get_by_role("button", name="Write the report").press("Enter")
    page.get_by_role("heading", name="Rates <b>").wait_for()
    page.locator(".c-gd .scatterlayer .js-line").nth(1).wait_for()
    assert "<script>alert(1)</script>" in page.locator(".st-key-reports_text").inner_text()
    assert not page.locator(".st-key-reports_text").locator("img, script, a[href^=javascript]").count()
    page.wait_for_function("document.title.startsWith('Rates <b> · Reports')")
    page.reload()  # its address is all that it takes
    page.get_by_role("heading", name="Rates <b>").wait_for()
    page.locator(AT_REST).wait_for()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download as HTML").press("Enter")
    file = tmp_path / "report.html"
    downloading.value.save_as(file)
    check_file(offline, file)


def check_file(page, file: Path):
    """The file draws its charts in both themes, shows hostile words as words, and axe finds nothing."""
    page.goto(file.as_uri())
    page.wait_for_function(f"{LINES} === 2")
    assert page.title() == "Rates <b>" and page.locator("h1").inner_text() == "Rates <b>"
    assert "<script>alert(1)</script>" in page.locator(".words").inner_text()
    assert not page.locator(".words").locator("img, script, a[href^=javascript]").count()
    colours: list[str] = []
    for theme, ground in GROUNDS.items():
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"getComputedStyle(document.body).backgroundColor === '{ground}'")
        deadline = time.monotonic() + 30
        while (fill := page.evaluate(FILL)) in colours:  # the chart is drawn anew a little later
            assert time.monotonic() < deadline
            page.wait_for_timeout(100)
        colours.append(fill)
        assert page.evaluate(LINES) == 2 and find_violations(page) == []
