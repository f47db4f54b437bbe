"""Runs in a bucket while all about them is killed: `python -m tests.bench.bucket_kills [--kills 50] [--runs 10]`.

The app, trainers, the bucket's server and the front of Vertex AI are killed by SIGKILL at moments of chance, and come
back after some seconds. Trainers are machines elsewhere: each has a name of its own and a clock two minutes off. What
crashed is resumed, as a person would. Prints one JSON document, and fails where a run is lost, has two processes for
long, stands in a state that is not true for a minute, leaves a process behind, or has other weights than undisturbed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import numpy as np
import psutil

from core.app.explorer import open_explorer
from core.backends.job import run_job
from core.errors import WikicsError
from core.graph.archive import dump_arrays
from core.runs import files
from core.runs.environment import collect_environment
from core.runs.folder import RunFolder
from core.runs.store import RunStore
from core.settings import build_settings
from core.storage.gcs import GcsStorage
from core.storage.local import LocalStorage
from tests.browser.server import Server
from tests.cloud.machines import Machines
from tests.cloud.vertex import VertexServer
from tests.gcs import emulator_running, find_port

ROOT = Path(__file__).parents[2]
ELSEWHERE = (sys.executable, "-m", "tests.cloud.elsewhere")
UNTRUE_SECONDS = 60.0  # so long a state may lag behind what is true, while all is up
LOSER_SECONDS = 30.0  # so long, while all is up, two processes may stand for one run, until one learns that it has lost
ENDED_EARLY = ("crashed", "failed", "stopped")
ANSWER_SECONDS = 60.0  # of the app, whose storage may be down just then
LOOK_SECONDS = 1.0
MOST_SECONDS = 3000.0
WEIGHTS = {"trainer": 5, "emulator": 3, "vertex": 2, "app": 2}


def make_arrays():
    """A graph of 200 articles in four categories."""
    rng = np.random.default_rng(0)
    y, role = rng.integers(0, 4, 200), rng.integers(0, 4, (1, 200))
    return {
        "features": (np.eye(4)[y] + rng.normal(size=(200, 4))).astype(np.float32),
        "edge_index": rng.integers(0, 200, (2, 1500)),
        "labels": y,
        "train_masks": role == 0,
        "val_masks": role == 1,
        "stopping_masks": role == 2,
        "test_mask": role[0] == 3,
    }


class Emulator:
    """The bucket's server, which keeps its objects on disk."""

    def __init__(self, folder):
        self.folder, self.port, self._life = folder, find_port(), None
        self.start()

    def start(self):
        self._life = ExitStack()
        self.running = self._life.enter_context(emulator_running(port=self.port, folder=self.folder))

    def kill(self):
        self._life.close()


class Front:
    """A process that stands before a server here."""

    def __init__(self, target):
        self.target, self.port = target, find_port()
        self.start()

    def start(self):
        command = [sys.executable, "-m", "tests.cloud.front", str(self.port), str(self.target)]
        self._process = subprocess.Popen(command, cwd=ROOT)

    def kill(self):
        self._process.kill()
        self._process.wait()


class App:
    """The app in a process of its own, asked as a browser would."""

    def __init__(self, home, settings):
        self.home, self.settings, self.port = home, settings, find_port()
        self.start()

    def start(self):
        self._server = Server(self.home, wait=False, port=self.port, **self.settings)

    def kill(self):
        self._server.stop(kill=True)

    def list(self):
        return self._ask("/runs")["runs"]

    def submit(self, config):
        self._server.wait_until_ready()
        body = {"graph": config.graph, "preset": config.preset, "backend": "vertex"}
        changed = {name: getattr(config, name) for name in ("epochs", "patience", "dropout", "device", "seed")}
        return self._ask("/runs", json.dumps(body | {"config": changed}).encode())["id"]

    def resume(self, run_id):
        self._ask(f"/runs/{run_id}/resume", b"{}")

    def _ask(self, path, body=None):
        url = f"http://127.0.0.1:{self.port}"
        headers = {"content-type": "application/json", "origin": url}
        with urllib.request.urlopen(
            urllib.request.Request(f"{url}/api{path}", body, headers), timeout=ANSWER_SECONDS
        ) as answer:
            return json.load(answer)


class Here:
    """What the app does, in this process: for a short form, which does not wait for it to come up."""

    def __init__(self, explorer):
        self._explorer = explorer

    def list(self):
        with suppress(WikicsError):
            self._explorer.runs.recover()
        return [vars(record) for record in self._explorer.runs.list()]

    def submit(self, config):
        return self._explorer.runs.submit(config, backend="vertex").id

    def resume(self, run_id):
        self._explorer.runs.resume(run_id)


class World:
    """All that can be killed, and what was seen."""

    def __init__(self, folder, *, num_runs, epochs, with_app):
        self.folder, self.num_runs, self.epochs = folder, num_runs, epochs
        self.emulator = Emulator(str(folder / "bucket"))
        os.environ["STORAGE_EMULATOR_HOST"] = self.emulator.running.url
        self.bucket = self.emulator.running.make_bucket()
        (folder / "machines").mkdir()
        environment = {"OMP_NUM_THREADS": "1", "TMPDIR": str(folder / "machines")}
        self.machines = Machines(program=ELSEWHERE, capacity=2, environment=environment)
        self.server = VertexServer(self.machines)
        self.vertex = Front(int(self.server.endpoint.rpartition(":")[2]))
        (folder / "graph.npz").write_bytes(dump_arrays(make_arrays()))
        address = f"gs://{self.bucket}/team"
        settings = {"project": "wikics-tests", "image": "wikics", "bucket": address}
        settings["vertex_endpoint"] = f"127.0.0.1:{self.vertex.port}"
        self.explorer = open_explorer(build_settings(home=folder / "here", **settings))
        self.graph = self.explorer.graphs.register(folder / "graph.npz")
        named = {f"WIKICS_{name.upper()}": value for name, value in settings.items()}
        self.app = App(folder / "app", named) if with_app else Here(self.explorer)
        self.ids, self.down = [], {}  # the runs; what is down, until when
        self.untrue_since, self.longest = {}, Counter()
        self.resuming = {}  # by run: what a thread does for it, who may wait for a lease to end
        self.threads = ThreadPoolExecutor(num_runs)
        self.wrong, self.kills, self.resumed = [], Counter(), Counter()
        self.two_since, self.two = {}, []  # by run: since when, and which; how that ended

    def configs(self):
        values = {"epochs": self.epochs, "patience": self.epochs, "dropout": 0.5, "device": "cpu"}
        return [
            self.explorer.configs.build("gcn", values | {"seed": seed}, graph=self.graph)
            for seed in range(self.num_runs)
        ]

    def is_trained(self, run_id):
        """How many processes stand for it, and how many orders wait or go on."""
        orders = self.orders(run_id)
        return len(find_alive(orders)), sum(order.phase in ("waiting", "running") for order in orders)

    def orders(self, run_id):
        return [order for order in self.machines.all.values() if order.command[-1].endswith(run_id)]

    def watch_two(self, run_id, now):
        """One whose bucket was away for long may go on a moment beside the one that was ordered in its place."""
        alive = find_alive(self.orders(run_id))
        if len(alive) > 1 and not self.down:
            since, _ = self.two_since.setdefault(run_id, (now, alive))
            if now - since > LOSER_SECONDS:
                self.wrong.append(f"{len(alive)} processes stand for {run_id} since {now - since:.0f} s")
                del self.two_since[run_id]
        elif found := self.two_since.pop(run_id, None):
            since, were = found
            ended = [place for place, order in enumerate(were) if order not in alive]
            self.two.append({"seconds": round(now - since, 1), "of": len(were), "ended": ended})

    def kill(self, chance):
        kinds = [kind for kind in WEIGHTS if kind not in self.down and (kind != "app" or isinstance(self.app, App))]
        kind = chance.choices(kinds, [WEIGHTS[kind] for kind in kinds])[0]
        if kind == "trainer":
            alive = [name for name, order in self.machines.all.items() if order.phase == "running"]
            if not alive:
                return
            self.machines.preempt(chance.choice(alive))
        else:
            getattr(self, kind).kill()
            self.down[kind] = time.monotonic() + chance.uniform(0.0, 8.0)
        self.kills[kind] += 1

    def restart(self, *, all_of_them=False):
        for kind in [kind for kind, until in self.down.items() if all_of_them or time.monotonic() > until]:
            del self.down[kind]
            getattr(self, kind).start()

    def look(self):
        """Compares what is said of every run with what is true of it; what ended early goes on. Who is finished."""
        if self.down:  # and so it stays for as long as the app takes to answer, or not to
            self.untrue_since.clear()
        before = {run_id: self.is_trained(run_id) for run_id in self.ids}
        try:
            records = self.app.list()
        except (OSError, ValueError, WikicsError):
            return []
        now = time.monotonic()
        for record in records:
            run_id, state = record["id"], record["state"]
            after = self.is_trained(run_id)
            self.watch_two(run_id, now)
            # It may have begun or ended while the app answered.
            if self.down or any(is_true_of(record, *truth) for truth in (before[run_id], after)):
                self.untrue_since.pop(run_id, None)
                continue
            lag = now - self.untrue_since.setdefault(run_id, now)
            self.longest[state] = max(self.longest[state], lag)
            if lag > UNTRUE_SECONDS:
                self.wrong.append(f"{run_id} is {state}, and {after[0]} processes train it, {after[1]} orders")
                del self.untrue_since[run_id]
        for record in records:
            is_asked = record["id"] in self.resuming and not self.resuming[record["id"]].done()
            if record["state"] in ENDED_EARLY and not self.down and not is_asked:
                self.resuming[record["id"]] = self.threads.submit(self.resume, record)
        return [record["id"] for record in records if record["state"] == "finished"]

    def resume(self, record):
        with suppress(OSError, WikicsError):
            self.app.resume(record["id"])
            self.resumed[f"{record['state']}: {record['message'].partition(' after epoch')[0][:120]}"] += 1

    def close(self):
        self.restart(all_of_them=True)
        self.threads.shutdown(cancel_futures=True)
        if isinstance(self.app, App):
            self.app.kill()
        self.server.close()
        self.vertex.kill()
        self.emulator.kill()


def find_alive(orders):
    """Those whose process goes on, the first first."""
    return [order for order in orders if order.process is not None and order.process.poll() is None]


def is_true_of(record, alive, ordered):
    """Whether a run stands as it is: processes that train it, and orders that wait or go on."""
    return {
        "running": alive == 1,
        "stopping": alive == 1,
        "pending": ordered > 0,
        "finished": alive == 0 and record["has_predictions"],
    }.get(record["state"], alive == 0)


def find_weights(storage, run_id):
    content = storage.read(f"{files.RUNS}{run_id}/{files.PREDICTIONS}")
    return content, storage.read(f"{files.RUNS}{run_id}/{files.BEST_WEIGHTS}")


def train_undisturbed(world, config):
    import torch  # here, where nothing else waits for it

    torch.set_num_threads(1)  # as trainers have: sums of several threads round otherwise
    storage = LocalStorage(world.folder / "undisturbed")
    digest = world.explorer.graphs.load(world.graph).digest
    run_id = RunStore(storage).create(config.model_dump(), collect_environment(world.graph, digest))
    graphs = open_explorer(build_settings(home=world.folder / "undisturbed", bucket="")).graphs
    graphs.register(world.folder / "graph.npz")
    job = files.RUNS + run_id
    with tempfile.TemporaryFile("w") as log, ExitStack() as stack:
        stack.enter_context(redirect_stdout(log))
        stack.enter_context(redirect_stderr(log))
        assert run_job(RunFolder(storage.path(job)), storage, job) == 0
    return find_weights(storage, run_id)


def find_left(world):
    """Processes that speak of the world's bucket or folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            if process.pid != os.getpid() and (world.bucket in line or str(world.folder) in line):
                found.append(line)
    return found


def measure(num_kills, num_runs, *, epochs=3000, pause_seconds=4.0, seed=0, with_app=True, say=lambda *_: None):
    """Everything that was counted; `wrong` has a sentence for whatever must not be."""
    chance, began = random.Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wikics-kills-") as name:
        world = World(Path(name), num_runs=num_runs, epochs=epochs, with_app=with_app)
        try:
            configs = world.configs()
            world.ids = ids = [world.app.submit(config) for config in configs]
            next_kill = time.monotonic()
            finished = []
            while len(finished) < num_runs or world.kills.total() < num_kills:
                if time.monotonic() - began > MOST_SECONDS:
                    world.wrong.append(f"{num_runs - len(finished)} runs are not finished")
                    break
                world.restart()
                if world.kills.total() < num_kills and time.monotonic() > next_kill:
                    world.kill(chance)
                    next_kill = time.monotonic() + chance.expovariate(1 / pause_seconds)
                finished = world.look()
                say(dict(world.kills), len(finished), list(world.down))
                time.sleep(LOOK_SECONDS)
            world.restart(all_of_them=True)
            storage = GcsStorage(world.bucket, "team")
            if lost := set(ids) - {record.id for record in RunStore(storage).list()}:
                world.wrong.append(f"lost: {sorted(lost)}")
            for run_id, config in zip(ids, configs, strict=True):
                if find_weights(storage, run_id) != train_undisturbed(world, config):
                    world.wrong.append(f"{run_id} has other weights than undisturbed")
                if RunStore(storage).read_metrics(run_id).columns["epoch"] != list(range(1, epochs + 1)):
                    world.wrong.append(f"{run_id} has not each epoch once")
            left = [file.name for file in storage.list("queue/**")]
        finally:
            world.close()
        world.wrong += [f"left behind: {line}" for line in find_left(world)]
        return {
            "runs": num_runs,
            "epochs": epochs,
            "kills": dict(world.kills),
            "num_kills": world.kills.total(),
            "resumed": dict(world.resumed),
            "longest_untrue_seconds": {state: round(seconds, 1) for state, seconds in world.longest.items()},
            "two_at_once": world.two,
            "leases_left": left,
            "wrong": world.wrong,
            "seconds": round(time.monotonic() - began, 1),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    def say(*told):
        print(*told, file=sys.stderr, end="\r")

    found = measure(arguments.kills, arguments.runs, epochs=arguments.epochs, seed=arguments.seed, say=say)
    print(json.dumps(found, indent=2))
    sys.exit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    main()
