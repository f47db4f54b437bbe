"""The store of all runs: made, found, read, exported and deleted over a storage."""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from core.errors import ConflictError, DamagedFileError, FileNotStoredError, RunNotFoundError, UnavailableError
from core.graph.titles import shorten
from core.runs import files
from core.runs.executions import Execution, Executions
from core.runs.index import FollowedRun, RunIndex
from core.runs.job_states import JobStates
from core.runs.labels import Label, LabelChanges, RunLabels, change_label
from core.runs.looks import Looks
from core.runs.memory_file import MemoryFile
from core.runs.metrics import Cursor, MetricsChunk, cut_rows
from core.runs.names import build_id, check_apart, is_run_id, list_some, match_run
from core.runs.prices import Prices
from core.runs.record import RunRecord
from core.runs.refusals import explain_no_predictions, refuse_active, refuse_kept
from core.runs.state import RunState
from core.runs.versions import ModelHistories, Standing
from core.storage.base import Storage, StoredFile
from core.storage.documents import dump_json, load_json
from core.storage.packed import pack_folder

# Arrays, and what comes from elsewhere, bring numpy: a tenth of a second, which no listing waits for.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.runs.imports.build import BuiltRun
    from core.runs.report import Report

MAX_CHECKED: Final = 256  # predictions of which it is known whether they are whole
LOG_TAIL_BYTES: Final = 65_536
ID_DIGITS: Final = 6  # of a digest, for the end of an id

_BASE36: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class RunStore:
    """Every run below `runs/` of one storage. A folder without `state.json`, which is written last, is no run.

    Methods that take a run id raise RunNotFoundError when there is no such run. May be used from any thread.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        states: JobStates | None = None,
        prices: Prices | None = None,
        now: Callable[[], float] = time.time,
        memory: MemoryFile | None = None,
    ) -> None:
        """`states` tells where the storage's jobs stand, `now` is the clock (Unix seconds).

        memory: what earlier processes have read of a storage far away.
        """
        self.storage = storage
        self.histories = ModelHistories(storage, now=now)
        self._states = states or JobStates(storage)
        self._labels = RunLabels(storage)
        self._index = RunIndex(storage, self._states, self._labels, memory=memory)
        self._executions = Executions(storage)
        self._can_predict = lru_cache(maxsize=MAX_CHECKED)(self._check_predictions)
        self.prices = prices or Prices()
        self._now = now
        self._see: Callable[[], Callable[[RunRecord], bool] | None] = lambda: None
        self.looks = Looks(self._read_all)

    def seen_by(self, see: Callable[[], Callable[[RunRecord], bool] | None]) -> "RunStore":
        """The same store for who sees some runs alone: any other is not there for them.

        see: asked each time; tells of a run whether it is seen, None where all are.
        """
        shown = copy(self)
        shown._see = see
        return shown

    def create(
        self,
        config: Mapping[str, Any],
        environment: Mapping[str, Any],
        *,
        profile: bool = False,
        contents: Mapping[str, bytes] | None = None,
    ) -> str:
        """Stores a new pending run and returns its id: `20261123-142501-gcn-k3f`, in UTC. Raises StorageFullError.

        profile: asks its trainer for a profile of some epochs, which is no part of what decides the result. contents:
        files that it begins with, by name.
        """
        created_at = self._now()
        what = str(config.get("preset") or config.get("model") or "run")
        while True:
            run_id = build_id(created_at, what, "".join(random.choices(_BASE36, k=3)))
            if self.storage.create(_name(run_id, files.CONFIG), dump_json(config)):
                break
        try:
            self.storage.write(_name(run_id, files.ENVIRONMENT), dump_json(environment))
            for name, content in (contents or {}).items():
                self.storage.write(_name(run_id, name), content)
            if profile:
                self.storage.write(_name(run_id, files.PROFILE_REQUEST), b"")
            self._states.write(files.RUNS + run_id, RunState(created_at=created_at))
        except OSError:
            self.discard(run_id)
            raise
        return run_id

    def take_in(self, built: "BuiltRun") -> tuple[str, bool]:
        """Stores a run that was trained elsewhere: its id, and whether it is new, or was here already."""
        for start in range(0, len(built.digest), ID_DIGITS):
            number = int(built.digest[start : start + ID_DIGITS] or "0", 16)
            suffix = "".join(_BASE36[number // 36**place % 36] for place in range(3))
            run_id = build_id(built.created_at, built.what, suffix)
            if self.store_whole(run_id, built.contents):
                return run_id, True
            if self._exists(run_id) and self.read_environment(run_id).get("source_sha256") == built.digest:
                return run_id, False
        raise ConflictError(f"no id is free for a run like {run_id}: delete some of its kind")

    def store_whole(self, run_id: str, contents: Mapping[str, bytes]) -> bool:
        """Stores a run that has ended with all its files. False, and nothing is stored, where the id is taken."""
        if not self.storage.create(_name(run_id, files.CONFIG), contents[files.CONFIG]):
            return False
        try:
            last = (files.CONFIG, files.STATE)
            for name in [*(name for name in contents if name not in last), files.STATE]:
                self.storage.write(_name(run_id, name), contents[name])
        except OSError:
            self.discard(run_id)
            raise
        return True

    def discard(self, run_id: str) -> None:
        """Leaves nothing of a run that could not be made or queued, as far as the disk lets it."""
        with suppress(OSError):
            self.storage.delete(_name(run_id, files.STATE))
            self.storage.delete(files.RUNS + run_id)

    def list(self) -> list[RunRecord]:
        """All runs, newest first. A damaged one is shown with what can be read of it."""
        return [*filter(self._see(), self._read_all())]

    def list_seen(self) -> Sequence[RunRecord]:
        """The same; in a block of `looks.one` as the first who asked there has found it."""
        return [*filter(self._see(), self.looks.find())]

    def _read_all(self) -> Sequence[RunRecord]:
        find_standings = self.histories.begin_reading()
        scan, standings = self._index.scan(), find_standings()
        records = [self._complete(record, scan.labels, standings) for record in scan.records]
        return sorted(records, key=lambda record: (record.created_at, record.id), reverse=True)

    def resolve(self, ref: str) -> str:
        """The id that `ref` means: an id, how only one begins, `latest`, or a name. Raises RunNotFoundError."""
        ref = ref.strip()
        if is_run_id(ref) and self._exists(ref):
            return ref
        ids = self._list_ids()
        try:
            return match_run(ref, ids, newest=self._newest(ids))
        except RunNotFoundError:
            labels = self._labels.read_all().items()
            named = [run_id for run_id, label in labels if label.name == ref and self._exists(run_id)]
            if not named:
                raise
            if len(named) > 1:
                raise RunNotFoundError(f"{ref!r} is the name of {list_some(named)}: write the id") from None
            return named[0]

    def read(self, run_id: str) -> RunRecord:
        """One run in short."""
        self._check_id(run_id)
        record = self._index.read(run_id)
        if record is not None:
            standings, see = self.histories.find_standings(), self._see()
            record = self._complete(record, self._labels.read_all(run_id), standings)
            if see is None or see(record):
                return record
        raise self._not_found(run_id)

    def label(self, run_id: str, changes: LabelChanges) -> None:
        """Changes what is written on the run; an empty name, or no tags, take them away. Raises InvalidInputError."""
        self.read_stored_state(run_id)
        before = self._labels.read(run_id)
        after = change_label(before, changes)
        if after.name != before.name:
            check_apart(after.name, self._list_ids())
        self._labels.write(run_id, after)

    def read_stored_state(self, run_id: str) -> RunState:
        """Where the run stands by its `state.json`, which may lag: its record tells what is true."""
        self._check_id(run_id)
        try:
            return self._states.read_stored(files.RUNS + run_id)
        except RunNotFoundError as error:
            raise self._not_found(run_id) from error

    def read_config(self, run_id: str) -> dict[str, Any]:
        """The config as plain values; empty when it cannot be read."""
        return dict(self._read_mapping(run_id, files.CONFIG))

    def read_environment(self, run_id: str) -> dict[str, Any]:
        """Where and with what the run was made; empty when it cannot be read."""
        return dict(self._read_mapping(run_id, files.ENVIRONMENT))

    def has_checkpoint(self, run_id: str) -> bool:
        """Whether there is a checkpoint to go on from."""
        kept = (files.LAST_CHECKPOINT, files.PREVIOUS_CHECKPOINT)
        return any(self.storage.list(_name(run_id, name)) for name in kept)

    def has_file(self, run_id: str, name: str) -> bool:
        """Whether there is a file of this name in its folder."""
        return bool(list(self.storage.list(_name(run_id, name))))

    def read_to_fork(self, run_id: str, epoch: int) -> dict[str, bytes]:
        """What a fork at this epoch begins with: rows up to there, and what its trainer takes back."""
        found = {
            files.METRICS: cut_rows(self._read_bytes(run_id, files.METRICS), epoch),
            files.SNAPSHOTS: self._read_bytes(run_id, files.SNAPSHOTS),
            files.HISTOGRAMS: self._read_bytes(run_id, files.HISTOGRAMS),
            files.FORK_CHECKPOINT: self._read_bytes(run_id, files.LAST_CHECKPOINT),
        }
        return {name: content for name, content in found.items() if content}

    def read_report(self, run_id: str) -> "Report | None":
        """The final report; None while there is none."""
        from core.runs.report import read_report

        content = self._read_mapping(run_id, files.REPORT)
        return read_report(content) if content else None

    def read_execution(self, run_id: str) -> Execution | None:
        """How the run stands at the provider that executes it, or did last; None where none does."""
        self._check_id(run_id)
        return self._executions.read_last(files.RUNS + run_id)

    def read_metrics(self, run_id: str, cursor: Cursor | None = None) -> MetricsChunk:
        """The rows of `metrics.csv` that a reader at `cursor` does not have yet; all of them without one."""
        followed = self.follow({run_id: cursor or Cursor()}).get(run_id)
        if followed is None:
            raise self._not_found(run_id)
        return followed.chunk if cursor else replace(followed.chunk, reset=False)

    def follow(self, cursors: Mapping[str, Cursor]) -> dict[str, FollowedRun]:
        """What is new of many runs in one pass: each in short, and its rows after the cursor. Unknown ids are left out.

        It costs what is new: the rows before a cursor are not read again, however many they are.
        """
        found = self._index.follow({run_id: cursor for run_id, cursor in cursors.items() if is_run_id(run_id)})
        see = self._see()
        labels = self._labels.read_all() if see else {}
        return {run_id: new for run_id, new in found.items() if not see or see(self._complete(new.record, labels))}

    def read_logits(self, run_id: str) -> "NDArray[np.float32]":
        """[N, C] logits of the best epoch. Raises ConflictError while the run has none."""
        from core.runs.predicted import load_logits

        self.read_stored_state(run_id)
        logits = load_logits(self.storage, run_id)
        if logits is None:
            raise ConflictError(explain_no_predictions(self.read(run_id)))
        return logits

    def can_predict(self, run_id: str) -> bool:
        """Whether there are predictions, and they are whole; nothing is read of a file that is as it was."""
        return any(self._can_predict(run_id, file) for file in self.storage.list(_name(run_id, files.PREDICTIONS)))

    def _check_predictions(self, run_id: str, _file: StoredFile) -> bool:
        try:
            return bool(self.read_logits(run_id).size)
        except (RunNotFoundError, ConflictError, DamagedFileError):
            return False

    def read_snapshots(self, run_id: str) -> "dict[str, NDArray[Any]]":
        """The arrays of `snapshots.npz` by name; empty while there are none."""
        from core.runs.predicted import load_snapshots

        self.read_stored_state(run_id)
        return load_snapshots(self.storage, run_id)

    def measure_log(self, run_id: str) -> int:
        """Bytes of the log."""
        return sum(file.size_bytes for file in self.storage.list(_name(run_id, files.LOG)))

    def read_log(self, run_id: str, *, tail_bytes: int = LOG_TAIL_BYTES) -> str:
        """The last `tail_bytes` bytes of the log, from the beginning of a line."""
        self.read_stored_state(run_id)
        size_bytes = self.measure_log(run_id)
        start = max(0, size_bytes - tail_bytes)
        text = self._read_bytes(run_id, files.LOG, start=start).decode(errors="replace")
        return text[text.find("\n") + 1 :] if start else text

    def delete(self, run_id: str) -> None:
        """Deletes an ended run with all its files.

        Raises ConflictError while it is active, held by its process, or bears an alias of its graph's models.
        """
        job, record = files.RUNS + run_id, self.read(run_id)
        refuse_active(run_id, record.state)
        refuse_kept(record)
        with self._states.hold(job):  # whose process may still be there
            refuse_active(run_id, self._states.read(job, holding=True).state)
            state = self._read_to_restore(run_id)
            try:
                self.storage.delete(_name(run_id, files.STATE))  # first: what is left half deleted is no run
                self.storage.delete(job)
            except OSError:
                if state is not None:
                    with suppress(OSError):
                        self.storage.write(_name(run_id, files.STATE), state)  # so that it is seen, and deleted again
                raise
            self._states.forget_lock(job)

    def _read_to_restore(self, run_id: str) -> bytes | None:
        """The bytes of the state; None where they cannot be read."""
        with suppress(UnavailableError):
            return self.storage.read(_name(run_id, files.STATE))
        return None

    def export(self, run_id: str) -> bytes:
        """The run's folder as a zip archive."""
        self.read_stored_state(run_id)
        return pack_folder(self.storage, files.RUNS, run_id)

    def _complete(
        self,
        record: RunRecord,
        labels: Mapping[str, Label],
        standings: Mapping[tuple[str, float | None], Standing] | None = None,
    ) -> RunRecord:
        """A record with what stands beside the files that its trainer writes."""
        label = labels.get(record.id)
        if standings and (standing := standings.get((record.id, record.ended_at))):
            record = replace(record, **vars(standing))
        cost = None  # of what was trained elsewhere nobody knows it
        if not record.imported:
            cost = self.prices.compute_cost(record.seconds, record.machine, record.device, record.backend)
        return replace(record, **vars(label or Label()), cost=cost) if label or cost is not None else record

    def _list_ids(self) -> Sequence[str]:
        if self._see() is not None:
            return [record.id for record in self.list()]
        return [run_id for run_id, _ in self._index.list_states()]

    def _newest(self, ids: Iterable[str]) -> str | None:
        """The id created last; ids of the same second are told apart by their states."""
        ordered = sorted(ids, reverse=True)
        tied = [run_id for run_id in ordered if run_id[:15] == ordered[0][:15]]
        return max(tied, key=lambda run_id: self.read_stored_state(run_id).created_at, default=None)

    def _exists(self, run_id: str) -> bool:
        try:
            if self._see() is None:
                self.read_stored_state(run_id)
            else:
                self.read(run_id)
        except RunNotFoundError:
            return False
        return True

    def _check_id(self, run_id: str) -> None:
        if not is_run_id(run_id):
            raise self._not_found(run_id)

    def _not_found(self, run_id: str) -> RunNotFoundError:
        newest = self._newest(self._list_ids())
        hint = f"newest is {newest!r} (list them: wikics runs list)" if newest else "there are none (wikics train)"
        return RunNotFoundError(f"no run {shorten(run_id)!r} in runs/; {hint}")

    def _read_bytes(self, run_id: str, file_name: str, *, start: int = 0) -> bytes:
        """A file's bytes; none when the run has no such file (yet)."""
        try:
            return self.storage.read(_name(run_id, file_name), start=start)
        except FileNotStoredError:
            return b""

    def _read_mapping(self, run_id: str, file_name: str) -> Mapping[str, Any]:
        self.read_stored_state(run_id)
        try:
            return load_json(self.storage, _name(run_id, file_name))
        except (FileNotStoredError, DamagedFileError):  # the run's record says so
            return {}


def _name(run_id: str, file_name: str) -> str:
    return f"{files.RUNS}{run_id}/{file_name}"
