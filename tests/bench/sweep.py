"""A sweep of thirty trials on a graph of 700 articles, killed with -9 amid it, narrowed, stopped and gone on with.

`python -m tests.bench.sweep` takes some minutes; it says how many trials there were, and that each ran once.
"""

import os
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from core.app.explorer import open_explorer
from core.config.sweep.spec import Range
from core.graph.archive import dump_arrays
from core.settings import build_settings
from tests.browser.homes import build_arrays, name_article

TEXT = """
method: bayes
metric: {name: val_acc, goal: maximize}
run_cap: 30
early_terminate: {type: hyperband, min_iter: 5}
parameters:
  preset: {values: [gcn, sage]}
  lr: {distribution: log_uniform_values, min: 0.0003, max: 0.1}
  dropout: {min: 0.1, max: 0.8}
  hidden_channels: {value: 16}
  epochs: {value: 40}
"""
KILLED_AT, NARROWED_AT, STOPPED_AT = 5, 10, 15  # trials that have begun


def kill(last):
    """Ends the process whose command ends so, as nobody can prepare for."""
    for one in psutil.process_iter(["pid", "cmdline"]):
        if (one.info["cmdline"] or [])[-2:] == ["core.app.sweep_leader", last]:
            os.kill(one.info["pid"], signal.SIGKILL)


def main(home):
    explorer = open_explorer(build_settings(home=home))
    archive = home / "small.npz"
    archive.write_bytes(dump_arrays(build_arrays(700, name_article)))
    graph = explorer.graphs.register(archive)
    sweeps, runs = explorer.sweeps, explorer.runs
    sweep_id = sweeps.submit(TEXT, graph=graph).id

    def wait(is_so):
        while not is_so(record := sweeps.read(sweep_id)):
            time.sleep(0.2)
        return record

    def begun(record):
        return sum(record.counts.values())

    wait(lambda record: begun(record) >= KILLED_AT)
    kill(sweep_id)
    wait(lambda record: record.state == "crashed")
    sweeps.recover()
    wait(lambda record: begun(record) >= NARROWED_AT)
    sweeps.narrow(sweep_id, Range("lr", low=0.001, high=0.03))
    wait(lambda record: begun(record) >= STOPPED_AT)
    sweeps.stop(sweep_id)
    wait(lambda record: record.state == "stopped")
    sweeps.resume(sweep_id)
    record = wait(lambda record: record.state in ("finished", "failed"))
    mine = Counter(run.trial for run in runs.list() if run.sweep == sweep_id)
    print(f"{record.state}: {record.counts}, best {record.best.value:.4f}")
    print(f"{len(mine)} trials with a run, {sum(number > 1 for number in mine.values())} with more than one")
    pairs = sweeps.confirm(sweep_id, splits=range(graph_splits(explorer, graph)))
    print(f"confirming as {', '.join(pairs)}")
    for one in pairs:
        explorer.benchmarks.stop(one)


def graph_splits(explorer, graph):
    return min(explorer.graphs.load(graph).num_splits, 5)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        main(Path(folder))
