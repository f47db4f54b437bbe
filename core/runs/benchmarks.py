"""The store of benchmarks: one config over splits and seeds of one graph, one small file a result."""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import BenchmarkNotFoundError, FileNotStoredError
from core.runs import files
from core.runs.documents import dump_json, load_json
from core.runs.record import NO_VARIANT
from core.storage.base import Storage, StoredFile

BENCHMARKS: Final = "benchmarks/"
Pair = tuple[int, int]  # split and seed
_RESULT: Final = re.compile(r"split-(\d+)-seed-(\d+)\.json")
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True)
class Benchmark:
    """One config on one graph, whatever splits and seeds of it are done."""

    id: str  # preset and a digest: `gcn-3f9a1c2e`
    preset: str
    graph: str
    graph_digest: str
    config: dict[str, Any]  # without preset, graph, split, seed and device
    created_at: float  # Unix seconds


@dataclass(frozen=True)
class BenchmarkRun:
    """What one split and seed reached at its best epoch, and at what cost. Accuracies are fractions."""

    split: int
    seed: int
    test_acc: float
    val_acc: float
    stopping_acc: float
    epochs: int  # trained
    best_epoch: int
    seconds: float  # of training
    seconds_per_epoch: float  # median, step and evaluation together
    peak_memory_mb: float  # 10^6 bytes; on a CPU of the whole process so far
    num_parameters: int
    device: str
    commit: str  # of the code, `-dirty` behind it where it had changes; empty where it is not known
    finished_at: float  # Unix seconds


@dataclass(frozen=True)
class BenchmarkResult(BenchmarkRun):
    """The same with each test article, as it is kept."""

    num_test: int
    correct_bits: str  # base64 of one bit a test article by index, 1 where it was named rightly

    @property
    def pair(self) -> Pair:
        """Split and seed."""
        return self.split, self.seed

    @property
    def correct(self) -> NDArray[np.bool_]:
        """[T] whether each test article was named rightly."""
        packed = np.frombuffer(base64.b64decode(self.correct_bits), dtype=np.uint8)
        return np.unpackbits(packed, count=self.num_test).astype(bool)


@dataclass(frozen=True)
class Wanted:
    """What a benchmark was last asked for: pairs of split and seed, the device to train on, the commit of the code."""

    pairs: tuple[Pair, ...]
    device: str = "auto"
    commit: str = ""


def pack_correct(correct: NDArray[np.bool_]) -> str:
    """`correct_bits` of [T] flags."""
    return base64.b64encode(np.packbits(correct).tobytes()).decode()


class BenchmarkStore:
    """Every benchmark below `benchmarks/` of one storage. Any number of processes may add to one at once."""

    def __init__(self, storage: Storage, *, now: Callable[[], float] = time.time) -> None:
        """`now` is the clock (Unix seconds)."""
        self.storage = storage
        self._now = now

    def open(
        self, config: Mapping[str, Any], *, graph_digest: str, defaults: Mapping[str, Any] | None = None
    ) -> Benchmark:
        """The benchmark of this config on this graph, made where there is none yet.

        `defaults` of all fields: a benchmark begun before a field existed is that of the field's default.
        """
        own = {name: value for name, value in config.items() if name not in NO_VARIANT}
        preset, filled = str(config["preset"]), {name: (defaults or {}).get(name) for name in own}
        for found in self.list():
            if (found.graph_digest, found.preset) == (graph_digest, preset) and {**filled, **found.config} == own:
                return found
        text = json.dumps([graph_digest, own], sort_keys=True)
        benchmark = Benchmark(
            id=f"{preset}-{hashlib.sha256(text.encode()).hexdigest()[:8]}",
            preset=preset,
            graph=str(config["graph"]),
            graph_digest=graph_digest,
            config=own,
            created_at=self._now(),
        )
        self.storage.create(f"{BENCHMARKS}{benchmark.id}/{files.BENCHMARK}", dump_json(asdict(benchmark)))
        return benchmark

    def list(self, graph_digest: str | None = None) -> list[Benchmark]:
        """All benchmarks, or those of one graph, oldest first. A damaged one is left out."""
        stored = self.storage.list(f"{BENCHMARKS}*/{files.BENCHMARK}")
        found = [benchmark for file in stored if (benchmark := self._read_manifest(file.name))]
        kept = [benchmark for benchmark in found if graph_digest in (None, benchmark.graph_digest)]
        return sorted(kept, key=lambda benchmark: (benchmark.created_at, benchmark.id))

    def read(self, benchmark_id: str) -> Benchmark:
        """One benchmark. Raises BenchmarkNotFoundError."""
        known = _ID.fullmatch(benchmark_id)
        found = self._read_manifest(f"{BENCHMARKS}{benchmark_id}/{files.BENCHMARK}") if known else None
        if found is None:
            there_are = ", ".join(benchmark.id for benchmark in self.list()) or "none yet (make one: wikics benchmark)"
            raise BenchmarkNotFoundError(f"no benchmark {benchmark_id!r}: there are {there_are}")
        return found

    def read_results(self, benchmark_id: str) -> Sequence[BenchmarkResult]:
        """The results so far, by split and seed. One that is damaged counts as not done."""
        results = [self._read_result(file.name) for file in self.list_files(benchmark_id)]
        return sorted((result for result in results if result), key=lambda result: result.pair)

    def list_files(self, benchmark_id: str) -> Sequence[StoredFile]:
        """The results' files: they differ when a result is added."""
        stored = self.storage.list(f"{BENCHMARKS}{benchmark_id}/split-*")
        return [file for file in stored if _RESULT.fullmatch(file.name.rpartition("/")[2])]

    def has_result(self, benchmark_id: str, split: int, seed: int) -> bool:
        """Whether this split and seed is done."""
        return self._read_result(_result_name(benchmark_id, split, seed)) is not None

    def list_pairs(self, benchmark_id: str) -> set[Pair]:
        """The pairs that have a result, by the names of its files alone."""
        found = [_RESULT.fullmatch(file.name.rpartition("/")[2]) for file in self.list_files(benchmark_id)]
        return {(int(match[1]), int(match[2])) for match in found if match}

    def discard(self, benchmark_id: str) -> None:
        """Leaves nothing of a benchmark that could not be queued, as far as the disk lets it."""
        with suppress(OSError):
            self.storage.delete(f"{BENCHMARKS}{benchmark_id}/{files.STATE}")
            self.storage.delete(BENCHMARKS + benchmark_id)

    def write_wanted(self, benchmark_id: str, wanted: Wanted) -> None:
        """Keeps what is asked of a benchmark; the process that trains it reads it at every turn."""
        self.storage.write(f"{BENCHMARKS}{benchmark_id}/{files.WANTED}", dump_json(asdict(wanted)))

    def read_wanted(self, benchmark_id: str) -> Wanted:
        """What was last asked of a benchmark; no pair where nothing was, or it cannot be read."""
        content = self._read_json(f"{BENCHMARKS}{benchmark_id}/{files.WANTED}")
        try:
            pairs = tuple((int(split), int(seed)) for split, seed in content["pairs"])
            return Wanted(pairs, str(content["device"]), str(content["commit"]))
        except (KeyError, TypeError, ValueError):
            return Wanted(())

    def save_result(self, benchmark_id: str, result: BenchmarkResult) -> None:
        """Keeps a result whole, or not at all. Raises StorageFullError."""
        self.storage.write(_result_name(benchmark_id, *result.pair), dump_json(asdict(result)))

    def _read_manifest(self, name: str) -> Benchmark | None:
        content = self._read_json(name)
        try:
            return Benchmark(**content)
        except TypeError:
            return None

    def _read_result(self, name: str) -> BenchmarkResult | None:
        content = self._read_json(name)
        known = {field.name for field in fields(BenchmarkResult)}
        try:
            result = BenchmarkResult(**{key: value for key, value in content.items() if key in known})
            is_whole = abs(result.correct.mean() - result.test_acc) < 1e-6
            return result if is_whole else None
        except (TypeError, ValueError):
            return None

    def _read_json(self, name: str) -> dict[str, Any]:
        try:
            return load_json(self.storage.read(name))
        except FileNotStoredError:
            return {}


def _result_name(benchmark_id: str, split: int, seed: int) -> str:
    return f"{BENCHMARKS}{benchmark_id}/split-{split:02d}-seed-{seed}.json"
