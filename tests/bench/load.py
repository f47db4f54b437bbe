"""Honest clients with and without a hostile one beside them, printed as JSON: `python -m tests.bench.load`.

Fifty ask for pages, lists, articles, curves and maps, a tenth of a second after each answer. The hostile one sends
large and endless bodies, holds connections that dribble headers, bodies and uploads, and asks for maps without end.
Seconds are those from a request to its whole answer; memory is the app's own, before, and a while after.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.browser.homes import Home
from tests.browser.server import Server

GOAL_P99_SECONDS = 0.5
GOAL_MEMORY_BYTES = 50 << 20
PAUSE_SECONDS = 0.1
KINDS = ("large", "slow", "maps")
HEAD = "POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def list_paths(graphs, run):
    """What a person's browser asks for, the frequent ones more often."""
    graph = graphs[0]
    return [
        *("/", "/healthz", "/api/graphs", "/api/runs", f"/api/runs/{run}", "/api/benchmarks"),
        *[f"/api/metrics-since?run={run}:0:{row}" for row in (0, 5, 30)] * 2,
        *[f"/api/graphs/{graph}/articles?q={word}" for word in ("cache", "index", "quue")] * 2,
        *[f"/api/graphs/{graph}/articles/{index}?run={run}" for index in (1, 50, 300)],
        *[f"/api/graphs/{graph}/articles/{index}/neighbourhood?run={run}" for index in (2, 70, 200)],
        f"/api/graphs/{graph}/articles/3/links",
        f"/api/graphs/{graph}/map?run={run}",
    ]


def be_honest(port, paths, count, seconds, found):
    """So many clients for so long; puts the seconds of each request, and the errors, into the queue `found`."""
    times, errors, deadline = [], [], time.monotonic() + seconds

    def ask(number):
        rng = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        time.sleep(rng.uniform(0, PAUSE_SECONDS))
        while time.monotonic() < deadline:
            path, began = rng.choice(paths), time.monotonic()
            try:
                connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Accept": "text/html"})
                answer = connection.getresponse()
                answer.read()
                if answer.status >= 400:
                    errors.append(f"{path}: {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                errors.append(f"{path}: {type(error).__name__}")
                connection.close()
            times.append(time.monotonic() - began)
            time.sleep(PAUSE_SECONDS)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.put((times, errors))


def be_hostile(port, graphs, seconds, kinds):
    """All deeds of these kinds at once, for so long."""
    deadline = time.monotonic() + seconds
    known = {
        "large": [_send_large, _send_endless],
        "slow": [*[_dribble_head] * 60, *[_dribble_body] * 60, *[_dribble_upload] * 20],
        "maps": [lambda port: _storm(port, graphs)] * 10,
    }
    deeds = [deed for kind in kinds for deed in known[kind]]

    def repeat(deed):
        while time.monotonic() < deadline:
            with suppress(OSError, http.client.HTTPException):
                deed(port)

    threads = [threading.Thread(target=repeat, args=(deed,), daemon=True) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def _send_large(port):
    """The largest body that is read: plain values, lists in lists, then one that is too large."""
    for body in (b'{"config": {"a": "' + b"x" * (8 * 2**20 - 40) + b'"}}', b"[" * 2_000_000, bytes(60 << 20)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/api/runs", body, {"Content-Type": "application/json"})
        connection.getresponse().read()
        connection.close()


def _send_endless(port):
    """A body without a length that never ends."""
    with _connect(port) as client:
        client.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(1_000):
            client.sendall(b"10000\r\n" + bytes(65_536) + b"\r\n")


def _dribble(port, text):
    with _connect(port) as client:
        for letter in text * 20:
            client.sendall(letter.encode())
            time.sleep(0.5)


def _dribble_head(port):
    _dribble(port, HEAD)


def _dribble_body(port):
    with _connect(port) as client:
        client.sendall(f"{HEAD}Content-Length: 1000000\r\n\r\n".encode())
        for _ in range(200):
            client.sendall(b" ")
            time.sleep(0.5)


def _dribble_upload(port):
    with _connect(port) as client:
        head = "PUT /_stcore/upload_file/nobody/file HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40000000\r\n\r\n"
        client.sendall(head.encode())
        for _ in range(200):
            client.sendall(b" ")
            time.sleep(0.5)


def _storm(port, graphs):
    """Maps of every graph, the whole of it, packed and not."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for graph in graphs:
        connection.request("GET", f"/api/graphs/{graph}/map", headers={"Accept-Encoding": random.choice(["gzip", ""])})
        connection.getresponse().read()
    connection.close()


def measure(server, paths, graphs, arguments, *, hostile):
    """One sitting: what the honest ones saw, and the app's memory."""
    process, found = psutil.Process(server.process.pid), multiprocessing.Queue()
    before = process.memory_info().rss
    loads = [
        multiprocessing.Process(
            target=be_honest, args=(server.port, paths, arguments.clients, arguments.seconds, found)
        )
    ]
    if hostile:
        loads.append(
            multiprocessing.Process(target=be_hostile, args=(server.port, graphs, arguments.seconds, arguments.deeds))
        )
    for load in loads:
        load.start()
    times, errors = found.get()
    peak = process.memory_info().rss
    for load in loads:
        load.join()
    time.sleep(arguments.settle)
    after = process.memory_info().rss
    times.sort()
    return {
        "requests": len(times),
        "errors": len(errors),
        "first_errors": errors[:5],
        "p50_ms": round(1000 * statistics.median(times)),
        "p99_ms": round(1000 * times[int(0.99 * len(times))]),
        "memory_before_mb": before >> 20,
        "memory_at_the_end_mb": peak >> 20,
        "memory_after_mb": after >> 20,
        "well": not errors and times[int(0.99 * len(times))] < GOAL_P99_SECONDS and after - before < GOAL_MEMORY_BYTES,
    }


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--settle", type=float, default=60, help="seconds until memory is looked at again")
    parser.add_argument("--deeds", nargs="+", default=KINDS, choices=KINDS, help="what the hostile one does")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        server = Server(home.folder)
        try:
            run = server.train(home.small, epochs=60, patience=60)
            server.wait_for(run, "finished")
            graphs = [home.small, home.twin, home.hostile]
            paths = list_paths(graphs, run)
            for graph in graphs:
                server.get(f"/graphs/{graph}/map")
            measure(server, paths, graphs, argparse.Namespace(clients=5, seconds=5, settle=1), hostile=False)
            report = {
                "alone": measure(server, paths, graphs, arguments, hostile=False),
                "beside a hostile client": measure(server, paths, graphs, arguments, hostile=True),
            }
        finally:
            server.end()
        log = Path(server.log.name).read_text(errors="replace")
    report |= {"tracebacks": log.count("Traceback"), "load": os.getloadavg()[0], "cpus": os.cpu_count()}
    print(json.dumps(report, indent=2))
    return 0 if report["beside a hostile client"]["well"] else 1


if __name__ == "__main__":
    sys.exit(main())
