"""A benchmark's turns: one config trained on split after split, each result kept as soon as it is there."""

import shutil
import time
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from core.config.race import RACERS
from core.config.train import TrainConfig, build_config
from core.evaluation.report import build_report
from core.graph.graph import Graph
from core.runs import files
from core.runs.benchmarks import Benchmark, BenchmarkResult, BenchmarkStore, Pair, Wanted, pack_correct
from core.runs.environment import read_cpu_name
from core.runs.folder import JobFolder, RunFolder
from core.runs.report import Report, read_report
from core.runs.turn import Note, Turn, TurnOutcome
from core.storage.base import Storage
from core.training.device import resolve_device
from core.training.fit import train_run
from core.training.replicas.train import ReplicaOutcome, supports_replicas, train_replicas
from core.training.stored import load_graph

# What a result takes over from a run's report.
OF_REPORT: Final = (
    *("split", "test_acc", "val_acc", "stopping_acc", "epochs", "best_epoch"),
    *("seconds", "seconds_per_epoch", "peak_memory_mb", "num_parameters"),
)


class _StoppedError(Exception):
    """Ends replicas between two epochs."""


def prepare_benchmark(folder: JobFolder, storage: Storage, *, pairs: tuple[Pair, ...] | None = None) -> Turn:
    """What takes the next turn of the stored benchmark, or of some of its pairs.

    Raises ConfigError, and what `load_graph` raises.
    """
    store = BenchmarkStore(storage)
    benchmark, wanted = store.read(folder.id), store.read_wanted(folder.id)
    names = {"preset": benchmark.preset, "graph": benchmark.graph, "device": wanted.device, "histogram_every": 0}
    config = build_config(benchmark.config | names)
    graph = load_graph(storage, benchmark.graph, benchmark.graph_digest)
    wanted = wanted if pairs is None else replace(wanted, pairs=pairs)
    return BenchmarkTurn(folder, store, benchmark, wanted, config, graph).take


@dataclass(frozen=True)
class BenchmarkTurn:
    """Trains one wanted (split, seed) pair that has no result yet; on a GPU all of them, as replicas where they can.

    A pair is trained in a folder of its own inside the benchmark's, and goes on there after a stop or a kill.
    """

    folder: JobFolder
    store: BenchmarkStore
    benchmark: Benchmark
    wanted: Wanted
    config: TrainConfig
    graph: Graph

    def take(self, note: Note) -> TurnOutcome:
        """One turn. What is done stays, whatever comes. Raises what `train_run` raises."""
        missing = [pair for pair in self.wanted.pairs if not self.store.has_result(self.benchmark.id, *pair)]
        if not missing:
            return "finished"
        if resolve_device(self.config) == "cuda" and supports_replicas(self.config):
            return self._train_together(missing, note)
        return self._train_first(missing, note)

    def _train_first(self, missing: list[Pair], note: Note) -> TurnOutcome:
        split, seed = missing[0]
        config = self.config.model_copy(update={"split": split, "seed": seed})
        run = RunFolder(self.folder / f"split-{split:02d}-seed-{seed}", owner=self.folder)
        run.path.mkdir(exist_ok=True)
        total, done = len(self.wanted.pairs), len(self.wanted.pairs) - len(missing)

        def on_epoch(epoch: int) -> None:
            note(epoch, f"split {split}, seed {seed}", (done + epoch / config.epochs) / total)

        if train_run(run, config, self.graph, resume=True, on_epoch=on_epoch) == "stopped":
            return "stopped"
        with np.load(run / files.PREDICTIONS, allow_pickle=False) as saved:
            self._save(read_report(run.read_json(files.REPORT)), saved["logits"], seed)
        shutil.rmtree(run.path)
        return "pending" if len(missing) > 1 else "finished"

    def _train_together(self, missing: list[Pair], note: Note) -> TurnOutcome:
        total, done = len(self.wanted.pairs), len(self.wanted.pairs) - len(missing)
        most = self.config.epochs + len(RACERS) * min(self.config.race_epochs, self.config.epochs)

        def on_epoch(epochs: int) -> None:  # of all replicas so far
            share = epochs / (most * len(missing))
            note(epochs // len(missing), f"{len(missing)} runs together", (done + share * len(missing)) / total)
            if self.folder.stop_requested:
                raise _StoppedError

        def on_done(outcome: ReplicaOutcome) -> None:
            report = build_report(outcome.logits, self.graph, outcome.facts)
            self._save(report, outcome.logits, outcome.seed)

        try:
            train_replicas(self.config, self.graph, missing, on_done=on_done, on_epoch=on_epoch)
        except _StoppedError:
            return "stopped"
        return "finished"

    def _save(self, report: Report, logits: NDArray[np.float32], seed: int) -> None:
        test, num_threads = self.graph.test_mask, torch.get_num_threads()
        threads = "1 thread" if num_threads == 1 else f"{num_threads} threads"
        result = BenchmarkResult(
            **{name: getattr(report, name) for name in OF_REPORT},
            seed=seed,
            device=f"{read_cpu_name()}, {threads}" if report.device == "cpu" else report.device,
            commit=self.wanted.commit,
            finished_at=time.time(),
            num_test=int(test.sum()),
            correct_bits=pack_correct(logits.argmax(axis=1)[test] == self.graph.y[test]),
        )
        self.store.save_result(self.benchmark.id, result)
