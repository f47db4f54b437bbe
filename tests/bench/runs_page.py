"""What *Runs* costs in a browser: `python -m tests.bench.runs_page [--runs 1000] [--live 20] [--browsers 5]`.

Over a home of ended runs of 300 epochs: the first paint, a filter, 50 curves, 300 runs as three bands and as 300 lines.
Then runs that log ten rows a second, written by this process as a trainer on another machine writes them, with
several browsers watching: from the row to the pixel, the app's processor time, points lost, the page's heap.
A filter counts from the Enter that ends it until the table has its rows and the script is at rest, by the browser's
clock. Curves count from a
click on the head of the table's boxes, which ticks every run, until all lines stand in the first chart; and from their
address in a new tab, with the start of Streamlit and of plotly.js, until the first line stands there.
Prints Markdown tables, and the load that the machine had.
"""

import argparse
import json
import os
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import sync_playwright

from core.runs import files
from core.runs.folder import RunFolder
from core.runs.state import RunState
from tests.browser import chrome
from tests.browser.curve_runs import add_runs, build_rows, format_rows
from tests.browser.homes import Home
from tests.browser.server import Server

ROWS_A_SECOND = 10
LIVE_ROWS = 20_000
HEAPS = 6  # times that the heap is looked at while runs go on
# Since when each row is drawn: [rows, ms] whenever the first chart has drawn more of the first run.
WATCH = """() => {
    const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
    const root = roots.map((one) => one.querySelector(".c-root")).find(Boolean);
    const chart = root.querySelector(".c-gd");
    window.drawn = [];
    chart.on("plotly_afterplot", () => {
        const last = chart.data[0].x.at(-1);
        if (window.drawn.at(-1)?.[0] !== last) window.drawn.push([last, Date.now()]);
    });
    window.heldRows = () => JSON.parse(root.dataset.points);
}"""
# Whether the first chart has at least so many lines.
HAS_LINES = """(count) => {
    const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
    const chart = roots.map((one) => one.querySelector(".c-gd")).find(Boolean);
    return chart?.querySelectorAll(".scatterlayer .js-line").length >= count;
}"""
# From Enter until the table has other rows and the script is at rest.
TIME_ENTER = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    const count = () => document.querySelector("[data-testid=stDataFrame] [role=grid]")?.ariaRowCount;
    const before = count();
    addEventListener("keydown", ({ key }) => {
        if (key !== "Enter") return;
        const begun = performance.now();
        let hasRun = false;
        const look = () => {
            const state = app.dataset.testScriptState;
            hasRun ||= state === "running";
            if (hasRun && state === "notRunning" && count() !== before) window.tookMs = performance.now() - begun;
            else requestAnimationFrame(look);
        };
        look();
    }, true);
}"""
DRAWN = ".c-gd .scatterlayer .js-line"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


class Trainer(threading.Thread):
    """Appends a row to each of some runs ten times a second, and remembers when."""

    def __init__(self, folders, seconds):
        super().__init__(daemon=True)
        self.folders, self.seconds = folders, seconds
        self.written_at = {}
        lines = format_rows(build_rows(0, 0, LIVE_ROWS, time.time())).splitlines(keepends=True)
        self.header, self.rows = lines[0], lines[1:]
        for folder in folders:
            (folder / files.METRICS).write_text(self.header)
        self.num_rows = 0

    def run(self):
        begun = time.monotonic()
        while (now := time.monotonic() - begun) < self.seconds:
            if now * ROWS_A_SECOND < self.num_rows:
                time.sleep(0.005)
                continue
            for folder in self.folders:
                with (folder / files.METRICS).open("a") as file:
                    file.write(self.rows[self.num_rows])
            self.num_rows += 1
            self.written_at[self.num_rows] = time.time()
            if self.num_rows % ROWS_A_SECOND == 1:
                for folder in self.folders:
                    state = folder.read_state()
                    folder.write_state(replace(state, epoch=self.num_rows, heartbeat_at=time.time()))


def time_page(context, url, ready):
    """Milliseconds until the first paint, and until something stands on the page."""
    page = context.new_page()
    page.set_default_timeout(120_000)
    begun = time.perf_counter()
    page.goto(url)
    page.locator(ready).first.wait_for(state="attached")
    return page, page.evaluate(PAINTED), 1000 * (time.perf_counter() - begun)


def measure_many(browser, server, graph, ids, rounds):
    """Rows of the table of what many ended runs cost."""
    address = f"{server.url}/runs?graph={graph}&beside=0"
    context = browser.new_context(viewport={"width": 1440, "height": 1600})
    found = {}
    for _ in range(rounds):
        page, paint, drawn = time_page(context, address, DRAWN)
        found.setdefault("first paint", []).append(paint)
        found.setdefault("page with table and five curves", []).append(drawn)
        page.wait_for_timeout(2_000)  # until all five have all charts
        page.evaluate(TIME_ENTER)
        box = page.get_by_placeholder("Filter", exact=False)
        box.fill("preset = mlp and split = 3")
        box.press("Enter")
        found.setdefault("filter", []).append(page.wait_for_function("window.tookMs").json_value())
        page.close()
        found.setdefault("50 curves, ticked", []).append(time_ticking(context, address))
        for name, query in (
            ("50 curves, new tab", f"runs={','.join(ids[:50])}"),
            ("300 lines, new tab", f"runs={','.join(ids[:300])}"),
            ("300 runs as three bands, new tab", f"runs={','.join(ids[:300])}&group=preset"),
        ):
            page, _, drawn = time_page(context, f"{address}&{query}", DRAWN)
            found.setdefault(name, []).append(drawn)
            page.close()
    context.close()
    return {name: median(times) for name, times in found.items()}


def time_ticking(context, address):
    """Milliseconds from a click that ticks the 50 runs of the table until all are drawn, where five were."""
    page, _, _ = time_page(context, f"{address}&filter=preset+%3D+mlp+and+split+%3C+3", DRAWN)
    page.wait_for_function(HAS_LINES, arg=5)
    page.wait_for_timeout(2_000)  # until all five have all charts
    table = page.get_by_test_id("stDataFrame").locator("canvas").first.bounding_box()
    begun = time.perf_counter()
    page.mouse.click(table["x"] + 20, table["y"] + 18)
    page.wait_for_function(HAS_LINES, arg=50)
    took = 1000 * (time.perf_counter() - begun)
    page.close()
    return took


def measure_live(browser, server, graph, folders, args):
    """What runs that go on cost while they are watched."""
    trainer = Trainer(folders, args.seconds)
    trainer.start()
    query = f"{server.url}/runs?graph={graph}&beside=0&runs={','.join(folder.id for folder in folders)}"
    pages = []
    for _ in range(args.browsers):
        page, _, _ = time_page(browser.new_context(viewport={"width": 1280, "height": 1400}), query, DRAWN)
        page.evaluate(WATCH)
        pages.append(page)
    used, begun = read_processor(server.process.pid), time.monotonic()
    heaps = [(*read_heap(pages[0]), trainer.num_rows)]
    while trainer.is_alive():
        trainer.join(args.seconds / HEAPS)
        heaps.append((*read_heap(pages[0]), trainer.num_rows))
    share = (read_processor(server.process.pid) - used) / (time.monotonic() - begun)
    pages[0].wait_for_timeout(4_000)
    waits = [
        at / 1000 - trainer.written_at[round(last)]
        for page in pages
        for last, at in page.evaluate("window.drawn")
        if round(last) in trainer.written_at
    ]
    lost = sum(trainer.num_rows - rows for page in pages for rows in page.evaluate("window.heldRows()").values())
    return {
        "median s from row to pixel": median(waits),
        "p95 s from row to pixel": quantiles(waits, n=20)[-1],
        "share of one core": share,
        "points lost": lost,
    } | {f"heap and beside it, MB, at row {rows:,}": f"{heap:.0f} + {beside:.0f}" for heap, beside, rows in heaps}


def read_heap(page):
    """Megabytes of a page's objects, and of the buffers that they hold beside the heap."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    session.detach()
    return used["usedSize"] / 1e6, used["backingStorageSize"] / 1e6


def read_processor(pid):
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def add_live(home, graph, count):
    """Runs that a trainer on another machine goes on with."""
    folders = []
    for run_id in add_runs(home, graph, count, epochs=1):
        folder = RunFolder(home / "runs" / run_id)
        (folder / files.REPORT).unlink()
        now = time.time()
        folder.write_state(
            RunState("running", host="elsewhere", pid=1, created_at=now, started_at=now, heartbeat_at=now)
        )
        folders.append(folder)
    return folders


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("runs", 1000), ("live", 20), ("browsers", 5), ("seconds", 60), ("rounds", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--home", type=Path, help="a home that an earlier measurement has left, with its runs")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = chrome.launch(playwright)
        home = args.home or Path(folder) / "home"
        if args.home is None:
            graph = Home(home).small
            add_runs(home, graph, args.runs)
        else:
            first = next((home / "runs").iterdir())
            graph = json.loads((first / files.CONFIG).read_text())["graph"]
        server = Server(home)
        try:
            ids = [run["id"] for run in server.get("/runs")["runs"]]
            show(f"{len(ids):,} runs, ms", measure_many(browser, server, graph, ids, args.rounds))
            if not args.live:
                return
            folders = add_live(home, graph, args.live)
            title = f"{args.live} live runs, {args.browsers} browsers, {args.seconds} s"
            show(title, measure_live(browser, server, graph, folders, args))
        finally:
            server.stop()
            browser.close()


def show(title, measured):
    print(f"\n| {title} (load {os.getloadavg()[0]:.0f}) | |\n|---|---:|")
    for name, value in measured.items():
        print(f"| {name} | {value if isinstance(value, str) else format(value, ',.2f')} |", flush=True)


if __name__ == "__main__":
    main()
