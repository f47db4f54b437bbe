"""Many tabs at once on a process that has just been started, time and again: `python -m tests.browser.tabs`.

Prints how many pages were drawn and how long they took, and every failure; the exit code is 1 where there is one.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from websockets.exceptions import InvalidHandshake, InvalidMessage

from tests.browser.homes import Home
from tests.browser.server import Server
from tests.tab import Tab

PAGES = ("", "train", "runs", "compare", "benchmark", "map", "article")
NOT_YET = (requests.ConnectionError, ConnectionError, InvalidHandshake, InvalidMessage)


def open_page(url, page, *, seconds=60.0):
    """What a page drew for a visitor who was there before the app was: its failures, and when it stood."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with Tab(url, timeout=seconds) as tab:
                drawn = tab.open(page)
                while not drawn.texts or drawn.elements < 5:  # the graph is not loaded yet
                    time.sleep(0.1)
                    drawn = tab.open(page)
                return drawn.failures + drawn.errors, drawn.seconds
        except NOT_YET:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def open_at_once(home, count, **settings):
    """Failures of so many tabs on a cold process, and the seconds of each."""
    server = Server(home, wait=False, **settings)
    try:
        with ThreadPoolExecutor(count) as pool:
            opened = list(pool.map(lambda number: open_page(server.url, PAGES[number % len(PAGES)]), range(count)))
    finally:
        server.stop()
    log = Path(server.log.name)
    failures = [failure for found, _ in opened for failure in found]
    failures += ["a traceback in the log"] if "Traceback" in log.read_text(errors="replace") else []
    return failures, [seconds for _, seconds in opened]


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.browser.tabs", description=__doc__)
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--times", type=int, default=10)
    arguments = parser.parse_args()
    failures, seconds = [], []
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        for _ in range(arguments.times):
            found, took = open_at_once(home.folder, arguments.tabs)
            failures += found
            seconds += took
    report = {"processes": arguments.times, "pages": len(seconds), "failures": failures}
    report |= {"median_seconds": round(statistics.median(seconds), 2), "slowest_seconds": round(max(seconds), 2)}
    print(json.dumps(report | {"load": os.getloadavg()[0], "cpus": os.cpu_count()}, indent=2))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
