"""Runs mirrored into a bucket through a network that fails: what arrives, and what it took.

`python -m tests.bench.bucket_faults [--operations 1000] [--stall 20]` prints one JSON document, and fails where a run
has not arrived whole. The server is an emulator on this machine, behind the proxy of `tests/gcs_faults.py`.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import MetricsWriter
from core.runs.mirror import JobMirror
from core.runs.store import RunStore
from core.storage.gcs import GcsStorage
from tests.gcs import emulator_running
from tests.gcs_faults import FAULTS, proxy_running

WEIGHTS = {"429": 4, "503": 4, "reset": 4, "lost answer": 3, "stall": 1, "truncated body": 4, "wrong checksum": 4}
SHARE = 0.12  # of the requests that meet a fault
NUM_RUNS = 8


class CountingStorage(GcsStorage):
    """Counts the operations of the storage protocol."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.operations = Counter()


def _counted(name):
    def call(self, *arguments, **options):
        self.operations[name] += 1
        return getattr(GcsStorage, name)(self, *arguments, **options)

    return call


for _name in ("read", "write", "create", "swap", "extend", "list", "delete"):
    setattr(CountingStorage, _name, _counted(_name))


class Clock:
    """A second a look, so that a mirror need not wait for the next one."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


def mirror_run(storage, folder, enough):
    """A run that trains until enough was asked; returns its id and how many epochs it has."""
    run_id = RunStore(storage).create({"preset": "gcn", "epochs": 10_000}, {"graph_digest": "abc"})
    run = RunFolder(folder / run_id)
    mirror = JobMirror(run.path, storage, f"runs/{run_id}", now=Clock(), sleep=lambda _: None)
    mirror.pull()
    writer, epoch, failures = MetricsWriter(run / files.METRICS), 0, 0
    while not enough():
        for _ in range(20):
            epoch += 1
            writer.append({"epoch": epoch, "val_acc": random.random(), "logged_at": time.time()})
        if epoch % 100 == 0:
            (run / files.LAST_CHECKPOINT).write_bytes(random.randbytes(150_000))
        run.write_state(replace(run.read_state(), state="running", epoch=epoch))
        try:
            mirror.sync()
        except OSError:
            failures += 1
    writer.close()
    (run / files.PREDICTIONS).write_bytes(random.randbytes(100_000))
    run.write_state(replace(run.read_state(), state="finished"))
    mirror.finish()
    return run, epoch, failures


def find_differences(storage, run, epochs):
    """What of a run did not arrive as it was sent."""
    sent = {path.name: path.read_bytes() for path in run.path.iterdir()}
    came = {file.name.rpartition("/")[2]: storage.read(file.name) for file in storage.list(f"runs/{run.id}/**")}
    wrong = [name for name in sorted(sent.keys() | came.keys()) if sent.get(name) != came.get(name)]
    curve = RunStore(storage).read_metrics(run.id).columns["epoch"]
    return wrong + (["its curve"] if curve != list(range(1, epochs + 1)) else [])


def measure(operations, stall_seconds, *, seed=0):
    """Everything that was counted."""
    chance, chooser = random.Random(seed), threading.Lock()

    def choose(*_):
        with chooser:
            return chance.choices(FAULTS, [WEIGHTS[fault] for fault in FAULTS])[0] if chance.random() < SHARE else None

    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        emulator_running() as emulator,
        proxy_running(emulator, choose=choose, stall_seconds=stall_seconds) as proxy,
    ):
        storage = CountingStorage(emulator.make_bucket(), "team", make_client=proxy.make_client)
        done, threads = [], []

        def enough():
            return storage.operations.total() >= operations

        for number in range(NUM_RUNS):
            path = Path(folder) / str(number)
            thread = threading.Thread(target=lambda path=path: done.append(mirror_run(storage, path, enough)))
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()
        asked, injected, counted = proxy.asked.total(), dict(proxy.injected), dict(storage.operations)
        proxy.choose = lambda *_: None
        differences = {run.id: wrong for run, epochs, _ in done if (wrong := find_differences(storage, run, epochs))}
        return {
            "runs": len(done),
            "epochs": [epochs for _, epochs, _ in done],
            "operations": counted,
            "num_operations": sum(counted.values()),
            "num_requests": asked,
            "injected": injected,
            "num_injected": sum(injected.values()),
            "num_retries": storage.retries,
            "num_operations_given_up_and_done_later": sum(failures for *_, failures in done),
            "differences": differences,
            "seconds": round(time.monotonic() - began, 1),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=1000)
    parser.add_argument("--stall", type=float, default=20.0, help="seconds")
    arguments = parser.parse_args()
    found = measure(arguments.operations, arguments.stall)
    print(json.dumps(found, indent=2))
    sys.exit(0 if not found["differences"] and found["runs"] == NUM_RUNS else 1)


if __name__ == "__main__":
    main()
