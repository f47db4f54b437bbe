"""What a page's tick and a list of runs cost: `python -m tests.bench.tick [--rounds 15]`.

Makes homes with runs in a temporary folder and reads them as the app does, several times each: cold by a store that
knows nothing yet, warm by one that has read everything before. Before every warm tick each run that trains gets a row
and a new state. Prints a Markdown table of medians, and how far apart the ticks of short and of long runs are.
"""

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from core.app.runs import Runs
from core.config.train import TrainConfig
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import COLUMNS, Cursor
from core.runs.state import RunState
from core.runs.store import RunStore
from core.storage.local import LocalStorage

ROWS = (100, 10_000, 100_000)
FOLLOWED_RUNS, LISTED_RUNS = 200, 1_000
A_WHILE = 60.0  # seconds ago
REPORT = {"epochs": 100, "best_epoch": 60, "val_acc": 0.75, "test_acc": 0.77, "seconds_per_epoch": 0.1}
ENVIRONMENT = {
    "graph": "twin",
    "graph_digest": "0" * 64,
    "git": {"commit": "0" * 40, "dirty": True, "diff": "x" * 20_000},
}


def format_row(epoch):
    """A line of `metrics.csv` as long as a real one."""
    scores = ",".join(["0.12345678901234567"] * 6)
    return f"{epoch},{epoch},{scores},0.01,0.123456,{epoch * 0.123456:.6f},1795444000.123\n"


class Home:
    """A home folder, filled without training."""

    def __init__(self, folder):
        self.folder = folder

    def open_runs(self):
        """The use cases over a store that knows nothing yet."""
        return Runs(RunStore(LocalStorage(self.folder)), admission=None, backend=None, graphs=None, configs=None)

    def add(self, num_runs, *, rows, ended):
        """Runs that have ended, or that another machine trains."""
        store = RunStore(LocalStorage(self.folder))
        config = TrainConfig(preset="gcn", graph="twin").model_dump()
        header, body = ",".join(COLUMNS) + "\n", "".join(format_row(epoch) for epoch in range(1, rows + 1))
        folders = [RunFolder(self.folder / "runs" / store.create(config, ENVIRONMENT)) for _ in range(num_runs)]
        for folder in folders:
            (folder / files.METRICS).write_text(header + body)
            if ended:
                folder.write_json(files.REPORT, REPORT)
            for path in folder.path.iterdir():
                os.utime(path, (time.time() - A_WHILE,) * 2)
            created_at = time.time() - A_WHILE
            folder.write_state(RunState("finished" if ended else "running", epoch=rows, created_at=created_at, pid=1))
            if ended:
                os.utime(folder / files.STATE, (created_at,) * 2)
        return folders


def train(folder, epoch):
    """One epoch of a run: a row, and a sign of life."""
    with (folder / files.METRICS).open("a") as file:
        file.write(format_row(epoch))
    folder.write_state(replace(folder.read_state(), epoch=epoch, heartbeat_at=time.time()))


def measure(action):
    """Milliseconds, and what came of it."""
    began = time.perf_counter()
    answer = action()
    return (time.perf_counter() - began) * 1000, answer


class Follower:
    """A page that follows some runs and has all their rows but the newest."""

    def __init__(self, home, folders, *, rows):
        self.runs = home.open_runs()
        self.folders, self.rows = folders, rows
        self.cursors = [(folder.id, Cursor(0, rows)) for folder in folders]
        self.cold = median(measure(lambda: home.open_runs().read_metrics(self.cursors))[0] for _ in range(3))
        self.runs.read_metrics(self.cursors)

    def tick(self, *, live=True):
        """Milliseconds of a tick; `live` runs have gone on before it."""
        if live:
            self.rows += 1
            for folder in self.folders:
                train(folder, self.rows)
        milliseconds, answer = measure(lambda: self.runs.read_metrics(self.cursors))
        assert len(answer.runs) == len(self.folders)
        assert {len(run.columns["epoch"]) for run in answer.runs.values()} == {int(live)}
        self.cursors = [(folder.id, Cursor(0, self.rows)) for folder in self.folders]
        return milliseconds


def measure_listing(home, num_runs, rounds):
    """Median milliseconds of listing all runs, cold and warm."""
    cold = median(measure(home.open_runs().list)[0] for _ in range(3))
    runs = home.open_runs()
    assert len(runs.list()) == num_runs
    return cold, median(measure(runs.list)[0] for _ in range(rounds))


def measure_one_run(folder, rounds):
    """Prints and returns the warm ticks of runs of every length, which take turns."""
    homes = [Home(folder / str(rows)) for rows in ROWS]
    pages = [
        Follower(home, home.add(1, rows=rows, ended=False), rows=rows) for home, rows in zip(homes, ROWS, strict=True)
    ]
    times = [[page.tick() for page in pages] for _ in range(rounds)]
    warm = [median(column) for column in zip(*times, strict=True)]
    for page, rows, milliseconds in zip(pages, ROWS, warm, strict=True):
        print_row(f"tick, a run that trains, {rows:,} rows", page.cold, milliseconds)
    return warm


def measure_many_runs(folder, rounds):
    """Prints ticks of many runs, and listings."""
    home = Home(folder / "ended")
    page = Follower(home, home.add(FOLLOWED_RUNS, rows=300, ended=True), rows=300)
    warm = median(page.tick(live=False) for _ in range(rounds))
    print_row(f"tick, {FOLLOWED_RUNS} runs that have ended", page.cold, warm)
    home.add(LISTED_RUNS - FOLLOWED_RUNS, rows=300, ended=True)
    print_row(f"list of {LISTED_RUNS:,} runs that have ended", *measure_listing(home, LISTED_RUNS, rounds))
    home = Home(folder / "live")
    page = Follower(home, home.add(FOLLOWED_RUNS, rows=300, ended=False), rows=300)
    print_row(f"tick, {FOLLOWED_RUNS} runs that train", page.cold, median(page.tick() for _ in range(rounds)))


def print_row(what, cold, warm):
    print(f"| {what} | {cold:.2f} | {warm:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    print("| what | cold ms | warm ms |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        ticks = measure_one_run(Path(folder), 10 * rounds)
        measure_many_runs(Path(folder), rounds)
    print(f"\nthe slowest tick of one run takes {max(ticks) / min(ticks):.2f} times as long as the fastest")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
