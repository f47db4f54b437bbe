"""Training in the browser: curves grow, survive a reload, keep their zoom, and a run stops when asked to."""

import csv
import json
import time
from itertools import pairwise

import pytest

ENDLESS = {"epochs": 10_000, "patience": 10_000}
# When the button was pressed, and when the page said that it knows.
STOPWATCH = """() => {
    addEventListener("click", () => { window.askedAt ??= Date.now(); }, { capture: true });
    new MutationObserver(() => {
        const text = document.querySelector(".st-key-train_head")?.textContent ?? "";
        if (window.askedAt && /stopping|stopped/.test(text)) window.acknowledgedAt ??= Date.now();
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


@pytest.fixture
def live(app, home):
    """A run that goes on until the test ends it."""
    run_id = app.train(home.small, hidden_channels=128, **ENDLESS)
    app.wait_for(run_id, "running", epoch=5)
    yield run_id
    app.end_runs()


def read_rows(home, run_id):
    with (home.folder / "runs" / run_id / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def read_points(page, run_id):
    """How many rows the page's curves hold of a run."""
    return json.loads(page.locator(".c-root").get_attribute("data-points") or "{}").get(run_id, 0)


def wait_for_points(page, least, *, seconds=30):
    """Until the first chart draws more points than this; returns how many."""
    page.wait_for_function(
        """least => {
            const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
            const chart = roots.map((root) => root.querySelector(".c-gd")).find(Boolean);
            return chart?.data?.[0]?.x.length > least;
        }""",
        arg=least,
        timeout=1000 * seconds,
    )
    return len(page.locator(".c-gd").first.evaluate("(chart) => chart.data[0].x"))


def test_row_01_train_from_the_page_and_reload_in_the_middle(app, home, page):
    page.goto(f"{app.url}/train?graph={home.small}")
    page.get_by_label("Epochs", exact=True).fill("400")
    page.get_by_label("Epochs", exact=True).press("Enter")
    page.get_by_text("More settings").click()
    page.get_by_label("Patience", exact=True).fill("400")
    page.get_by_label("Patience", exact=True).press("Enter")
    page.get_by_text("--set patience=400").wait_for()
    page.locator(".st-key-train_start button").click()
    page.wait_for_url("**run=**")
    run_id = page.url.split("run=")[1].split("&")[0]
    first = wait_for_points(page, 0, seconds=60)
    second = wait_for_points(page, first)
    assert second > first

    page.reload()
    before = len(read_rows(home, run_id))
    drawn = wait_for_points(page, 0)
    assert before <= read_points(page, run_id) and drawn <= len(read_rows(home, run_id))

    app.wait_for(run_id, "finished")
    page.get_by_text("Test accuracy").wait_for()  # the page has seen the end
    rows = read_rows(home, run_id)
    answer = app.get(f"/metrics-since?run={run_id}:0:0")["runs"][run_id]
    drawn = wait_for_points(page, 399)
    assert [len(rows), len(answer["columns"]["epoch"]), read_points(page, run_id), drawn] == [400] * 4
    assert [int(row["epoch"]) for row in rows] == answer["columns"]["epoch"] == list(range(1, 401))
    logged = [float(row["logged_at"]) for row in rows]
    gaps = [after - before for before, after in pairwise(logged)]
    assert max(gaps) < 5.0, "the trainer paused"


def test_i09_each_start_brings_the_curves_of_its_run_into_view(app, home, live, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.url}/train?graph={home.small}&run={live}")
    page.locator(".c-gd .scatterlayer .js-line").first.wait_for(state="attached")
    page.locator("[data-testid=stMain]").evaluate("(main) => main.scrollTo({ top: 0 })")
    page.locator(".st-key-train_start button").click()
    page.wait_for_url(lambda url: f"run={live}" not in url)
    deadline = time.monotonic() + 30
    while page.locator(".c-gd").first.bounding_box()["y"] > 600:
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)
    page.wait_for_timeout(1000)  # what is above is the new run's then
    assert 0 <= page.locator(".st-key-train_head").bounding_box()["y"] < 200


def test_row_18_stop(app, home, live, page):
    page.goto(f"{app.url}/train?graph={home.small}&run={live}")
    wait_for_points(page, 5)
    page.evaluate(STOPWATCH)
    epoch = app.get(f"/runs/{live}")["epoch"]
    page.get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_function("window.acknowledgedAt")
    asked_at, acknowledged_at = page.evaluate("[window.askedAt, window.acknowledgedAt]")
    acknowledged = (acknowledged_at - asked_at) / 1000
    record = app.wait_for(live, "stopped")
    page.get_by_role("button", name="Resume").wait_for()  # the page follows by itself
    rows = read_rows(home, live)
    epoch_seconds = max(float(row["epoch_seconds"]) for row in rows)
    stopped = json.loads((home.folder / "runs" / live / "state.json").read_text())["ended_at"] - asked_at / 1000
    print(f"acknowledged in {acknowledged:.2f} s, stopped in {stopped:.2f} s, an epoch takes {epoch_seconds:.2f} s")
    assert record["epoch"] == len(rows) >= epoch
    assert acknowledged < 1.0
    assert stopped < 2.0 + epoch_seconds


def test_row_03_zoom_outlives_twenty_updates_and_i03_a_click_on_a_chart_drops_nothing(app, home, live, page):
    page.goto(f"{app.url}/train?graph={home.small}&run={live}")
    wait_for_points(page, 10)
    chart = page.locator(".c-gd").first
    chart.evaluate(
        "(chart) => { chart.dataset.mark = 'same'; chart.updates = 0;"
        " chart.on('plotly_afterplot', () => { chart.updates += 1; }); }"
    )
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.7, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="Reset zoom").first.wait_for()
    ranges = "(chart) => [...chart.layout.xaxis.range, ...chart.layout.yaxis.range]"
    zoomed = chart.evaluate(ranges)
    rows, updates = read_points(page, live), chart.evaluate("(chart) => chart.updates")
    page.wait_for_function(
        """least => {
        const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
        return roots.map((root) => root.querySelector(".c-gd")).find(Boolean)?.updates >= least;
    }""",
        arg=updates + 20,
        timeout=60_000,
    )
    assert read_points(page, live) > rows
    assert chart.evaluate(ranges) == zoomed
    assert chart.get_attribute("data-mark") == "same"
    chart.dblclick(position={"x": box["width"] * 0.5, "y": box["height"] * 0.5})
    page.get_by_role("button", name="Reset zoom").first.wait_for(state="hidden")
    page.get_by_test_id("stPopoverButton").filter(has_text="Rename").click()
    page.get_by_role("textbox", name="Name of this run").fill("typed")
    chart.click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.5})  # which plotly keeps to itself
    page.locator(".st-key-train_head").get_by_text("typed").wait_for()
    assert app.get(f"/runs/{live}")["name"] == "typed"
    # The values of where one has clicked scroll in a box of their own.
    page.locator(".c-table summary", has_text="Values at epoch").wait_for()
    table = page.locator(".c-scroll")
    table.locator("td").first.wait_for()
    assert table.evaluate("table => table.scrollWidth > table.clientWidth")
    assert chart.bounding_box()["width"] == box["width"]
