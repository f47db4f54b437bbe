"""A hostile visitor of a demo for everybody, and an honest one beside: `python -m tests.bench.hostile_visitor`.

The hostile one has no token. It forges origins and hosts, starts a hundred runs at once with a new cookie each, sends
bodies of 10 MB and bombs, asks for another's run, writes script tags, holds 200 connections open, and floods. Each of
its deeds has to be refused, but for the one run at a time that its address may train. The honest one has a run,
browses, searches and predicts. Printed as JSON.
"""

import argparse
import gzip
import http.client
import json
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from core.app.guests import name_visitor
from core.http.visitors import COOKIE as NAME
from tests.browser.homes import Home
from tests.browser.server import Server

GOAL_P95_SECONDS = 0.5
TOKEN = "of whoever runs the demo"
HOST = "demo.example.org"
SETTINGS = {
    "WIKICS_TRAINING": "quota",
    "WIKICS_TOKEN": TOKEN,
    "WIKICS_HOSTS": HOST,
    "WIKICS_PROXIES": "1",
    "WIKICS_RATE": "600",
    "WIKICS_QUOTA_RUNS": "2",
    "WIKICS_MAX_RUNS": "1",
}
SCRIPT = "<script>alert(1)</script>"
EVIL = {"Origin": "https://evil.example"}
PAUSE_SECONDS = 0.1
IDLE, STARTS = 200, 100
MOST_OF_A_FLOOD = 5_000
COOKIE = "0123456789abcdef" * 2


class Visitor:
    """Requests of one address, as the proxy before the app passes them on."""

    def __init__(self, port, address, *, cookie=""):
        self.port, self.cookie = port, cookie
        self.headers = {"X-Forwarded-For": f"1.2.3.4, {address}", "Host": HOST, "Accept": "application/json"}

    def ask(self, path, method="GET", body=None, **headers):
        """The status of the answer, 0 where there is none, and its text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = self.headers | ({"Cookie": self.cookie} if self.cookie else {}) | headers
        content = json.dumps(body).encode() if isinstance(body, dict) else body
        try:
            connection.request(method, path, content, {"Content-Type": "application/json"} | headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):  # cut off while it was still sending
            return 0, ""
        finally:
            connection.close()


def list_deeds(graph, ours, theirs):
    """What is refused to who has no token: a name, and the arguments of `ask`. ours: a run of the app's own."""
    new = {"graph": graph, "config": {"epochs": 50}}
    bomb = gzip.compress(bytes(50 << 20))
    packed = {"Content-Encoding": "gzip"}
    sweep = {"file": "method: random\nmetric: {name: val_acc}\nparameters: {lr: {values: [0.1]}}", "graph": graph}
    upload = "/_stcore/upload_file/anybody/file"
    deeds = [
        ("no token: a sweep", "/api/sweeps", "POST", sweep, {}),
        ("no token: too many epochs", "/api/runs", "POST", {"graph": graph, "config": {"epochs": 5_000}}, {}),
        ("no token: another place", "/api/runs", "POST", {**new, "backend": "vertex"}, {}),
        ("no token: stop the app's run", f"/api/runs/{ours}/stop", "POST", {}, {}),
        ("no token: go on with it", f"/api/runs/{ours}/resume", "POST", {}, {}),
        ("a wrong token", f"/api/runs/{ours}/stop", "POST", {}, {"Authorization": "Bearer guessed"}),
        ("a forged origin: start", "/api/runs", "POST", new, EVIL),
        ("a forged origin: predict", f"/api/runs/{ours}/predict", "POST", {}, EVIL),
        ("a forged host", "/api/runs", "GET", None, {"Host": "evil.example"}),
        ("a forged host: the page", "/", "GET", None, {"Host": "evil.example", "Accept": "text/html"}),
        ("10 MB: a run", "/api/runs", "POST", bytes(10 << 20), {}),
        ("10 MB: a prediction", f"/api/runs/{ours}/predict", "POST", b'{"a": "' + b"x" * (10 << 20) + b'"}', {}),
        ("a bomb: a run", "/api/runs", "POST", bomb, packed),
        ("a bomb: a prediction", f"/api/runs/{ours}/predict", "POST", bomb, packed),
        ("a bomb: brackets", "/api/runs", "POST", b"[" * 1_000_000, {}),
        ("a bomb: a file", upload, "PUT", bomb, {}),
        ("10 MB: a file", upload, "PUT", bytes(10 << 20), {}),
        ("script tags: name the app's run", f"/api/runs/{ours}", "PATCH", {"name": SCRIPT}, {}),
        ("script tags: name another's run", f"/api/runs/{theirs}", "PATCH", {"name": SCRIPT}, {}),
        ("script tags: the name of a run", f"/api/runs/{SCRIPT.replace('/', '%2F')}", "GET", None, {}),
        ("another's run: predict", f"/api/runs/{theirs}/predict", "POST", {}, {}),
        ("another's run: stop", f"/api/runs/{theirs}/stop", "POST", {}, {}),
        ("another's run: compare", f"/api/runs/compare?run={ours}&run={theirs}", "GET", None, {}),
        ("another's run: its map", f"/api/graphs/{graph}/map?run={theirs}", "GET", None, {}),
        ("another's run: an article", f"/api/graphs/{graph}/articles/0?run={theirs}", "GET", None, {}),
    ]
    reading = (theirs, theirs[:-1])
    return deeds + [(f"another's run: {name}", f"/api/runs/{name}", "GET", None, {}) for name in reading]


def be_hostile(port, deeds, graph, theirs, seconds):
    """All of it, again and again for so long; by name of a deed, the statuses that came."""
    found, deadline = {}, time.monotonic() + seconds
    idle = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(IDLE)]
    hostile = Visitor(port, "10.6.6.6")
    new = {"graph": graph, "config": {"epochs": 50}}
    with ThreadPoolExecutor(20) as pool:
        starts = pool.map(lambda _: hostile.ask("/api/runs", "POST", new)[0], range(STARTS))
        found["100 starts"] = Counter(starts)
    while True:
        for name, path, method, body, headers in deeds:
            found.setdefault(name, Counter())[hostile.ask(path, method, body, **headers)[0]] += 1
        status, text = hostile.ask(f"/api/metrics-since?run={theirs}:0:0")
        assert status == 429 or theirs in json.loads(text)["missing"]
        if time.monotonic() > deadline:
            break
    flood = Counter()
    with ThreadPoolExecutor(10) as pool:
        while 429 not in flood and flood.total() < MOST_OF_A_FLOOD:
            flood += Counter(pool.map(lambda _: hostile.ask("/api/graphs")[0], range(100)))
    for connection in idle:
        with suppress(OSError):
            connection.close()
    return found, flood


def be_honest(port, visitor, graph, run, ended, found):
    """Browses, searches and predicts until the other has ended; what each request took, and every error."""
    paths = [
        *("/", "/api/graphs", "/api/runs", f"/api/runs/{run}", "/api/benchmarks"),
        *(f"/api/graphs/{graph}/articles?q={word}" for word in ("cache", "index", "quue")),
        *(f"/api/graphs/{graph}/articles/{index}?run={run}" for index in (1, 50)),
        *(f"/api/metrics-since?run={run}:0:0", f"/api/graphs/{graph}/articles/3/neighbourhood"),
    ]
    number = 0
    while not ended.is_set():
        began = time.monotonic()
        if number % 5:
            path = paths[number % len(paths)]
            status, text = visitor.ask(path, **({"Accept": "text/html"} if path == "/" else {}))
        else:
            path = f"/api/runs/{run}/predict"
            status, text = visitor.ask(path, "POST", {"articles": [number % 50]})
        found["seconds"].append(time.monotonic() - began)
        if status != 200 or SCRIPT in text:
            found["errors"].append(f"{path}: {status} {text[:200]}")
        number += 1
        time.sleep(PAUSE_SECONDS)


def judge(deeds, flood):
    """What was not refused, in sentences."""
    wrong = [f"{name}: {dict(seen)}" for name, seen in deeds.items() if name != "100 starts" and not _is_refused(seen)]
    starts = deeds["100 starts"]
    if starts[201] != 1 or starts[403] != STARTS - 1:
        wrong.append(f"100 starts: {dict(starts)}")
    if 429 not in flood or set(flood) - {200, 429}:
        wrong.append(f"a flood: {dict(flood)}")
    return wrong


def _is_refused(seen):
    return all(status == 0 or 400 <= status < 500 for status in seen)


def train_first(home, graph):
    """A run of the app's own, trained before it is open to visitors; its id."""
    server = Server(home)
    try:
        run = server.train(graph, epochs=20, patience=20)
        server.wait_for(run, "finished", seconds=300)
    finally:
        server.end()
    return run


def adopt(home, run):
    """A copy of a run as one that the honest visitor has begun; its id."""
    copied = f"{run[:-3]}own"
    folder = shutil.copytree(Path(home, "runs", run), Path(home, "runs", copied)) / "environment.json"
    folder.write_text(json.dumps(json.loads(folder.read_text()) | {"visitor": name_visitor(COOKIE)}))
    return copied


def sit(server, graph, ours, theirs, seconds):
    """One sitting over a server of these SETTINGS, as a report. ours: a run of the app; theirs: an adopted one."""
    honest = Visitor(server.port, "10.0.0.2", cookie=f"{NAME}={COOKIE}")
    ended, found = threading.Event(), {"seconds": [], "errors": []}
    browsing = threading.Thread(target=be_honest, args=(server.port, honest, graph, theirs, ended, found))
    browsing.start()
    try:
        deeds, flood = be_hostile(server.port, list_deeds(graph, ours, theirs), graph, theirs, seconds)
    finally:
        ended.set()
        browsing.join()
    times = sorted(found["seconds"])
    p95 = times[int(0.95 * (len(times) - 1))]
    return {
        "not refused": judge(deeds, flood),
        "refused": sum(sum(seen.values()) for seen in deeds.values()) - 1,
        "of a flood": dict(flood),
        "honest requests": len(times),
        "honest errors": found["errors"][:5],
        "honest p50 ms": round(1000 * statistics.median(times)),
        "honest p95 ms": round(1000 * p95),
        "well": not judge(deeds, flood) and not found["errors"] and p95 < GOAL_P95_SECONDS,
    }


def stop_all(server):
    """Stops what visitors began, which the server's own client does not see."""
    owner, bearer = Visitor(server.port, "10.0.0.1"), {"Authorization": f"Bearer {TOKEN}"}
    deadline = time.monotonic() + 60
    while True:
        runs = json.loads(owner.ask("/api/runs", **bearer)[1])["runs"]
        active = [run["id"] for run in runs if run["state"] in ("pending", "running", "stopping")]
        if not active:
            return
        assert time.monotonic() < deadline, active
        for run in active:
            owner.ask(f"/api/runs/{run}/stop", "POST", {}, **bearer)
        time.sleep(0.2)


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hostile_visitor", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        ours = train_first(home.folder, home.small)
        server = Server(home.folder, **SETTINGS)
        try:
            report = sit(server, home.small, ours, adopt(home.folder, ours), arguments.seconds)
            stop_all(server)
        finally:
            server.stop()
        report["tracebacks"] = Path(server.log.name).read_text(errors="replace").count("Traceback")
        report["the token in the log"] = TOKEN in Path(server.log.name).read_text(errors="replace")
    print(json.dumps(report, indent=2))
    return 0 if report["well"] and not report["tracebacks"] and not report["the token in the log"] else 1


if __name__ == "__main__":
    sys.exit(main())
