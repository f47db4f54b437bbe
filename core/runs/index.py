"""Every run of a storage as this process knows it: a listing tells what changed, and nothing else is read."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from core.errors import DamagedFileError, FileNotStoredError, RunNotFoundError
from core.runs import files
from core.runs.job_states import JobStates, Stored
from core.runs.labels import Label, RunLabels
from core.runs.memory_file import MemoryFile
from core.runs.metrics import MAX_BYTES, Cursor, MetricsChunk, MetricsSummary
from core.runs.names import is_run_id, read_stamp
from core.runs.record import RunFiles, RunRecord, build_record
from core.runs.record_file import MADE_OF, parse_record
from core.runs.remembered import Memory, Remembered, dump_memory, parse_memory
from core.runs.seen import SeenDocuments
from core.runs.state import ENDED, REPORTED, RunState, build_damaged
from core.runs.tail import MetricsTail
from core.storage.base import NUM_READERS, SharedStorage, Storage, StoredFile
from core.storage.documents import load_json, parse_json

if TYPE_CHECKING:
    from core.runs.report import Report

MAX_KNOWN_RUNS: Final = 10_000  # some 2 kB each
# Up to so many runs are looked at folder by folder; for more the states of all runs are listed first.
FEW_RUNS: Final = 4
# A file that was written a moment ago may be written again with the same size and time: its bytes are read again.
SETTLING_SECONDS: Final = 2.0


@dataclass(frozen=True)
class FollowedRun:
    """A run as a reader of its metrics sees it now: in short, and the rows that are new to that reader."""

    record: RunRecord
    chunk: MetricsChunk


class Scan(NamedTuple):
    """All runs, and what people wrote on them, by id."""

    records: Sequence[RunRecord]
    labels: Mapping[str, Label]


class RunIndex:
    """Reads the runs below `runs/` of a storage. May be used from any thread."""

    def __init__(
        self, storage: Storage, states: JobStates, labels: RunLabels, *, memory: MemoryFile | None = None
    ) -> None:
        """`memory` is what earlier processes have read of a storage that many machines share."""
        self.storage = storage
        self._states, self._labels = states, labels
        self._memory = memory
        self._seen = SeenDocuments(storage)
        self._known: OrderedDict[str, _KnownRun] = OrderedDict()
        self._kept: set[tuple[str, str]] = set()  # name and tag of every file of which is remembered what it says
        self._changing = threading.Lock()

    def list_states(self) -> Iterator[tuple[str, StoredFile]]:
        """The id and `state.json` of every run."""
        for file in self.storage.list(f"{files.RUNS}*/{files.STATE}"):
            run_id = file.name.split("/")[1]
            if is_run_id(run_id):
                yield run_id, file

    def list_files(self, run_id: str) -> dict[str, StoredFile]:
        """A run's files by their names in its folder; none where there is no such run."""
        folder = f"{files.RUNS}{run_id}/"
        stored = {file.name.removeprefix(folder): file for file in self.storage.list(f"{folder}**")}
        return stored if files.STATE in stored else {}

    def scan(self) -> Scan:
        """All runs. Of one that has ended, and is whole, nothing is read while its `state.json` stays as it is."""
        if isinstance(self.storage, SharedStorage):
            return self._scan_shared()
        labels = self._labels.read_all()
        records = (self._find(run_id).find_settled(file) or self.read(run_id) for run_id, file in self.list_states())
        return Scan([record for record in records if record is not None], labels)

    def _scan_shared(self) -> Scan:
        """With one listing, or two where more than a few runs have changed; what has is read by many threads."""
        stored = self._recall_and_list()
        changed = [run_id for run_id, found in stored.items() if not self._is_settled(run_id, found)]
        if self._known and len(changed) > FEW_RUNS:
            whole = self._list_stored(files.ALL)
            changed = [run_id for run_id in changed if run_id in whole]
        else:
            whole = {run_id: self.list_files(run_id) for run_id in changed} if self._known else stored
        with ThreadPoolExecutor(max(1, min(NUM_READERS, len(changed)))) as pool:
            read = dict(zip(changed, pool.map(lambda run_id: self._look(run_id, whole[run_id]), changed), strict=True))
        found = {
            run_id: read[run_id] if run_id in read else self._find(run_id).find_settled(files_of[files.STATE])
            for run_id, files_of in stored.items()
        }
        listed = [files_of[files.LABEL] for files_of in stored.values() if files.LABEL in files_of]
        labels = self._labels.read_all(listed=listed)
        self._remember(found)
        return Scan([record for record in found.values() if record is not None], labels)

    def _list_stored(self, pattern: str) -> dict[str, dict[str, StoredFile]]:
        """The files of all runs whose names match, by run and name."""
        return _sort_files(self.storage.list(pattern))

    def _is_settled(self, run_id: str, stored: Stored) -> bool:
        return run_id in self._known and self._known[run_id].find_settled(stored[files.STATE]) is not None

    def _recall_and_list(self) -> dict[str, dict[str, StoredFile]]:
        """The files of all runs: of those that are known such as tell of changes. Earlier processes' runs are known.

        What those have read is taken up once, while the storage answers.
        """
        kept = b"" if self._memory is None or self._known else self._memory.find()
        if self._memory is None or not kept:
            return self._list_stored(files.CHANGED if self._known else files.ALL)
        listing = self._memory.begin_listing()
        self._recall(parse_memory(kept))
        return _sort_files(listing.result()) if self._known else self._list_stored(files.ALL)

    def _recall(self, memory: Memory) -> None:
        for run_id, remembered in memory.runs.items():
            self._find(run_id).settle(*remembered)
        self._labels.recall(memory.labels)
        self._kept = _list_files(memory)

    def _remember(self, found: Mapping[str, RunRecord | None]) -> None:
        """Keeps what is settled for the next process, where some of that is new."""
        settled = {run_id: Remembered(*kept) for run_id in found if (kept := self._find(run_id).settled) is not None}
        memory = Memory(settled, self._labels.known)
        read = _list_files(memory)
        if self._memory is not None and (new := read - self._kept):
            self._memory.save(dump_memory(memory), num_new=len(new))
        self._kept = read

    def _look(self, run_id: str, stored: Stored) -> RunRecord | None:
        """One run by its files; None where it was deleted meanwhile."""
        known = self._find(run_id)
        try:
            return known.look(stored) if stored else None
        except RunNotFoundError:
            return None
        except OSError as error:
            return known.build_unreadable(error)

    def read(self, run_id: str) -> RunRecord | None:
        """One run; None where there is none."""
        try:
            stored = self.list_files(run_id)
        except OSError as error:
            return self._find(run_id).build_unreadable(error)
        return self._look(run_id, stored) if stored else None

    def follow(self, cursors: Mapping[str, Cursor]) -> dict[str, FollowedRun]:
        """Each run and the rows that a reader at its cursor does not have; what is no run is left out."""
        states = dict(self.list_states()) if len(cursors) > FEW_RUNS else None
        found: dict[str, FollowedRun] = {}
        for run_id, cursor in cursors.items():
            if states is not None and run_id not in states:
                continue
            known = self._find(run_id)
            followed = known.find_followed(states[run_id], cursor) if states else None
            try:
                if followed is None and (stored := self.list_files(run_id)):
                    followed = known.follow(stored, cursor)
            except RunNotFoundError:  # deleted meanwhile
                continue
            except OSError as error:
                followed = FollowedRun(known.build_unreadable(error), MetricsTail(cursor.generation).no_rows)
            if followed is not None:
                found[run_id] = followed
        return found

    def _find(self, run_id: str) -> "_KnownRun":
        with self._changing:
            known = self._known.get(run_id)
            if known is None:
                known = self._known[run_id] = _KnownRun(run_id, self._seen, self._states)
                if len(self._known) > MAX_KNOWN_RUNS:
                    self._known.popitem(last=False)
            self._known.move_to_end(run_id)
        return known


class _KnownRun:
    """What has been read of one run. Methods raise RunNotFoundError when the run was deleted meanwhile."""

    def __init__(self, run_id: str, seen: SeenDocuments, states: JobStates) -> None:
        self.id = run_id
        self._seen, self._storage, self._states = seen, states.storage, states
        self._reading = threading.Lock()
        self._state = RunState()
        self._state_file: StoredFile | None = None
        self._tail: MetricsTail | None = None
        self._rows_file: StoredFile | None = None
        self._parsed: dict[str, tuple[StoredFile, dict[str, Any]]] = {}
        self._damage: dict[str, str] = {}  # by file: what is wrong with it
        self._settled: tuple[StoredFile, RunRecord] | None = None  # `state.json` and the record of an ended run

    @property
    def settled(self) -> tuple[StoredFile, RunRecord] | None:
        """The record of an ended run, and the `state.json` that it was built of."""
        return self._settled

    def settle(self, state_file: StoredFile, record: RunRecord) -> None:
        """Takes for true what an earlier process has found, while the run's `state.json` is this one."""
        self._settled = self._settled or (state_file, record)

    def find_settled(self, state_file: StoredFile) -> RunRecord | None:
        """The record, if the run has ended and its `state.json` is as it was then."""
        settled = self._settled
        return settled[1] if settled and _is_same(settled[0], state_file) else None

    def find_followed(self, state_file: StoredFile, cursor: Cursor) -> FollowedRun | None:
        """The same, and no rows, if the reader has them all."""
        record, tail = self.find_settled(state_file), self._tail
        return FollowedRun(record, tail.no_rows) if record and tail and tail.has_all(cursor) else None

    def look(self, stored: Stored) -> RunRecord:
        """The run in short, from these files as they were listed just now."""
        with self._reading:
            record = self.find_settled(stored[files.STATE])
            if record is not None:
                return record
            if self._tail is None and not self._parsed and (record := self._read_record(stored)):
                self._settled = stored[files.STATE], record
                return record
            if self._tail is None:
                self._read_state(stored)
            if self._tail is not None or not self._read_report(self._states.judge(self._state, stored), stored):
                self._catch_up(stored, None)
            return self._build_record(stored)

    def follow(self, stored: Stored, cursor: Cursor) -> FollowedRun:
        """The run in short, and the rows that a reader at `cursor` does not have."""
        with self._reading:
            if self._tail is None:
                self._read_state(stored)
            chunk = self._catch_up(stored, cursor)
            if self._tail and self._tail.is_damaged and files.METRICS not in self._damage:
                self._settled = None  # a report had spared reading the rows
            return FollowedRun(self.find_settled(stored[files.STATE]) or self._build_record(stored), chunk)

    def build_unreadable(self, error: OSError) -> RunRecord:
        """The run where its folder or one of its files cannot be looked at."""
        problem = f"its folder cannot be read ({error.strerror or error})"
        state = build_damaged(problem, created_at=read_stamp(self.id))
        return build_record(self.id, state, RunFiles({}, {}, None, MetricsSummary(), False), folder=self._folder)

    @property
    def _folder(self) -> str:
        return f"{self._storage.location}/{files.RUNS}{self.id}"

    def _catch_up(self, stored: Stored, cursor: Cursor | None) -> MetricsChunk:
        """Reads what is new of rows and state, and gives the rows that are new to a reader, if there is one.

        Rows are read between two looks at `state.json` that name the same generation: it never falls, so the rows are
        of that generation. The first of the two may be that of an earlier call, so one look is enough until a resume.
        """
        tail, rows_file = self._tail, stored.get(files.METRICS)
        changed = not _is_same(self._rows_file, rows_file)
        if tail is None or (tail.is_damaged and changed):  # perhaps mended, where nothing was written behind it
            tail = MetricsTail(self._state.metrics_generation)
        while True:
            wanted = changed or not (cursor is None or tail.has_all(cursor))
            chunk = self._read_rows(tail, cursor, rows_file) if wanted else tail.no_rows
            if wanted or self._state.is_unreadable or not _is_same(self._state_file, stored[files.STATE]):
                self._read_state(stored)
            if tail.generation == self._state.metrics_generation:
                self._tail, self._rows_file = tail, rows_file
                return chunk
            tail, changed = MetricsTail(self._state.metrics_generation), True

    def _read_rows(self, tail: MetricsTail, cursor: Cursor | None, file: StoredFile | None) -> MetricsChunk:
        name = self._name(files.METRICS)
        self._damage.pop(files.METRICS, None)

        def read_from(start: int) -> bytes:
            try:
                if file is not None and file.size_bytes > MAX_BYTES:
                    raise DamagedFileError(f"larger than {MAX_BYTES >> 20} MB")
                return self._storage.read(name, start=start)
            except FileNotStoredError:
                return b""
            except OSError as error:
                self._damage[files.METRICS] = f"its {files.METRICS} cannot be read ({error.strerror or error})"
                return b""

        if cursor is not None:
            return tail.read_chunk(read_from, cursor)
        tail.update(read_from)
        return tail.no_rows

    def _read_state(self, stored: Stored) -> None:
        state = self._states.read_stored(files.RUNS + self.id)
        if state != self._state:
            self._settled = None
        self._state, self._state_file = state, stored[files.STATE]

    def _build_record(self, stored: Stored) -> RunRecord:
        state = self._states.judge(self._state, stored)
        report = self._read_report(state, stored)
        config = self._read_document(stored, files.CONFIG)
        environment = self._read_document(stored, files.ENVIRONMENT)
        metrics = MetricsSummary() if self._tail is None else self._tail.summary
        rows_file = stored.get(files.METRICS)
        is_cut = self._tail is not None and self._tail.is_empty and rows_file is not None and rows_file.size_bytes > 0
        if metrics.is_damaged or (is_cut and state.state in ENDED):
            self._damage[files.METRICS] = f"its {files.METRICS} is damaged"
        content = RunFiles(
            config=config,
            environment=environment,
            report=report,
            metrics=MetricsSummary() if report else metrics,
            has_predictions=files.PREDICTIONS in stored,
            damage=tuple(self._damage.values()),
        )
        record = build_record(self.id, state, content, folder=self._folder)
        if record.state in ENDED and not record.damage:  # else looked at anew, until it is mended
            self._settled = stored[files.STATE], record
            self._parsed.clear()
        return record

    def _read_record(self, stored: Stored) -> RunRecord | None:
        """What the run's own process has left of its end, where a bucket tells that it is still true; asked once."""
        if files.RECORD not in stored or not all(name in stored and stored[name].digest for name in MADE_OF):
            return None
        file = stored[files.RECORD]
        others = {"id": self.id, "has_predictions": files.PREDICTIONS in stored, "folder": self._folder}
        try:
            told = file.content
            content = load_json(self._storage, file.name) if told is None else parse_json(told, file.name)
            return parse_record(content, stored, **others)
        except (DamagedFileError, FileNotStoredError):
            return None

    def _read_report(self, state: RunState, stored: Stored) -> "Report | None":
        """The report, which counts once the run has ended on its own or was stopped; it spares reading the rows."""
        from core.runs.report import read_report  # which a list of known runs does without

        content = self._read_document(stored, files.REPORT) if state.state in REPORTED else {}
        return read_report(content) if content else None

    def _read_document(self, stored: Stored, name: str) -> dict[str, Any]:
        """A JSON file's content, read anew only where the file has changed; empty where there is none."""
        file, known = stored.get(name), self._parsed.get(name)
        if file is None:
            if name == files.CONFIG:
                self._damage[name] = f"its {name} is missing"
            return {}
        if known is None or name in self._damage or not _is_same(known[0], file):
            self._damage.pop(name, None)
            try:
                content = self._seen.load(file, called=f"its {name}")
            except FileNotStoredError:  # deleted meanwhile
                return {}
            except DamagedFileError as error:
                self._damage[name] = str(error)
                content = {}
            known = self._parsed[name] = file, content
        return known[1]

    def _name(self, file_name: str) -> str:
        return f"{files.RUNS}{self.id}/{file_name}"


def _sort_files(listed: Iterable[StoredFile]) -> dict[str, dict[str, StoredFile]]:
    """Files by run and name; a folder without a state is none."""
    stored: dict[str, dict[str, StoredFile]] = {}
    for file in listed:
        _, run_id, name = file.name.split("/")
        stored.setdefault(run_id, {})[name] = file
    return {run_id: found for run_id, found in stored.items() if files.STATE in found and is_run_id(run_id)}


def _list_files(memory: Memory) -> set[tuple[str, str]]:
    read = [*(run.state_file for run in memory.runs.values()), *(file for file, _ in memory.labels.values())]
    return {(file.name, file.tag) for file in read}


def _is_same(known: StoredFile | None, found: StoredFile | None) -> bool:
    """Whether a file is as it was when it was read."""
    return known == found and (known is None or bool(known.tag) or known.age_seconds > SETTLING_SECONDS)
