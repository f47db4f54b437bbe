"""What lets a job that has ended go on, whatever executes it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from core.errors import ConflictError
from core.runs.job_states import JobStates, describe_job
from core.runs.state import ACTIVE


def check_resumable(states: JobStates, job: str, *, may_be_finished: bool, holding: bool = False) -> None:
    """Raises ConflictError for a job that is active, or finished where it may not be. holding: as in `JobStates`."""
    state = states.read(job, holding=holding).state
    if state == "finished" and not may_be_finished:
        raise ConflictError(
            f"{describe_job(job)} is finished: there is nothing to resume, start a new one; a run goes on with "
            "more epochs (wikics runs resume R --set epochs=600)"
        )
    if state in ACTIVE:
        raise ConflictError(f"{describe_job(job)} is {state} already: only a stopped, failed or crashed run is resumed")


@contextmanager
def config_replaced(states: JobStates, job: str, config: Mapping[str, Any] | None) -> Iterator[None]:
    """Gives a job another config for the block; where that fails it keeps the one it had."""
    if config is None:
        yield
        return
    before = states.read_config(job)
    try:
        states.write_config(job, config)
        yield
    except OSError:
        with suppress(OSError):
            states.write_config(job, before)
        raise
