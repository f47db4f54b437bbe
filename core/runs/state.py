"""The state of a run, as it stands in `state.json`, and how a reader judges it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from core.storage.documents import read_known

StateName = Literal["pending", "running", "stopping", "stopped", "finished", "failed", "crashed"]
ACTIVE: tuple[StateName, ...] = ("pending", "running", "stopping")
ENDED: tuple[StateName, ...] = ("stopped", "finished", "failed", "crashed")
# How a run has ended of which its report and predictions tell; else they are of an earlier stop, if there are any.
REPORTED: tuple[StateName, ...] = ("stopped", "finished")

# The trainer promises a sign of life every second; this is how long a reader on another machine waits for one.
HEARTBEAT_SECONDS: Final = 1.0
SILENCE_SECONDS: Final = 10.0

STOPPED_EARLY: Final = "stopped before its next epoch began"
PREEMPTED: Final = "preempted: start its job again, or resume it, to go on from its last checkpoint"
DAMAGED: Final = "its state.json is damaged"
WAY_ON: Final = "resume it to go on from its last checkpoint, or delete it"


@dataclass(frozen=True)
class RunState:
    """Where a run stands. Times are Unix seconds; a time that has not come is None.

    Written by `submit` and the waiter while pending, by the trainer alone once it runs.
    `generation` rises by one with every resume, when rows of `metrics.csv` may have been cut.
    """

    state: StateName = "pending"
    message: str = ""  # one sentence for a person: why it failed, what it waits for
    epoch: int = 0  # epochs trained
    fraction: float = 0.0  # share done of a job that is many runs
    generation: int = 0
    resuming: bool = False  # between a resume and its first epoch: rows of the generation before still stand
    host: str = ""
    pid: int | None = None
    process: str = ""  # tells a reused process id from ours: see `identify_process`
    process_started_at: float | None = None  # Unix seconds, which older versions told it by
    created_at: float = 0.0
    started_at: float | None = None
    heartbeat_at: float | None = None
    ended_at: float | None = None

    @property
    def is_unreadable(self) -> bool:
        """Whether it only stands for a `state.json` that could not be read."""
        return self.state == "crashed" and self.message.endswith(WAY_ON)

    @property
    def may_go_on(self) -> bool:
        """Whether its job, when it is started again and nobody else executes it, goes on where this was written.

        It was preempted, or killed; a job that was stopped, failed or is finished waits to be resumed by somebody.
        """
        return self.state in ("running", "stopping") or (self.state == "stopped" and self.message.startswith(PREEMPTED))

    @property
    def metrics_generation(self) -> int:
        """The generation that the rows of `metrics.csv` belong to now."""
        return self.generation - 1 if self.resuming else self.generation


def build_state(content: Mapping[str, Any]) -> RunState:
    """A state from the content of a `state.json`, of an older version too: what cannot be read keeps its default."""
    known = read_known(RunState, content)
    if "state" not in known:
        known |= {"state": "crashed", "message": f"{DAMAGED}, or of another version: {WAY_ON}"}
    return RunState(**known)


def build_damaged(problem: str, *, created_at: float = 0.0) -> RunState:
    """The state of a job whose `state.json` cannot be read."""
    return RunState("crashed", f"{problem}: {WAY_ON}", created_at=created_at)


def build_resumed(state: RunState) -> RunState:
    """The state of an ended job that is queued again."""
    return replace(
        state,
        state="pending",
        message="",
        generation=state.generation + 1,
        resuming=True,
        pid=None,
        process="",
        process_started_at=None,
        heartbeat_at=None,
        ended_at=None,
    )


def judge_state(
    state: RunState,
    *,
    stop_requested: bool,
    on_this_host: bool,
    process_alive: bool,
    silent_seconds: float,
    lock_held: bool = False,
) -> RunState:
    """The state that is true now, where the file may lag: a stop that was asked for, a trainer that is gone.

    Who holds the job's lock lives. So does a process of this host that is there, however long it is silent (the machine
    may have slept), and one of another host while its `state.json` changed within `SILENCE_SECONDS`. `silent_seconds`
    is that file's age by the storage's clock: clocks of two machines may be hours apart. A file from the future is no
    sign of life either.
    """
    if state.state in ENDED:
        return state
    if state.state != "pending":
        alive = process_alive if on_this_host else abs(silent_seconds) <= SILENCE_SECONDS
        if not alive and not lock_held:
            message = f"the training process is gone after epoch {state.epoch}: resume the run to go on from there"
            return replace(state, state="crashed", message=message, ended_at=state.heartbeat_at)
    return replace(state, state="stopping") if stop_requested else state
