"""What listing the runs of a bucket costs: `python -m tests.bench.bucket_list [--runs 1000]`.

Fills an emulator on this machine, then times `wikics runs list --json` on a machine that knows nothing, on one that
has listed them before, and on another that finds what the first has left in the bucket; with an emulator that keeps
its objects in memory, where it looks for each by passing over all before it, and with one that keeps them in a folder,
of which it reads all files for each listing. Python keeps what it has compiled, as it does for a person. Times are
those without the proxy that counts requests; warm, of nine tries each. Then the page *Runs* of an app over the same
bucket, in a new tab each time: its first paint, and until its table stands; the first visit is the app's first too.
Prints one JSON document, in which the emulator's own seconds of processor stand too.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from core.config.train import TrainConfig
from core.runs.files import METRICS, RECORD, SHARED
from core.runs.folder import JobFolder
from core.runs.metrics import MetricsWriter
from core.runs.record_file import write_record
from core.storage.gcs import GcsStorage
from tests.bench.runs_page import read_processor, time_page
from tests.browser import chrome
from tests.browser.homes import Home
from tests.browser.server import Server
from tests.gcs import emulator_running
from tests.gcs_faults import proxy_running

PROJECT = Path(__file__).parents[2]
WARM_TRIES = 9
TABLE = "[data-testid=stDataFrame] canvas"
EPOCHS = 10
REPORT = {"epochs": EPOCHS, "best_epoch": 6, "val_acc": 0.75, "test_acc": 0.77, "seconds_per_epoch": 0.1}


def fill(folder, num_runs, graph="twin"):
    """As many finished runs, each of eleven files; gives the records, by name, which `send` is to bring."""
    records, rows = {}, build_rows(folder)
    for number in range(num_runs):
        at = 1.79e9 + number
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(at))
        run = folder / "runs" / f"{stamp}-gcn-{number:04}"
        run.mkdir(parents=True)
        state = {
            "state": "finished",
            "epoch": EPOCHS,
            "host": "x",
            "created_at": at,
            "started_at": at,
            "ended_at": at + 9,
        }
        documents = {
            "config": TrainConfig(graph=graph, split=number % 20, seed=number // 20).model_dump(),
            "environment": {"graph": "twin", "number": number, "graph_digest": "ab" * 32},
            "report": REPORT | {"seconds": number},
            "state": state,
        }
        for name, content in documents.items():
            (run / f"{name}.json").write_text(json.dumps(content))
        write_record(JobFolder(run))
        records[f"runs/{run.name}/{RECORD}"] = (run / RECORD).read_bytes()
        (run / RECORD).unlink()
        (run / METRICS).write_bytes(rows)
        for name in ("log.txt", "snapshots.npz", "last.ckpt", "best.pt"):
            (run / name).write_bytes(b"x" * 100)
        np.savez(run / "predictions.npz", logits=np.zeros((2, 2), np.float32))  # a page looks for a run that predicts
    return records


def build_rows(folder):
    """The rows of a run: of many that have none which can be read, a page would look at each file anew."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / METRICS
    writer = MetricsWriter(path)
    for epoch in range(1, EPOCHS + 1):
        losses = dict.fromkeys(("train_loss", "stopping_loss", "val_loss"), 1 / epoch)
        scores = dict.fromkeys(("train_acc", "stopping_acc", "val_acc"), epoch / (EPOCHS + 1))
        writer.append({"epoch": epoch, "step": epoch, "lr": 0.01, "epoch_seconds": 0.1, **losses, **scores})
    writer.close()
    content = path.read_bytes()
    path.unlink()
    return content


def send(records, storage):
    """As a trainer's mirror sends them."""
    with ThreadPoolExecutor(8) as senders:
        sent = senders.map(lambda name: storage.swap(name, records[name], None, listed=True), records)
        assert all(sent)


def list_runs(url, home):
    """Seconds of the wall and of the command's processor, and how many runs came."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began, worked = time.monotonic(), sum(os.times()[2:4])
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", "runs", "list", "--json"],
        cwd=PROJECT,
        env=environment
        | {"STORAGE_EMULATOR_HOST": url, "WIKICS_HOME": str(home), "WIKICS_BUCKET": "gs://thousand/team"},
        capture_output=True,
        check=True,
        text=True,
    )
    seconds = round(time.monotonic() - began, 2)
    cpu_seconds = round(sum(os.times()[2:4]) - worked, 2)
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "runs": len(json.loads(done.stdout)["runs"])}


def measure_page(emulator, home, graph, *, visits=4):
    """Milliseconds of each visit."""
    server = Server(home, WIKICS_BUCKET="gs://thousand/team", STORAGE_EMULATOR_HOST=emulator.url)
    found = []
    try:
        with sync_playwright() as playwright:
            browser = chrome.launch(playwright)
            for _ in range(visits):
                context = browser.new_context(viewport={"width": 1440, "height": 1000})
                _, paint, drawn = time_page(context, f"{server.url}/runs?graph={graph}", TABLE)
                found.append({"first paint": round(paint), "table": round(drawn)})
                context.close()
            browser.close()
    finally:
        server.stop()
    return found


def count_requests(proxy, home):
    before = proxy.asked.copy()
    list_runs(proxy.url, home)
    return dict(proxy.asked - before)


def measure(num_runs):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = Home(folder / "made")
        records = fill(folder / "data" / "thousand" / "team", num_runs, home.small)
        shutil.copytree(home.folder / "graphs", folder / "data" / "thousand" / "team" / "graphs")
        found = {}
        for backend, options in (("folder", {"folder": folder / "objects"}), ("memory", {})):
            with emulator_running(data=folder / "data", **options) as emulator:
                send(records, GcsStorage("thousand", "team", make_client=emulator.make_client))
                found[backend] = measure_lists(emulator, folder / backend)
                if backend == "memory":
                    found["page"] = measure_page(emulator, folder / "app", home.small)
        return found


def measure_lists(emulator, folder):
    index = emulator.make_client().bucket("thousand").blob(f"team/{SHARED}")
    found = {}
    with proxy_running(emulator) as proxy:
        for name, home, is_cold in (
            ("cold", "one", True),
            ("warm", "one", False),
            ("on another machine", "another", False),
        ):
            before = read_processor(emulator.process.pid)
            found[name] = list_runs(emulator.url, folder / home)
            found[name]["emulator_cpu_seconds"] = round(read_processor(emulator.process.pid) - before, 2)
            if is_cold:
                index.delete()
            if name == "warm":
                tries = [list_runs(emulator.url, folder / home)["seconds"] for _ in range(WARM_TRIES)]
                found[name]["seconds"] = sorted(tries)
            found[name] |= count_requests(proxy, folder / f"counted {home}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    print(json.dumps(measure(parser.parse_args().runs), indent=2))
