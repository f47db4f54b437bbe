"""Where the jobs of a storage stand: the `state.json`, the lock and the request to stop of each."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from typing import Any

from core.errors import (
    BenchmarkNotFoundError,
    ConflictError,
    DamagedFileError,
    FileNotStoredError,
    NotFoundError,
    RunNotFoundError,
)
from core.runs import files
from core.runs.beats import Beats
from core.runs.leases import LEASE_SECONDS, JobLeases
from core.runs.locks import LOCK_SECONDS, QUEUE_FOLDER, JobLocks
from core.runs.names import read_stamp
from core.runs.processes import is_process_alive, this_host
from core.runs.state import ACTIVE, RunState, build_damaged, build_state, judge_state
from core.storage.base import SharedStorage, Storage, StoredFile
from core.storage.documents import dump_json, load_json
from core.storage.local import LocalStorage, disk_errors

Stored = Mapping[str, StoredFile]  # a job's files by their names in its folder


class JobStates:
    """A job is named by its folder in the storage: `runs/20261123-142501-gcn-k3f`, `benchmarks/gcn-3f9a1c2e`.

    Methods that take a job raise RunNotFoundError or BenchmarkNotFoundError where it has no `state.json`.
    May be used from any thread.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        host: str | None = None,
        is_alive: Callable[[int, str | float | None], bool] = is_process_alive,
        uptime: Callable[[], float] = time.monotonic,
    ) -> None:
        """`host` is this machine, `is_alive` tells of a process id and what it wrote of its beginning.

        `uptime` counts seconds that nobody sets. Jobs of a local storage have locks, those of a shared one leases.
        """
        self.storage = storage
        self._host = host or this_host()
        self._is_alive = is_alive
        self._beats = Beats(uptime)
        self._locks = JobLocks(storage.folder / QUEUE_FOLDER) if isinstance(storage, LocalStorage) else None
        self._leases: JobLeases | None = None
        if isinstance(storage, SharedStorage):
            self._leases = JobLeases(storage, host=self._host, is_alive=is_alive, uptime=uptime)

    def read_stored(self, job: str) -> RunState:
        """Where the job stands by its `state.json`, which may lag: `read` tells what is true."""
        try:
            return build_state(load_json(self.storage, f"{job}/{files.STATE}", called=f"its {files.STATE}"))
        except FileNotStoredError as error:
            raise _not_found(job) from error
        except DamagedFileError as error:
            return build_damaged(str(error), created_at=read_stamp(job.rpartition("/")[2]))

    def read(self, job: str, *, holding: bool = False) -> RunState:
        """Where the job stands, as its own process wrote it and as this machine can tell it is.

        holding: the caller has the job's lock, so that it tells nothing of anybody else.
        """
        stored = {file.name.removeprefix(f"{job}/"): file for file in self.storage.list(f"{job}/*")}
        return self._judge(self.read_stored(job), stored, is_held=not holding and self._is_held(job))

    def judge(self, state: RunState, stored: Stored) -> RunState:
        """What is true of a job that wrote this state, with these files in its folder."""
        is_held = state.state in ACTIVE and files.STATE in stored and self._is_held(_job_of(stored[files.STATE]))
        return self._judge(state, stored, is_held=is_held)

    def _judge(self, state: RunState, stored: Stored, *, is_held: bool) -> RunState:
        here = state.host == self._host and state.pid is not None
        began = state.process or state.process_started_at
        alive = here and state.state in ACTIVE and self._is_alive(state.pid or 0, began)
        file = stored.get(files.STATE)
        return judge_state(
            state,
            stop_requested=files.STOP in stored,
            on_this_host=here,
            process_alive=alive,
            silent_seconds=self._beats.measure_silence(file, state) if file and not here else 0.0,
            lock_held=is_held,
        )

    @contextmanager
    def hold(self, job: str, *, timeout_seconds: float | None = None) -> Iterator[None]:
        """While the block runs nobody else executes, resumes or deletes the job. Raises ConflictError.

        Of a job that a process elsewhere has held, and gives no more sign of, the lease ends after a while.
        """
        if self._locks is None:
            seconds = LEASE_SECONDS + 1.0 if timeout_seconds is None else timeout_seconds
            with self._leases.hold(job, timeout_seconds=seconds) if self._leases else nullcontext():
                yield
            return
        with disk_errors(self._locks.folder / "lock"):
            lock = self._locks.hold(job, timeout_seconds=LOCK_SECONDS if timeout_seconds is None else timeout_seconds)
        if lock is None:
            raise ConflictError(f"{describe_job(job)} is still held by its process: try again in a moment")
        with lock:
            yield

    def forget_lock(self, job: str) -> None:
        """Leaves nothing of the lock of a job that is no more: for its holder."""
        if self._locks is not None:
            self._locks.forget(job)

    def write(self, job: str, state: RunState) -> None:
        """Replaces the state: for who made the job, or for a backend while it holds the job's lock."""
        self.storage.write(f"{job}/{files.STATE}", dump_json(asdict(state)))

    def read_config(self, job: str) -> dict[str, Any]:
        """What a run is to do: for a backend alone, to put it back."""
        return load_json(self.storage, f"{job}/{files.CONFIG}")

    def write_config(self, job: str, config: Mapping[str, Any]) -> None:
        """Replaces what a run is to do: for a backend alone, before it resumes the run."""
        self.storage.write(f"{job}/{files.CONFIG}", dump_json(config))

    def request_stop(self, job: str) -> None:
        """Asks the job to stop. Raises ConflictError when it has ended."""
        state = self.read(job).state
        if state not in ACTIVE:
            raise ConflictError(f"{describe_job(job)} is {state}: there is nothing to stop")
        self.storage.write(f"{job}/{files.STOP}", b"")

    def clear_stop(self, job: str) -> None:
        """Takes a request to stop back: for a backend alone, before it resumes the job."""
        self.storage.delete(f"{job}/{files.STOP}")

    def _is_held(self, job: str) -> bool:
        return self._locks is not None and self._locks.is_held(job)


def describe_job(job: str) -> str:
    """A job as a person calls it: `run 20261123-142501-gcn-k3f`."""
    kind, _, job_id = job.partition("/")
    return f"{kind.removesuffix('s')} {job_id}"


def _job_of(state_file: StoredFile) -> str:
    return state_file.name.removesuffix(f"/{files.STATE}")


def _not_found(job: str) -> NotFoundError:
    kind, _, job_id = job.partition("/")
    if kind == "benchmarks":
        return BenchmarkNotFoundError(f"no benchmark {job_id!r} has been started here (start one: wikics benchmark)")
    return RunNotFoundError(f"no run {job_id!r} in {kind}/ (list them: wikics runs list)")
