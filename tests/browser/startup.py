"""How fast the app starts, printed as JSON: `python -m tests.browser.startup`. Seconds from the process's start.

Each figure is the median of three starts: with the graph cached, and with the twin still to be made.
"""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from core.graph.library import GraphLibrary
from tests.browser import chrome
from tests.browser.homes import forbid_internet
from tests.browser.server import Server

ROUNDS = 3
FIRST_TEXT = "h1"  # the title of the Overview
FIRST_CHART = ".js-plotly-plot .main-svg .bars path"
LIMITS = {"healthz": 3.0, "first_text": 6.0, "first_chart": 9.0, "healthz_without_graph": 15.0}


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
    forbid_internet(GraphLibrary(home / "graphs"))
    server = Server(home, wait=False)
    try:
        return {"healthz_without_graph": server.wait_until_ready()}
    finally:
        server.stop()


def main():
    rounds = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = chrome.launch(playwright)
        for number in range(ROUNDS):
            home = Path(folder) / str(number)
            rounds.append(time_without_graph(home) | time_first_page(browser, home))
        browser.close()
    medians = {name: round(statistics.median(times[name] for times in rounds), 2) for name in LIMITS}
    report = {"seconds": medians, "limits": LIMITS, "load": os.getloadavg()[0], "cpus": os.cpu_count()}
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    sys.exit(main())
