"""What a worker of Ray does: `wikics job ADDRESS`, or a part of a benchmark whose job has others beside itself."""

import os
import threading
from importlib import import_module
from typing import Any, Final

import ray

from core.backends.job import PREEMPTED_CODE, Prepare, run_stored_job
from core.backends.ray.spread import count_workers as count_workers
from core.backends.ray.spread import prepare_spread
from core.runs.job_states import JobStates
from core.storage.opening import split_address

LOOK_SECONDS: Final = 0.5


@ray.remote
class JobActor:
    """Executes one job and ends. Where its worker is killed Ray makes it anew elsewhere, and the job goes on there."""

    def __init__(self, address: str, cpus: float, gpus: float, prepare: str | None) -> None:
        storage, job = split_address(address)
        JobStates(storage).read_stored(job)  # out of reach from here: Ray says so of this actor
        self._address, self._prepare = address, _find_prepare(address, cpus, gpus, prepare)
        self._begun = threading.Event()
        actor = ray.get_runtime_context().current_actor  # who asked for it cannot ask again: it may be gone by then
        asked = (actor, actor.run.remote(), self._begun)
        threading.Thread(target=ask_until_begun, args=asked, name="asks for the job", daemon=True).start()

    def run(self) -> None:
        """The job, to its end. After SIGTERM, which says that the worker's machine is needed, Ray finds another."""
        self._begun.set()
        try:
            if run_stored_job(*split_address(self._address), prepare=self._prepare) == PREEMPTED_CODE:
                os._exit(PREEMPTED_CODE)
        finally:
            ray.actor.exit_actor()


def ask_until_begun(actor: Any, asked: Any, begun: threading.Event) -> None:
    """Asks an actor for its one task again where Ray has dropped it, as it may while it restarts the actor.

    Ray's own repetition is none: with it, or with a second task that waits, an actor does not end with its first.
    """
    while not begun.wait(LOOK_SECONDS):
        if ray.wait([asked], timeout=0)[0]:
            asked = actor.run.remote()


def _find_prepare(address: str, cpus: float, gpus: float, named: str | None) -> Prepare | None:
    """What trains: for a benchmark on several workers what spreads it, else what `wikics job` takes."""
    if named is not None:  # `module:function`, of tests
        module, _, name = named.partition(":")
        found: Any = getattr(import_module(module), name)
        return found  # type: ignore[no-any-return]
    return prepare_spread(address, cpus, gpus) if count_workers(address) > 1 else None
