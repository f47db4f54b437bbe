"""What a place where runs execute can do."""

from typing import Protocol

from core.runs.store import RunStore


class Backend(Protocol):
    """Executes stored runs. The run's folder is the truth about its state; a backend keeps none of its own.

    An unknown run is RunNotFoundError to every method.
    """

    def submit(self, run_id: str) -> None:
        """Queues a pending run and returns at once. Raises ConflictError when the run is not pending."""

    def stop(self, run_id: str) -> None:
        """Asks a run to stop: at once while it waits, else after its epoch. Raises ConflictError when it has ended."""

    def resume(self, run_id: str) -> None:
        """Queues a stopped, failed or crashed run to go on from its last checkpoint, or from the start without one.

        Raises ConflictError when it is active or finished; of two calls at once one wins.
        """

    def alive(self, run_id: str) -> bool:
        """Whether something waits for the run's turn or trains it."""

    def logs(self, run_id: str) -> str:
        """The end of what the run's process printed; empty while there is nothing."""


def submit_orphans(store: RunStore, backend: Backend) -> list[str]:
    """Queues the pending runs that nothing waits for any more, oldest first, and returns their ids.

    For the start of the app and now and then after: a waiter may have been killed, or the machine restarted.
    """
    waiting = [record.id for record in reversed(store.list()) if record.state in ("pending", "stopping")]
    orphans = [
        run_id for run_id in waiting if store.read_stored_state(run_id).state == "pending" and not backend.alive(run_id)
    ]
    for run_id in orphans:
        backend.submit(run_id)
    return orphans
