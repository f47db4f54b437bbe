"""Where the jobs of a storage stand: the `state.json` and the request to stop of each."""

from collections.abc import Callable, Mapping
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
from core.runs.names import read_stamp
from core.runs.processes import is_process_alive, this_host
from core.runs.state import ACTIVE, RunState, build_damaged, build_state, judge_state
from core.storage.base import Storage, StoredFile
from core.storage.documents import dump_json, load_json

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
        is_alive: Callable[[int, float | None], bool] = is_process_alive,
    ) -> None:
        """`host` is this machine, `is_alive` tells of a process id and start time."""
        self.storage = storage
        self._host = host or this_host()
        self._is_alive = is_alive

    def read_stored(self, job: str) -> RunState:
        """Where the job stands by its `state.json`, which may lag: `read` tells what is true."""
        try:
            return build_state(load_json(self.storage, f"{job}/{files.STATE}", called=f"its {files.STATE}"))
        except FileNotStoredError as error:
            raise _not_found(job) from error
        except DamagedFileError as error:
            return build_damaged(str(error), created_at=read_stamp(job.rpartition("/")[2]))

    def read(self, job: str) -> RunState:
        """Where the job stands, as its own process wrote it and as this machine can tell it is."""
        stored = {file.name.removeprefix(f"{job}/"): file for file in self.storage.list(f"{job}/*")}
        return self.judge(self.read_stored(job), stored)

    def judge(self, state: RunState, stored: Stored) -> RunState:
        """What is true of a job that wrote this state, with these files in its folder."""
        here = state.host == self._host and state.pid is not None
        alive = here and state.state in ACTIVE and self._is_alive(state.pid or 0, state.process_started_at)
        return judge_state(
            state,
            stop_requested=files.STOP in stored,
            on_this_host=here,
            process_alive=alive,
            silent_seconds=stored[files.STATE].age_seconds if files.STATE in stored else 0.0,
        )

    def write(self, job: str, state: RunState) -> None:
        """Replaces the state: for who made the job, or for a backend while it holds the job's lock."""
        self.storage.write(f"{job}/{files.STATE}", dump_json(asdict(state)))

    def write_config(self, job: str, config: Mapping[str, Any]) -> None:
        """Replaces what a run is to do: for a backend alone, before it resumes the run."""
        self.storage.write(f"{job}/{files.CONFIG}", dump_json(config))

    def request_stop(self, job: str) -> None:
        """Asks the job to stop after its epoch. Raises ConflictError when it has ended."""
        state = self.read(job).state
        if state not in ACTIVE:
            raise ConflictError(f"{describe_job(job)} is {state}: there is nothing to stop")
        self.storage.write(f"{job}/{files.STOP}", b"")

    def clear_stop(self, job: str) -> None:
        """Takes a request to stop back: for a backend alone, before it resumes the job."""
        self.storage.delete(f"{job}/{files.STOP}")


def describe_job(job: str) -> str:
    """A job as a person calls it: `run 20261123-142501-gcn-k3f`."""
    kind, _, job_id = job.partition("/")
    return f"{kind.removesuffix('s')} {job_id}"


def _not_found(job: str) -> NotFoundError:
    kind, _, job_id = job.partition("/")
    if kind == "benchmarks":
        return BenchmarkNotFoundError(f"no benchmark {job_id!r} has been started here (start one: wikics benchmark)")
    return RunNotFoundError(f"no run {job_id!r} in {kind}/ (list them: wikics runs list)")
