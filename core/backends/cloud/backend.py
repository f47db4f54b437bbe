"""Jobs that a provider in the cloud executes: each gets a machine of its own, which finds the job in the storage."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from core.backends.again import check_resumable, config_replaced
from core.backends.base import Place
from core.backends.cloud.base import OVER, Launcher, Order, Sight
from core.backends.cloud.provider import Provides
from core.errors import ConflictError, NotFoundError, RefusedError, UnavailableError
from core.runs.executions import Execution, Executions, Newest
from core.runs.job_states import JobStates, describe_job
from core.runs.state import ACTIVE, STOPPED_EARLY, RunState, build_resumed
from core.storage.base import Storage

# After so long without the provider's name the process that asked for it is gone.
ASKING_SECONDS: Final = 30.0
MAX_LABEL: Final = 60
DIGEST: Final = 8  # characters of a label that tell a job from another of its name
GONE: Final = Sight("failed", "DELETED", "it was deleted there")


class CloudBackend:
    """Executes jobs of a storage at a provider; see `core.backends.base.Backend`. May be used from any thread.

    There is no queue of ours: the provider has one. `settle` brings what it says into the job's folder.
    """

    def __init__(self, storage: Storage, provider: Provides, *, now: Callable[[], float] = time.time) -> None:
        """now: Unix seconds. The provider's library is loaded when it is first needed."""
        self._storage, self._provider = storage, provider
        self._states, self._executions = JobStates(storage), Executions(storage)
        self._now = now

    def submit(self, job: str) -> None:
        state = self._states.read_stored(job)
        if state.state != "pending":
            raise ConflictError(f"{describe_job(job)} is {state.state}: only a pending one can be submitted")
        if (claimed := self._claim(job, state)) is not None:
            self._launch(job, claimed)

    def stop(self, job: str) -> None:
        self._states.request_stop(job)
        with suppress(ConflictError), self._states.hold(job, timeout_seconds=0):  # else its own process obeys
            state = self._states.read_stored(job)
            if state.state == "pending":
                self._end(job, state, "stopped", STOPPED_EARLY)
                self._cancel(job)

    def resume(self, job: str, *, config: Mapping[str, Any] | None = None) -> None:
        check_resumable(self._states, job, may_be_finished=config is not None)
        with self._states.hold(job):
            check_resumable(self._states, job, may_be_finished=config is not None, holding=True)
            again = build_resumed(self._states.read_stored(job))
            claimed = self._claim(job, again)
            if claimed is None:
                raise ConflictError(f"{describe_job(job)} is resumed by another process already")
            self._states.clear_stop(job)
            with config_replaced(self._states, job, config):
                self._states.write(job, again)
        self._launch(job, claimed)

    def alive(self, job: str) -> bool:
        return _is_open(self._executions.find_newest(job), self._states.read_stored(job))

    def describe_place(self) -> Place:
        return self._provider.describe_place(self._storage)

    def plan(self, job: str) -> dict[str, Any]:
        """What the provider would be asked for to execute a job of this name; nobody is asked."""
        return self._launcher.plan(self._order(job, Execution(1, self._provider.title, 0.0, 0.0, 0)))

    def settle(self, job: str) -> None:
        """Writes down how the provider says that the job's execution stands; where it is over, so is the job.

        For now and then. What does not answer is asked the next time. Raises what the storage raises.
        """
        last = self._executions.read_last(job)
        if last is None or last.ended or not last.name:
            return
        try:
            sight = self._launcher.look(last.name)
        except NotFoundError:
            sight = GONE
        except UnavailableError:
            return
        is_over = sight.phase in OVER
        try:
            if is_over:
                self._end_with(job, last, sight)
        except ConflictError:  # a machine that was killed seems to hold it for some seconds more: the next time
            is_over = False
        known = {"state": sight.state, "message": sight.message, "url": sight.url, "ended": is_over}
        self._executions.update(job, last, **known)

    @cached_property
    def _launcher(self) -> Launcher:
        return self._provider.open_launcher()

    def _claim(self, job: str, state: RunState) -> Execution | None:
        """A new execution for a job that stands so; None where it has one, or another process is asking for it.

        Whoever asked before and was killed may have been given a machine: it is asked for again under its number.
        """
        newest = self._executions.find_newest(job)
        if _is_open(newest, state):
            return None
        was_given_up = newest.execution is not None and not newest.execution.ended and newest.execution.is_for(state)
        number, left = (newest.number, newest.file) if was_given_up else (newest.number + 1, None)
        claimed = Execution(number, self._provider.title, self._now(), state.created_at, state.generation)
        return claimed if self._executions.claim(job, claimed, instead_of=left) else None

    def _launch(self, job: str, execution: Execution) -> None:
        try:
            name = self._launcher.launch(self._order(job, execution))
        except RefusedError as error:
            self._executions.update(job, execution, message=str(error), ended=True)
            with suppress(OSError):
                self._end(job, self._states.read_stored(job), "failed", str(error))
            raise
        except UnavailableError as error:
            self._executions.withdraw(job, execution)
            self._note(job, f"{error}; it is asked again now and then")
            return
        self._executions.update(job, execution, name=name)
        self._note(job, "")
        with suppress(NotFoundError):
            if self._states.read_stored(job).state == "stopped":  # while it was asked
                self._cancel(job)

    def _order(self, job: str, execution: Execution) -> Order:
        address = f"{self._storage.location}/{job}"
        return Order(_label(job, address, execution), ("wikics", "job", address))

    def _note(self, job: str, message: str) -> None:
        """Says why a job waits."""
        with suppress(NotFoundError, ConflictError), self._states.hold(job, timeout_seconds=0):
            state = self._states.read_stored(job)
            if state.state == "pending" and state.message != message:
                self._states.write(job, replace(state, message=message))

    def _cancel(self, job: str) -> None:
        last = self._executions.read_last(job)
        if last is not None and last.name and not last.ended:
            with suppress(UnavailableError, NotFoundError):  # it ends by itself: its state tells it that it was stopped
                self._launcher.cancel(last.name)

    def _end_with(self, job: str, last: Execution, sight: Sight) -> None:
        """Ends a job whose execution is over and that has not said so itself. Raises ConflictError while it is held."""
        with suppress(NotFoundError), self._states.hold(job, timeout_seconds=0):  # others are to be settled too
            state = self._states.read_stored(job)
            if state.state not in ACTIVE or not last.is_for(state):
                return
            why = f"{sight.state}: {sight.message}" if sight.message else sight.state
            asked = self._states.read(job, holding=True).state == "stopping"
            if state.state == "pending" and asked:
                self._end(job, state, "stopped", STOPPED_EARLY)
            elif state.state == "pending":
                self._end(job, state, "failed", f"{self._provider.title} ended it before it began ({why})")
            else:
                gone = f"{self._provider.title} ended it after epoch {state.epoch} ({why})"
                self._end(job, state, "crashed", f"{gone}: resume the run to go on from there")

    def _end(self, job: str, state: RunState, name: Any, message: str) -> None:
        self._states.write(job, replace(state, state=name, message=message, ended_at=self._now()))


def _is_open(newest: Newest, state: RunState) -> bool:
    """Whether it is the one that this state of the job waits for, and goes on."""
    execution = newest.execution
    if execution is None or execution.ended or not execution.is_for(state):
        return False
    return bool(execution.name) or newest.age_seconds < ASKING_SECONDS


def _label(job: str, address: str, execution: Execution) -> str:
    """`wikics-20261123-142501-gcn-k3f-5f1c09ae-1`, as every provider takes it.

    A provider remembers what it executed. A benchmark that is made anew has the name of the one before, and so has that
    of another bucket: the digest is of where a job lies, when it was made, and how often it was resumed.
    """
    plain = re.sub(r"[^a-z0-9-]+", "-", job.removeprefix("runs/").lower())
    made = f"{address} {execution.created_at!r} {execution.generation}"
    end = f"-{hashlib.sha256(made.encode()).hexdigest()[:DIGEST]}-{execution.number}"
    return f"wikics-{plain}"[: MAX_LABEL - len(end)] + end
