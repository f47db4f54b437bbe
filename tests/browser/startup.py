"""How fast the app and a run start, printed as JSON: `python -m tests.browser.startup`.

Seconds from the process's start, with the graph cached and with the twin still to be made; and from a click on Start
to the word "starting" and to the first point of the curve. Each figure is the median of three rounds.
"""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import chrome
from tests.browser.homes import forbid_internet
from tests.browser.server import ROOT, Server
from tests.rigs import local_library

ROUNDS = 3
FIRST_TEXT = "h1"  # the title of the Overview
FIRST_CHART = ".js-plotly-plot .main-svg .bars path"
LIMITS = {
    "healthz": 3.0,
    "first_text": 6.0,
    "first_chart": 9.0,
    "healthz_without_graph": 15.0,
    "starting": 0.3,
    "first_point": 6.0,
}
ARCHIVE = ROOT.parent / "shared" / "graphs" / "amazon-computers-20.npz"
# When the button was pressed, when the page said that the run starts, and when the first chart had a point.
STOPWATCH = """() => {
    const times = (window.times = {});
    addEventListener("click", () => { times.click ??= performance.now(); }, { capture: true });
    const look = () => {
        const head = document.querySelector(".st-key-train_head")?.textContent ?? "";
        if (times.click && /starting|running/.test(head)) times.starting ??= performance.now();
        const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
        const chart = roots.map((root) => root.querySelector(".c-gd")).find(Boolean);
        if (chart?.data?.[0]?.x.length) times.point ??= performance.now();
        if (!times.point) requestAnimationFrame(look);
    };
    look();
}"""


def time_first_page(browser, home):
    """Seconds until /healthz is ready, text stands on the page, and a chart does."""
    server = Server(home, wait=False)
    try:
        healthz = server.wait_until_ready()
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(server.url, wait_until="commit")
        times = {"healthz": healthz}
        for name, selector in (("first_text", FIRST_TEXT), ("first_chart", FIRST_CHART)):
            page.locator(selector).first.wait_for(timeout=120_000)
            times[name] = server.seconds()
        context.close()
        return times
    finally:
        server.stop()


def time_without_graph(home):
    """Seconds until /healthz is ready, the twin being made meanwhile."""
    forbid_internet(local_library(home))
    server = Server(home, wait=False)
    try:
        return {"healthz_without_graph": server.wait_until_ready()}
    finally:
        server.stop()


def time_first_run(browser, server, graph):
    """Seconds from a click on Start, in a page that was just opened."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{server.url}/train?graph={graph}")
    start = page.locator(".st-key-train_start button")
    start.wait_for()
    page.wait_for_timeout(1_000)
    page.evaluate(STOPWATCH)
    start.click()
    page.wait_for_function("window.times.point", timeout=120_000)
    times = page.evaluate("window.times")
    context.close()
    server.end_runs()
    return {
        name: (times[key] - times["click"]) / 1000 for name, key in (("starting", "starting"), ("first_point", "point"))
    }


def time_first_runs(browser, home):
    """On Amazon Computers where it is at hand, else on the twin."""
    graph = local_library(home).register(ARCHIVE) if ARCHIVE.exists() else "twin"
    print(f"runs are timed on {graph}", file=sys.stderr)
    server = Server(home, OMP_NUM_THREADS=str(os.cpu_count()))
    try:
        return [time_first_run(browser, server, graph) for _ in range(ROUNDS)]
    finally:
        server.stop()


def main():
    rounds = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = chrome.launch(playwright)
        for number in range(ROUNDS):
            home = Path(folder) / str(number)
            rounds.append(time_without_graph(home) | time_first_page(browser, home))
        runs = time_first_runs(browser, Path(folder) / "0")
        rounds = [times | run for times, run in zip(rounds, runs, strict=True)]
        browser.close()
    medians = {name: round(statistics.median(times[name] for times in rounds), 2) for name in LIMITS}
    report = {"seconds": medians, "limits": LIMITS, "load": os.getloadavg()[0], "cpus": os.cpu_count()}
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    sys.exit(main())
