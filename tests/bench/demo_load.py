"""A demo under load, printed as JSON: `python -m tests.bench.demo_load`.

Fifty visitors browse, search and predict on a graph of WikiCS's size by locust (`tests/bench/locustfile.py`), twenty
more have a page open over a websocket and draw it anew every few seconds. Answers are logged, quotas are on. Memory
is the app's own, after a first minute or a third of the time, and at the end.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil

from tests.bench.hostile_visitor import SETTINGS, train_first
from tests.browser.homes import Home
from tests.browser.server import ROOT, Server
from tests.tab import Tab

GOAL_P95_MS = 300
GOAL_GROWTH_MB = 50
PAGES = ("", "article", "runs", "train", "compare", "benchmark")
DRAW_EVERY_SECONDS = 5.0


def hold_tab(url, graph, run, ended, found):
    """One open session: page after page, as a person goes through them."""
    try:
        with Tab(url) as tab:
            found["open"] += 1
            while not ended.wait(random.uniform(0.5, 1.5) * DRAW_EVERY_SECONDS):
                drawn = tab.open(random.choice(PAGES), f"graph={graph}&run={run}&article=7")
                found["seconds"].append(drawn.seconds)
                found["errors"] += drawn.failures + drawn.errors
    except Exception as error:  # noqa: BLE001  # whatever it is, the session is lost
        found["errors"].append(f"{type(error).__name__}: {error}")


def run_locust(url, graph, run, arguments, num_articles):
    """What locust measured, by kind of request."""
    command = [sys.executable, "-m", "locust", "-f", "tests/bench/locustfile.py", "--headless", "--only-summary"]
    command += ["--users", str(arguments.visitors), "--spawn-rate", "10", "--run-time", f"{arguments.seconds}s"]
    command += ["--host", url, "--json", "--exit-code-on-error", "0"]
    load = {"LOAD_GRAPH": graph, "LOAD_RUN": run, "LOAD_ARTICLES": str(num_articles)}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | load, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout[done.stdout.index("[") :])


def find_percentile(counts, share):
    """Milliseconds within which this share of requests was answered; counts: requests by milliseconds."""
    times = sorted((float(ms), count) for ms, count in counts.items())
    left = share * sum(count for _, count in times)
    for ms, count in times:
        left -= count
        if left <= 0:
            return ms
    return 0.0


def summarise(rows):
    """Of each kind of request and of all: how many, how many failed, and percentiles in milliseconds."""
    together = {}
    for row in rows:
        for ms, count in row["response_times"].items():
            together[ms] = together.get(ms, 0) + count
    every = [(row["name"], row["response_times"], row["num_failures"]) for row in rows]
    every.append(("all", together, sum(row["num_failures"] for row in rows)))
    return {
        name: {
            "requests": sum(counts.values()),
            "failed": failed,
            **{f"p{100 * share:.0f} ms": find_percentile(counts, share) for share in (0.5, 0.95, 0.99)},
        }
        for name, counts, failed in every
    }


def measure(server, graph, run, arguments):
    """One sitting."""
    process, ended = psutil.Process(server.process.pid), threading.Event()
    found = {"open": 0, "seconds": [], "errors": []}
    tabs = [
        threading.Thread(target=hold_tab, args=(server.url, graph, run, ended, found)) for _ in range(arguments.tabs)
    ]
    for tab in tabs:
        tab.start()
    early = [process.memory_info().rss]
    timer = threading.Timer(min(60.0, arguments.seconds / 3), lambda: early.append(process.memory_info().rss))
    timer.start()
    rows = run_locust(server.url, graph, run, arguments, server.get(f"/graphs/{graph}")["statistics"]["num_articles"])
    late = process.memory_info().rss
    ended.set()
    for tab in tabs:
        tab.join()
    timer.cancel()
    requests, drawn = summarise(rows), sorted(found["seconds"])
    growth_mb = (late - early[-1]) >> 20
    failed = requests["all"]["failed"]
    return {
        "requests": requests,
        "sessions": found["open"],
        "pages drawn": len(drawn),
        "page p50 and p95 s": [round(drawn[int(share * (len(drawn) - 1))], 2) for share in (0.5, 0.95)]
        if drawn
        else [],
        "page errors": found["errors"][:5],
        "memory early and late MB": [early[-1] >> 20, late >> 20],
        "well": requests["all"]["p95 ms"] <= GOAL_P95_MS
        and not failed
        and not found["errors"]
        and growth_mb < GOAL_GROWTH_MB,
    }


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.demo_load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=90)
    parser.add_argument("--small", action="store_true", help="a graph of 700 articles instead of the twin")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        graph = home.small if arguments.small else home.twin
        run = train_first(home.folder, graph)
        server = Server(home.folder, **SETTINGS, WIKICS_PREDICTION_LOG="1")
        try:
            report = measure(server, graph, run, arguments)
        finally:
            server.stop()
        lines = sum(len(path.read_bytes().splitlines()) for path in Path(home.folder, "predictions").glob("*.jsonl"))
        log = Path(server.log.name).read_text(errors="replace")
    report |= {"predictions logged": lines, "tracebacks": log.count("Traceback"), "cpus": os.cpu_count()}
    print(json.dumps(report, indent=2))
    return 0 if report["well"] and not report["tracebacks"] else 1


if __name__ == "__main__":
    sys.exit(main())
