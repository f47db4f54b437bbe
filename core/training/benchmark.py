"""A benchmark: one config trained on several splits and seeds, each result kept as soon as it is there."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from core.config.train import TrainConfig
from core.evaluation.report import build_report
from core.graph.graph import Graph
from core.runs import files
from core.runs.benchmarks import Benchmark, BenchmarkResult, BenchmarkStore, pack_correct
from core.runs.environment import read_cpu_name
from core.runs.folder import RunFolder
from core.runs.report import Report, read_report
from core.training.device import resolve_device
from core.training.fit import train_run
from core.training.replicas.train import ReplicaOutcome, supports_replicas, train_replicas

Pair = tuple[int, int]  # split, seed

# What a result takes over from a run's report.
OF_REPORT: Final = (
    *("split", "test_acc", "val_acc", "stopping_acc", "epochs", "best_epoch"),
    *("seconds", "seconds_per_epoch", "peak_memory_mb", "num_parameters"),
)


@dataclass(frozen=True)
class BenchmarkProgress:
    """How far a benchmark is: runs done of all, the share of all work, and what is being trained."""

    done: int
    total: int
    fraction: float
    text: str


OnProgress = Callable[[BenchmarkProgress], None]


def run_benchmark(
    store: BenchmarkStore,
    benchmark: Benchmark,
    config: TrainConfig,
    graph: Graph,
    pairs: Sequence[Pair],
    *,
    commit: str = "",
    on_progress: OnProgress = lambda _: None,
) -> None:
    """Trains the pairs that have no result yet and saves each as it ends.

    One after the other, as `train_run` does; on a GPU together, as replicas, where the config allows it.
    `on_progress` is called after every epoch (of replicas every few) and may raise to end the benchmark:
    what is done stays. Raises what `train_run` raises.
    """
    for split, _ in pairs:
        graph.check_split(split)
    missing = [pair for pair in pairs if not store.has_result(benchmark.id, *pair)]
    session = _Session(store, benchmark, config, graph, commit, on_progress, len(pairs), len(pairs) - len(missing))
    session.report(0.0, "")
    if missing and resolve_device(config) == "cuda" and supports_replicas(config):
        train_replicas(
            config,
            graph,
            missing,
            on_done=session.take_replica,
            on_epoch=session.report_replicas,
        )
        return
    for pair in missing:
        # Another process may have done it meanwhile.
        if not store.has_result(benchmark.id, *pair):
            session.train(*pair)


@dataclass
class _Session:
    store: BenchmarkStore
    benchmark: Benchmark
    config: TrainConfig
    graph: Graph
    commit: str
    on_progress: OnProgress
    total: int
    done: int
    trained: int = 0  # of those done, in this session
    fraction: float = 0.0  # never goes back, though replicas end earlier than their epochs say

    def report(self, begun: float, text: str) -> None:
        """`begun` is how many runs the epochs of those not done yet are worth."""
        self.fraction = max(self.fraction, min((self.done + begun) / self.total, 1.0))
        self.on_progress(BenchmarkProgress(self.done, self.total, self.fraction, text))

    def report_replicas(self, epochs: int) -> None:
        """`epochs` are those of all replicas so far, the ones that are done included."""
        begun = max(epochs / self.config.epochs - self.trained, 0.0)
        self.report(begun, f"{self.total - self.done} runs together")

    def train(self, split: int, seed: int) -> None:
        """One run, in a folder that lasts no longer."""
        config = self.config.model_copy(update={"split": split, "seed": seed})
        text = f"split {split}, seed {seed}"
        with TemporaryDirectory(prefix="wikics-benchmark-") as path:
            folder = RunFolder(Path(path))
            train_run(folder, config, self.graph, on_epoch=lambda epoch: self.report(epoch / config.epochs, text))
            with np.load(folder / files.PREDICTIONS, allow_pickle=False) as saved:
                logits = saved["logits"]
            self._save(read_report(folder.read_json(files.REPORT)), logits, seed)

    def take_replica(self, outcome: ReplicaOutcome) -> None:
        self._save(build_report(outcome.logits, self.graph, outcome.facts), outcome.logits, outcome.seed)

    def _save(self, report: Report, logits: NDArray[np.float32], seed: int) -> None:
        test = self.graph.test_mask
        result = BenchmarkResult(
            **{name: getattr(report, name) for name in OF_REPORT},
            seed=seed,
            device=f"{read_cpu_name()}, {torch.get_num_threads()} threads" if report.device == "cpu" else report.device,
            commit=self.commit,
            finished_at=time.time(),
            num_test=int(test.sum()),
            correct_bits=pack_correct(logits.argmax(axis=1)[test] == self.graph.y[test]),
        )
        self.store.save_result(self.benchmark.id, result)
        self.done, self.trained = self.done + 1, self.trained + 1
        self.report(0.0, "")
