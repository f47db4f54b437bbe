"""The curves of Runs in the browser: what is set is kept in the URL, linked over all charts, and can be taken along."""

import csv
import json
import shutil
import struct
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.axe import find_violations
from tests.browser.conftest import hide_runs
from tests.browser.curve_runs import add_runs
from tests.browser.server import Server
from tests.browser.shots import AT_REST

DRAWN = ".c-gd .scatterlayer .js-line"
LOOK = """(root) => ({
    x: [...root.querySelectorAll(".c-gd")].map((gd) => gd.layout.xaxis.range),
    y: [...root.querySelectorAll(".c-gd")].map((gd) => gd.layout.yaxis.range),
    traces: [...root.querySelectorAll(".c-gd")].map(({ data }) => data.map(({ name, y }) => [name, y.length, y[9]])),
    charts: [...root.querySelectorAll(".c-chart")].map((one) => [one.dataset.chart, one.className]),
    tools: [...root.querySelectorAll(".c-tools select, .c-tools input")].map((one) => one.checked ? "on" : one.value),
    chips: [...root.querySelectorAll(".c-chip")].map((one) => [one.textContent, one.ariaPressed]),
})"""


@pytest.fixture(scope="module")
def kept(home, tmp_path_factory):
    """A home with nine runs of three presets: its folder, and their ids."""
    folder = tmp_path_factory.mktemp("curves") / "home"
    shutil.copytree(home.folder, folder, ignore=lambda folder, _names: hide_runs(folder, home))
    return folder, add_runs(folder, home.small, 9, odd=True)


@pytest.fixture(scope="module")
def address(home, kept):
    """An app over that home; its address of the runs."""
    folder, ids = kept
    server = Server(folder)
    yield f"{server.url}/runs?graph={home.small}&beside=0&runs={','.join(ids)}"
    server.end()


@pytest.fixture
def runs(address, page):
    """That address. All charts are in view of the page: others are not drawn."""
    page.set_viewport_size({"width": 1280, "height": 2600})
    return address


def params(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def wait_for_param(page, name, *, gone=False):
    page.wait_for_url(lambda url: (name in parse_qs(urlsplit(url).query)) != gone)


def drag(page, chart, begin, end):
    box = chart.bounding_box()
    place = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (begin, end)]
    page.mouse.move(*place[0])
    page.mouse.down()
    page.mouse.move(*place[1], steps=6)
    page.mouse.up()


def choose(page, chart, what):
    """One item of a chart's menu."""
    chart.locator("summary").click()
    chart.get_by_role("button", name=what).click()


def test_row_30_the_url_restores_the_whole_view(runs, page):
    page.goto(runs)
    page.locator(DRAWN).first.wait_for()
    root = page.locator(".c-root")
    page.get_by_label("Smoothing", exact=True).select_option("gaussian")
    page.get_by_label("Scale", exact=True).select_option("log")
    page.get_by_label("Group", exact=True).select_option("variant")
    root.get_by_text("gcn", exact=False).filter(has_text="(N = 3)").first.wait_for()
    page.get_by_label("Band", exact=True).select_option("ci")
    page.get_by_role("button", name="4 more charts").click()
    root.locator("[data-chart=lr]").wait_for()
    choose(page, root.locator("[data-chart=grad_norm]"), "Enlarge")
    page.get_by_role("button", name="Train", exact=True).last.click()  # a kind of curve
    chart = root.locator("[data-chart=loss] .c-gd")
    chart.scroll_into_view_if_needed()
    drag(page, chart, (0.3, 0.2), (0.7, 0.8))
    page.get_by_role("button", name="Reset zoom").wait_for()
    for name in ("zoom", "hidden", "big", "more", "spread", "group", "log", "kind", "smooth"):
        wait_for_param(page, name)
    page.wait_for_timeout(500)  # nothing more is told
    before, address, lines = root.evaluate(LOOK), page.url, page.locator(DRAWN).count()
    page.reload()
    page.wait_for_function(
        """(lines) => {
            const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
            const find = (what) => roots.flatMap((root) => [...root.querySelectorAll(what)]);
            return find(".c-gd .scatterlayer .js-line").length >= lines && find(".c-gd").every(({ layout }) => layout);
        }""",
        arg=lines,
    )
    assert root.evaluate(LOOK) == before
    assert page.url == address
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="As at first").click()
    wait_for_param(page, "zoom", gone=True)
    assert params(page).keys() & {"hidden", "big", "more", "group", "log", "kind", "smooth"} == set()


def test_row_13_lines_become_differences_to_the_baseline_and_the_url_says_so(runs, page):
    ids = parse_qs(urlsplit(runs).query)["runs"][0].split(",")
    page.goto(f"{runs}&baseline={ids[0]}")
    page.locator(DRAWN).first.wait_for()
    root = page.locator(".c-root")
    root.get_by_label("Difference to the baseline").press("Space")
    wait_for_param(page, "delta")
    title = f"Accuracy, difference to {ids[0]} (percentage points; above 0 is better)"
    root.locator("[data-chart=accuracy] .c-title", has_text=title).wait_for()
    own = """(root) => [...root.querySelectorAll("[data-chart=accuracy] .c-gd")].flatMap(({ data }) => data ?? [])
        .filter(({ name }) => name.startsWith(%r)).map(({ y }) => [Math.min(...y), Math.max(...y)])[0]"""
    page.wait_for_function(f"(root) => ({own % ids[0]})(root)?.[1] === 0", arg=root.element_handle())
    assert root.evaluate(own % ids[0]) == [0, 0]
    assert root.evaluate(own % ids[1])[1] != 0
    root.get_by_label("Group", exact=True).select_option("preset")
    root.locator("[data-chart=loss] .c-title", has_text="Loss, difference to gcn (N = 3) (nats; below 0").wait_for()
    root.get_by_label("Difference to the baseline").press("Space")
    wait_for_param(page, "delta", gone=True)
    assert root.locator("[data-chart=loss] .c-title").text_content() == "Loss (nats)"


def test_row_10_one_place_and_one_run_are_linked_over_all_charts(runs, page):
    page.goto(runs)
    page.locator(DRAWN).first.wait_for()
    root = page.locator(".c-root")
    box = root.locator("[data-chart=loss] .c-gd").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    root.locator("[data-chart=accuracy] .c-cross:not(.c-pin)").wait_for()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_for_param(page, "at")
    place = params(page)["at"]
    root.locator("summary", has_text=f"Values at epoch {place}").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this table (CSV)").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    assert [row["Epoch"] for row in rows] == [place] * 9
    root.locator(".c-table tbody tr").nth(2).hover()
    name = root.locator(".c-table tbody th").nth(2).text_content()
    root.locator(".c-chip.c-lit", has_text=name).wait_for()
    assert [root.locator(f"[data-chart={chart}] .c-over polyline").count() for chart in ("loss", "accuracy")] == [1, 1]


def test_row_30_a_chart_is_saved_as_numbers_and_as_pictures(runs, page):
    page.goto(runs)
    page.locator(DRAWN).first.wait_for()
    chart = page.locator("[data-chart=loss]")
    saved = {}
    for kind in ("CSV", "PNG", "SVG"):
        with page.expect_download() as download:
            choose(page, chart, f"Save as {kind}")
        saved[kind] = Path(download.value.path()).read_bytes()
    rows = list(csv.DictReader(saved["CSV"].decode().splitlines()))
    assert len(rows) == 9 * 300 - 2  # one is nan, one infinite
    width, _ = struct.unpack(">II", saved["PNG"][16:24])
    assert width >= 2 * chart.bounding_box()["width"]
    assert saved["SVG"].startswith(b"<svg") and b"Loss" in saved["SVG"]
    assert page.locator("[data-chart=loss] .c-badge").text_content() == "2 not finite"


def test_row_25_an_epochs_histogram_is_chosen_by_keyboard_and_read_as_a_table(runs, page, kept):
    folder, ids = kept
    counts = list(range(40))
    found = {"kind": "weights", "name": "layers.0.weight", "low": -1.0, "high": 1.0, "counts": counts}
    lines = [json.dumps({"epoch": epoch, "histograms": [found]}) + "\n" for epoch in (1, 10, 20)]
    (folder / "runs" / ids[0] / "histograms.jsonl").write_text("".join(lines))
    page.goto(f"{runs}&run={ids[0]}")
    page.get_by_role("tab", name="Histograms").click()
    wait_for_param(page, "tab")
    chart = page.locator(".st-key-runs_histograms_offset .scatterlayer .js-line")
    chart.nth(2).wait_for()
    slider = page.get_by_role("slider", name="Epoch")
    slider.press("ArrowLeft")
    wait_for_param(page, "epoch")
    assert params(page)["epoch"] == "10"
    page.get_by_text("Epoch 10 is orange", exact=False).wait_for()
    page.get_by_role("radio", name="Overlay").press("Space")
    page.locator(".st-key-runs_histograms_overlay .scatterlayer .js-line").nth(3).wait_for()
    assert find_violations(page) == []
    page.get_by_text("As a table", exact=True).locator("visible=true").click()
    page.get_by_role("button", name="All epochs as CSV").wait_for()
    page.wait_for_function(AT_REST)  # while it unfolds a click may miss
    with page.expect_download() as download:
        page.get_by_role("button", name="All epochs as CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    assert [row["values"] for row in rows] == [str(count) for _ in range(3) for count in counts]
