"""The store of benchmarks: one config over splits and seeds of one graph, one small file a result."""

import base64
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.damage import Damage
from core.errors import BenchmarkNotFoundError, DamagedFileError, FileNotStoredError
from core.graph.titles import shorten
from core.runs import files
from core.runs.record import NO_VARIANT
from core.storage.base import Storage, StoredFile
from core.storage.documents import dump_json, load_json, read_whole
from core.storage.names import HOME

BENCHMARKS: Final = "benchmarks/"
MAX_KNOWN_RESULTS: Final = 10_000  # some 3 kB each
Pair = tuple[int, int]  # split and seed
_AGAIN: Final = "start the benchmark again, which measures it anew"
_RESULT: Final = re.compile(r"split-(\d+)-seed-(\d+)\.json")
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


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
    def is_whole(self) -> bool:
        """Whether its parts tell the same."""
        try:
            packed = base64.b64decode(self.correct_bits, validate=True)
        except ValueError:
            return False
        fits = self.num_test > 0 and len(packed) == (self.num_test + 7) // 8
        return fits and bool(abs(self.correct.mean() - self.test_acc) < 1e-6)

    @property
    def correct(self) -> NDArray[np.bool_]:
        """[T] whether each test article was named rightly."""
        packed = np.frombuffer(base64.b64decode(self.correct_bits), dtype=np.uint8)
        return np.unpackbits(packed, count=self.num_test).astype(bool)


@dataclass(frozen=True)
class Wanted:
    """What a benchmark was last asked for: pairs of split and seed, the device to train on, the commit of the code.

    backend: what executes it; empty for the default. machine: the kind that is rented for it; empty where none is.
    workers: how many pairs that trains at the same time.
    """

    pairs: tuple[Pair, ...]
    device: str = "auto"
    commit: str = ""
    backend: str = ""
    machine: str = ""
    workers: int = 1


def pack_correct(correct: NDArray[np.bool_]) -> str:
    """`correct_bits` of [T] flags."""
    return base64.b64encode(np.packbits(correct).tobytes()).decode()


class BenchmarkStore:
    """Every benchmark below `benchmarks/` of one storage. Any number of processes may add to one at once."""

    def __init__(self, storage: Storage, *, now: Callable[[], float] = time.time) -> None:
        """`now` is the clock (Unix seconds)."""
        self.storage = storage
        self._now = now
        self._known: dict[str, tuple[StoredFile, BenchmarkResult]] = {}
        self._manifests: dict[
            str, tuple[StoredFile, Benchmark]
        ] = {}  # where the storage tells one content from another

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
        """All benchmarks, or those of one graph, oldest first. A damaged one is left out; see `list_damaged`."""
        found = self._read_manifests()[0]
        kept = [benchmark for benchmark in found if graph_digest in (None, benchmark.graph_digest)]
        return sorted(kept, key=lambda benchmark: (benchmark.created_at, benchmark.id))

    def list_damaged(self) -> Sequence[Damage]:
        """The files of all benchmarks that cannot be read."""
        found, damaged = self._read_manifests()
        return [*damaged, *(damage for benchmark in found for damage in self._read_results(benchmark.id)[1])]

    def read(self, benchmark_id: str) -> Benchmark:
        """One benchmark. Raises BenchmarkNotFoundError, DamagedFileError."""
        try:
            if _ID.fullmatch(benchmark_id):
                return self._read_manifest(f"{BENCHMARKS}{benchmark_id}/{files.BENCHMARK}")
        except FileNotStoredError:
            pass  # said below
        except DamagedFileError as error:
            folder = f"{BENCHMARKS}{benchmark_id}"
            raise DamagedFileError(f"{error}: delete {folder} in {HOME} and measure anew") from error
        there_are = ", ".join(benchmark.id for benchmark in self.list()) or "none yet (make one: wikics benchmark)"
        raise BenchmarkNotFoundError(f"no benchmark {shorten(benchmark_id)!r}: there are {there_are}")

    def read_results(self, benchmark_id: str) -> Sequence[BenchmarkResult]:
        """The results so far, by split and seed. One that is damaged counts as not done."""
        return self._read_results(benchmark_id)[0]

    def list_files(self, benchmark_id: str) -> Sequence[StoredFile]:
        """The results' files: they differ when a result is added."""
        stored = self.storage.list(f"{BENCHMARKS}{benchmark_id}/split-*")
        return [file for file in stored if _RESULT.fullmatch(file.name.rpartition("/")[2])]

    def has_result(self, benchmark_id: str, split: int, seed: int) -> bool:
        """Whether this split and seed is done."""
        try:
            return any(self._read_result(file) for file in self.storage.list(_result_name(benchmark_id, split, seed)))
        except (FileNotStoredError, DamagedFileError):
            return False

    def list_pairs(self, benchmark_id: str) -> set[Pair]:
        """The pairs that have a result, by the names of its files alone."""
        found = [_RESULT.fullmatch(file.name.rpartition("/")[2]) for file in self.list_files(benchmark_id)]
        return {(int(match[1]), int(match[2])) for match in found if match}

    def is_untouched(self, benchmark_id: str) -> bool:
        """Whether it was never queued and has no result."""
        return not self.storage.list(f"{BENCHMARKS}{benchmark_id}/{files.STATE}") and not self.list_files(benchmark_id)

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
        name = f"{BENCHMARKS}{benchmark_id}/{files.WANTED}"
        try:
            return read_whole(Wanted, load_json(self.storage, name), name)
        except (FileNotStoredError, DamagedFileError):
            return Wanted(())

    def save_result(self, benchmark_id: str, result: BenchmarkResult) -> None:
        """Keeps a result whole, or not at all. Raises StorageFullError."""
        self.storage.write(_result_name(benchmark_id, *result.pair), dump_json(asdict(result)))

    def _read_manifests(self) -> tuple[Sequence[Benchmark], Sequence[Damage]]:
        """All benchmarks, and what is wrong with those that cannot be read."""
        found, damaged = [], []
        for file in self.storage.list(f"{BENCHMARKS}*/{files.BENCHMARK}"):
            if not _ID.fullmatch(file.name.split("/")[1]):
                continue
            try:
                known = self._manifests.get(file.name)
                if known is None or not file.tag or known[0] != file:
                    known = self._manifests[file.name] = file, self._read_manifest(file.name)
                found.append(known[1])
            except FileNotStoredError:  # deleted meanwhile
                continue
            except DamagedFileError as error:
                folder = file.name.rpartition("/")[0]
                damaged.append(Damage(file.name, f"{error}: delete {folder} in {HOME} and measure anew"))
        return found, damaged

    def _read_manifest(self, name: str) -> Benchmark:
        """Raises FileNotStoredError, DamagedFileError."""
        benchmark = read_whole(Benchmark, load_json(self.storage, name), name)
        if benchmark.id != name.split("/")[1]:
            raise DamagedFileError(f"{name} is damaged, since it is that of another benchmark")
        return benchmark

    def _read_results(self, benchmark_id: str) -> tuple[Sequence[BenchmarkResult], Sequence[Damage]]:
        """The results by split and seed, and what is wrong with those that cannot be read."""
        found, damaged = [], []
        for file in self.list_files(benchmark_id):
            try:
                found.append(self._read_result(file))
            except FileNotStoredError:  # deleted meanwhile
                continue
            except DamagedFileError as error:
                damaged.append(Damage(file.name, f"{error}: {_AGAIN}"))
        num_test = Counter(result.num_test for result in found).most_common(1)
        for result in [result for result in found if result.num_test != num_test[0][0]]:
            found.remove(result)
            name = _result_name(benchmark_id, *result.pair)
            damaged.append(Damage(name, f"{name} is of other test articles than the rest: {_AGAIN}"))
        return sorted(found, key=lambda result: result.pair), damaged

    def _read_result(self, file: StoredFile) -> BenchmarkResult:
        """A result, read anew only where its file has changed. Raises FileNotStoredError, DamagedFileError."""
        known = self._known.get(file.name)
        if known is None or known[0] != file:
            result = read_whole(BenchmarkResult, load_json(self.storage, file.name), file.name)
            if _result_name(file.name.split("/")[1], *result.pair) != file.name or not result.is_whole:
                raise DamagedFileError(f"{file.name} is damaged, since its parts contradict each other")
            known = self._known[file.name] = file, result
            if len(self._known) > MAX_KNOWN_RESULTS:
                del self._known[next(iter(self._known))]
        return known[1]


def _result_name(benchmark_id: str, split: int, seed: int) -> str:
    return f"{BENCHMARKS}{benchmark_id}/split-{split:02d}-seed-{seed}.json"
