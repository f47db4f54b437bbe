"""Runs from elsewhere taken in: folders, archives and tables, from a shell or sent by a visitor."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from core.app.graphs import Graphs
from core.app.guests import Guests
from core.runs.imports.build import build_run
from core.runs.imports.events import MARK
from core.runs.imports.find import Found, OwnRun, is_wanted, read_runs, tell
from core.runs.imports.foreign import ForeignRun, Skipped
from core.runs.imports.given import Given, Unpacker, find_archive_suffix, list_folder
from core.runs.imports.limits import MAX_RUNS, MAX_SENT_BYTES, MAX_UNPACKED_BYTES, UnreadableError
from core.runs.imports.own import read_own
from core.runs.store import RunStore

# A run's files are synced to the disk one by one: a disk does that for many at once in the time of one.
NUM_WRITERS: Final = 8
EXPECTED: Final = "event files of TensorBoard, a CSV with a column of steps, a run of W&B, or an export of this program"
MAX_WAITING: Final = 64  # runs that wait for the disk


@dataclass(frozen=True)
class ImportResult:
    """The ids of the runs that were taken in, and what was not, each with its reason."""

    runs: tuple[str, ...]
    skipped: tuple[Skipped, ...]


class Imports:
    """Takes runs of other programs into the store: read-only ones beside our own. May be used from any thread."""

    def __init__(
        self,
        store: RunStore,
        graphs: Graphs,
        *,
        guests: Guests | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._graphs, self._guests, self._now = store, graphs, guests or Guests(), now

    def read_paths(self, paths: Sequence[Path], *, graph: str | None = None) -> ImportResult:
        """Takes in the runs below these paths, all of it that can be read. graph: on which they were trained.

        Raises GraphNotFoundError, StorageFullError.
        """
        return self._take_in([(path, _name(path)) for path in paths], graph, MAX_UNPACKED_BYTES)

    def read_sent(self, sent: Mapping[str, bytes], *, graph: str | None = None) -> ImportResult:
        """The same of files that a visitor sends, by their names, within smaller limits."""
        self._guests.check_trusted("an import")
        with tempfile.TemporaryDirectory(prefix="wikics-sent-") as folder:
            named = []
            for number, (name, content) in enumerate(sent.items()):
                path = Path(folder, str(number))
                path.write_bytes(content)
                named.append((path, PurePosixPath(PurePosixPath(name.replace("\\", "/")).name or "file")))
            return self._take_in(named, graph, MAX_SENT_BYTES)

    def _take_in(
        self, named: Sequence[tuple[Path, PurePosixPath]], graph: str | None, limit_bytes: int
    ) -> ImportResult:
        if graph is not None:
            self._graphs.check_exists(graph)
        stored: list[Future[str | Skipped]] = []
        skipped: list[Skipped] = []
        with ThreadPoolExecutor(NUM_WRITERS) as pool:
            for found in (found for path, name in named for found in _find(path, name, limit_bytes)):
                if isinstance(found, Skipped):
                    skipped.append(found)
                    continue
                if len(stored) == MAX_RUNS:
                    skipped.append(
                        Skipped(found.path, f"at most {MAX_RUNS:,} runs are taken in at once: import it alone")
                    )
                    continue
                if isinstance(found, OwnRun):  # large, and its files go away
                    stored.append(_done(self._restore(found)))
                else:
                    stored.append(pool.submit(self._store_foreign, found, graph))
                if len(stored) > MAX_WAITING:
                    stored[-MAX_WAITING].result()
            told = [future.result() for future in stored]
        skipped += [one for one in told if isinstance(one, Skipped)]
        return ImportResult(tuple(one for one in told if isinstance(one, str)), tuple(skipped))

    def _store_foreign(self, run: ForeignRun, graph_id: str | None) -> str | Skipped:
        try:
            built = build_run(run, graph=graph_id, now=self._now())
        except UnreadableError as error:
            return Skipped(run.path, str(error))
        run_id, is_new = self._store.take_in(built)
        return run_id if is_new else Skipped(run.path, f"it is here already, as run {run_id}")

    def _restore(self, run: OwnRun) -> str | Skipped:
        try:
            contents = read_own(run)
        except (UnreadableError, OSError) as error:
            return Skipped(run.path, str(error))
        is_new = self._store.store_whole(run.id, contents)
        return run.id if is_new else Skipped(run.path, f"a run {run.id} is here already")


def _name(path: Path) -> PurePosixPath:
    """What a path is called: of an event file by itself its folder too, which tells its run."""
    whole = path.resolve()
    return PurePosixPath(whole.parent.name, whole.name) if MARK in whole.name else PurePosixPath(whole.name)


def _find(path: Path, name: PurePosixPath, limit_bytes: int) -> Iterator[Found]:
    """What is in one folder, archive or file; one in which there is no run is said to have none."""
    is_empty = True
    try:
        for found in _look_through(path, name, limit_bytes):
            is_empty = False
            yield found
    except (UnreadableError, OSError) as error:
        is_empty = False
        yield Skipped(str(name), tell(error))
    if is_empty:
        yield Skipped(str(name), f"it holds no run: expected {EXPECTED}")


def _look_through(path: Path, name: PurePosixPath, limit_bytes: int) -> Iterator[Found]:
    if not path.exists():
        raise UnreadableError("nothing of this name is here")
    if path.is_dir():
        given = list_folder(path)
        archives = [file for file in given if find_archive_suffix(file.name.name)]
        yield from read_runs([file for file in given if is_wanted(file.name.name)])
    elif find_archive_suffix(name.name):
        archives = [Given(name, path)]
    else:
        archives = []
        yield from read_runs([Given(name, path)], is_named=True)
    with tempfile.TemporaryDirectory(prefix="wikics-import-") as folder:
        unpacker = Unpacker(Path(folder), limit_bytes=limit_bytes, is_wanted=is_wanted)
        for archive in archives:
            try:
                yield from read_runs(unpacker.unpack(archive.path, archive.name))
            except UnreadableError as error:
                yield Skipped(str(archive.name), str(error))


def _done(result: str | Skipped) -> "Future[str | Skipped]":
    future: Future[str | Skipped] = Future()
    future.set_result(result)
    return future
