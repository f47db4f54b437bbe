"""The store of sweeps: a folder each, with what was asked, where it stands and one small file a trial."""

import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from core.config.sweep.read import MAX_BYTES
from core.config.sweep.spec import Goal, Method, Range
from core.damage import Damage
from core.errors import DamagedFileError, FileNotStoredError, SweepNotFoundError
from core.graph.titles import shorten
from core.runs.locks import QUEUE_FOLDER, HeldLock, JobLocks
from core.runs.names import STAMP, list_some
from core.storage.documents import dump_json, load_json, read_whole
from core.storage.local import LocalStorage

SWEEPS: Final = "sweeps/"
FILE: Final = "sweep.yaml"  # as it was given
MANIFEST, STATE, WANTED, RANGES, LOG = "sweep.json", "state.json", "wanted.json", "ranges.json", "log.txt"

Wanted = Literal["running", "paused", "stopped"]
SweepStateName = Literal[
    "pending", "running", "pausing", "paused", "stopping", "stopped", "finished", "failed", "crashed"
]
TrialStateName = Literal["asked", "running", "stopping", "finished", "pruned", "stopped", "failed"]
OPEN: Final[tuple[TrialStateName, ...]] = ("asked", "running", "stopping")
GOES_ON: Final[tuple[SweepStateName, ...]] = ("pending", "running", "pausing", "stopping")
GONE: Final = "its process is gone: resume the sweep, which goes on where it was"
_ID: Final = re.compile(r"\d{8}-\d{6}-[a-z0-9-]{1,60}")
_TRIAL: Final = re.compile(r"trial-(\d{4,5})\.json")
_BASE36: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Sweep:
    """What a sweep was asked to do, beside its file. `overrides` are fields that all its runs have.

    backend: what executes its runs; empty for the default. workers: how many at the same time; 0 for as many as that
    has places.
    """

    id: str
    name: str
    method: Method
    metric: str
    goal: Goal
    preset: str
    graph: str
    overrides: dict[str, Any]
    most_trials: int  # 0 where nothing but a person ends it
    seed: int
    created_at: float  # Unix seconds
    backend: str = field(default="", kw_only=True)
    workers: int = field(default=0, kw_only=True)


@dataclass(frozen=True)
class SweepState:
    """Where a sweep stands, as its process wrote it, or who asked."""

    state: SweepStateName = "pending"
    message: str = ""
    changed_at: float = 0.0


@dataclass(frozen=True)
class Trial:
    """One trial: what was tried, as which run, and what came of it.

    halted: its run was stopped since the whole sweep was, so that it goes on with it. attempts: at its run, of which
    all but the first followed a crash.
    """

    number: int
    params: dict[str, Any]
    state: TrialStateName = "asked"
    run: str = ""
    value: float | None = None
    message: str = ""
    halted: bool = False
    attempts: int = 0
    created_at: float = 0.0
    ended_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether more will come of it."""
        return self.state in OPEN


class SweepStore:
    """Every sweep below `sweeps/` of a home: they are led by processes of this machine, wherever their runs execute."""

    def __init__(self, home: Path, *, now: Callable[[], float] = time.time) -> None:
        """`now` is the clock (Unix seconds)."""
        self.home = home
        self._storage = LocalStorage(home)
        self._locks = JobLocks(home / QUEUE_FOLDER)
        self._now = now

    def create(self, text: str, sweep: Sweep) -> str:
        """Stores a new pending sweep, whose `id` is made here, and returns it: `20261126-142501-lr-and-dropout-k3f`."""
        created_at = self._now()
        stamp = datetime.fromtimestamp(created_at, UTC).strftime(STAMP)
        what = re.sub(r"[^a-z0-9]+", "-", (sweep.name or sweep.method).lower())[:40].strip("-") or sweep.method
        while True:
            sweep_id = f"{stamp}-{what}-{''.join(random.choices(_BASE36, k=3))}"
            if self._storage.create(_name(sweep_id, FILE), text.encode()):
                break
        whole = asdict(sweep) | {"id": sweep_id, "created_at": created_at}
        try:
            self._storage.write(_name(sweep_id, MANIFEST), dump_json(whole))
            self.write_state(sweep_id, "pending")
        except OSError:
            with suppress(OSError):
                self._storage.delete(SWEEPS + sweep_id)
            raise
        return sweep_id

    def folder(self, sweep_id: str) -> Path:
        """Where a sweep lies."""
        return self._storage.path(SWEEPS + sweep_id)

    def list(self) -> list[Sweep]:
        """All sweeps, newest first. A damaged one is left out; see `list_damaged`."""
        return sorted(self._read_all()[0], key=lambda sweep: (sweep.created_at, sweep.id), reverse=True)

    def list_damaged(self) -> Sequence[Damage]:
        """The files of sweeps that cannot be read."""
        return self._read_all()[1]

    def read(self, sweep_id: str) -> Sweep:
        """One sweep. Raises SweepNotFoundError, DamagedFileError."""
        if _ID.fullmatch(sweep_id):
            with suppress(FileNotStoredError):
                name = _name(sweep_id, MANIFEST)
                return read_whole(Sweep, load_json(self._storage, name), name)
        raise self._not_found(sweep_id)

    def resolve(self, ref: str) -> str:
        """The id that `ref` means: an id, how only one begins, a name, or `latest`. Raises SweepNotFoundError."""
        sweeps = self.list()
        ids = [sweep.id for sweep in sweeps]
        ref = ref.strip()
        if ref in ids:
            return ref
        if ref == "latest" and ids:
            return ids[0]
        found = [sweep.id for sweep in sweeps if sweep.name == ref] or [
            one for one in ids if ref and one.startswith(ref)
        ]
        if len(found) > 1:
            raise SweepNotFoundError(f"{shorten(ref)!r} means {list_some(found)}: write the id")
        if not found:
            raise self._not_found(ref)
        return found[0]

    def read_text(self, sweep_id: str) -> str:
        """Its sweep.yaml as it was given."""
        try:
            return self._storage.read(_name(sweep_id, FILE))[: MAX_BYTES + 1].decode(errors="replace")
        except FileNotStoredError as error:
            raise DamagedFileError(
                f"{FILE} of sweep {sweep_id} is gone: put it back, or start the sweep anew"
            ) from error

    def read_state(self, sweep_id: str) -> SweepState:
        """Where a sweep stands, and as far as this machine can tell."""
        name = _name(sweep_id, STATE)
        try:
            stored = read_whole(SweepState, load_json(self._storage, name), name)
        except FileNotStoredError as error:
            raise self._not_found(sweep_id) from error
        except DamagedFileError as error:
            return SweepState("crashed", f"{error}: resume the sweep, which writes it anew")
        if stored.state == "running" and not self._locks.is_held(SWEEPS + sweep_id):
            return SweepState("crashed", GONE, stored.changed_at)
        if stored.state in ("pending", "running"):
            word: Mapping[Wanted, SweepStateName] = {"paused": "pausing", "stopped": "stopping"}
            wanted = self.read_wanted(sweep_id)
            return SweepState(word.get(wanted, stored.state), stored.message, stored.changed_at)
        return stored

    def write_state(self, sweep_id: str, state: SweepStateName, message: str = "") -> None:
        """Keeps where a sweep stands: for its process, or who holds its lock."""
        self._storage.write(_name(sweep_id, STATE), dump_json(asdict(SweepState(state, message, self._now()))))

    def read_wanted(self, sweep_id: str) -> Wanted:
        """What was last asked of a sweep."""
        with suppress(FileNotStoredError, DamagedFileError):
            told = load_json(self._storage, _name(sweep_id, WANTED)).get("wanted")
            return "paused" if told == "paused" else "stopped" if told == "stopped" else "running"
        return "running"

    def write_wanted(self, sweep_id: str, wanted: Wanted) -> None:
        """Asks a sweep to be so; its process looks at it time and again."""
        self._storage.write(_name(sweep_id, WANTED), dump_json({"wanted": wanted}))

    def read_ranges(self, sweep_id: str) -> dict[str, Range]:
        """The ranges that were narrowed, by parameter."""
        try:
            told = load_json(self._storage, _name(sweep_id, RANGES)).get("ranges")
        except (FileNotStoredError, DamagedFileError):
            return {}
        found = [_read_range(one) for one in told] if isinstance(told, list) else []
        return {one.name: one for one in found if one}

    def write_ranges(self, sweep_id: str, ranges: Mapping[str, Range]) -> None:
        """Keeps the ranges from which the next trials are drawn."""
        told = [asdict(one) | {"since": self._now()} for one in ranges.values()]
        self._storage.write(_name(sweep_id, RANGES), dump_json({"ranges": told}))

    def list_trials(self, sweep_id: str) -> Sequence[Trial]:
        """The trials of a sweep in their order; a damaged file is one that its process writes anew."""
        found = []
        for file in self._storage.list(_name(sweep_id, "trial-*")):
            if _TRIAL.fullmatch(file.name.rpartition("/")[2]):
                with suppress(FileNotStoredError, DamagedFileError):
                    found.append(read_whole(Trial, load_json(self._storage, file.name), file.name))
        return sorted(found, key=lambda trial: trial.number)

    def write_trial(self, sweep_id: str, trial: Trial) -> None:
        """Keeps a trial whole, or not at all."""
        self._storage.write(_name(sweep_id, f"trial-{trial.number:04d}.json"), dump_json(asdict(trial)))

    def hold(self, sweep_id: str, *, timeout_seconds: float) -> HeldLock | None:
        """The lock of who leads a sweep; None while another process has it."""
        return self._locks.hold(SWEEPS + sweep_id, timeout_seconds=timeout_seconds)

    def is_led(self, sweep_id: str) -> bool:
        """Whether a process leads it."""
        return self._locks.is_held(SWEEPS + sweep_id)

    def read_log(self, sweep_id: str, *, tail_bytes: int = 2**16) -> str:
        """The end of what its process printed."""
        with suppress(FileNotStoredError):
            return self._storage.read(_name(sweep_id, LOG))[-tail_bytes:].decode(errors="replace")
        return ""

    def delete(self, sweep_id: str) -> None:
        """Leaves nothing of a sweep; its runs stay."""
        self._storage.delete(_name(sweep_id, MANIFEST))
        self._storage.delete(SWEEPS + sweep_id)

    def _read_all(self) -> tuple[Sequence[Sweep], Sequence[Damage]]:
        found, damaged = [], []
        for file in self._storage.list(f"{SWEEPS}*/{MANIFEST}"):
            try:
                found.append(read_whole(Sweep, load_json(self._storage, file.name), file.name))
            except FileNotStoredError:
                continue  # deleted meanwhile
            except DamagedFileError as error:
                folder = file.name.rpartition("/")[0]
                damaged.append(Damage(file.name, f"{error}: restore it, or delete {folder}; its runs stay"))
        return found, damaged

    def _not_found(self, ref: str) -> SweepNotFoundError:
        there_are = list_some([sweep.id for sweep in self.list()]) or "none yet (start one: wikics sweep FILE)"
        return SweepNotFoundError(f"no sweep {shorten(ref)!r}: there are {there_are}")


def _read_range(told: Any) -> Range | None:
    if not isinstance(told, dict) or not isinstance(told.get("name"), str):
        return None
    low, high = (one if isinstance(one := told.get(key), int | float) else None for key in ("low", "high"))
    values = told.get("values")
    return Range(told["name"], low, high, tuple(values) if isinstance(values, list) else None)


def _name(sweep_id: str, file_name: str) -> str:
    return f"{SWEEPS}{sweep_id}/{file_name}"
