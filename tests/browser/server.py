"""The app as a process of its own, over a home of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]


def find_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One process of the app; `settings` are further variables of its environment.

    On a busy machine two threads wait for each other: a small epoch then takes 0.23 s instead of 0.04 s.
    """

    def __init__(self, home, *, wait=True, port=None, **settings):
        self.home = Path(home)
        self.port = port or find_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.headers = {}  # of what is asked here: its token, where it tells nothing without
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WIKICS_")}
        environment |= {"WIKICS_HOME": str(home), "OMP_NUM_THREADS": "1", **settings}
        self.log = self.home.with_suffix(".log").open("ab")
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core.cli", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self, seconds=120):
        """Polls /healthz; returns the seconds since the process began."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the app ended by itself; see {self.log.name}"
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return self.seconds()
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.05)
        raise TimeoutError(f"/healthz was not ready in {seconds} s; see {self.log.name}")

    def seconds(self):
        """Since the process was started."""
        return time.monotonic() - self.started_at

    def get(self, path):
        """The JSON of a GET below /api."""
        request = urllib.request.Request(f"{self.url}/api{path}", headers=self.headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def post(self, path, **body):
        """The JSON of a POST below /api."""
        headers = {"content-type": "application/json", "origin": self.url} | self.headers
        request = urllib.request.Request(f"{self.url}/api{path}", json.dumps(body).encode(), headers, method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def train(self, graph, preset="gcn", **config):
        """Queues a run and returns its id."""
        return self.post("/runs", graph=graph, preset=preset, config=config)["id"]

    def wait_for(self, run_id, *states, epoch=0, seconds=90):
        """A run's record once it is in one of these states and so far."""
        deadline = time.monotonic() + seconds
        while True:
            record = self.get(f"/runs/{run_id}")
            if record["state"] in states and record["epoch"] >= epoch:
                return record
            assert time.monotonic() < deadline, f"{run_id} is {record['state']} at epoch {record['epoch']}"
            time.sleep(0.1)

    def end_runs(self):
        """Stops every run that is still active: trainers outlive the app."""
        active = [run["id"] for run in self.get("/runs")["runs"] if run["state"] in ("pending", "running", "stopping")]
        for run_id in active:
            self.post(f"/runs/{run_id}/stop")
        for run_id in active:
            self.wait_for(run_id, "stopped", "finished", "failed", "crashed")

    def end(self):
        """Ends the runs, then the process, if it still lives."""
        if self.process.poll() is None:
            try:
                self.end_runs()
            finally:
                self.stop()

    def stop(self, *, kill=False):
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        self.process.wait(timeout=20)
        self.log.close()
