"""What goes on beside the server, time and again: no error ends it, each is logged once, and `/healthz` tells of it."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import WikicsError


@dataclass
class _Task:
    action: Callable[[], bool]
    every_seconds: float
    thread: threading.Thread | None = None
    problem: str = ""  # of the last time
    is_done: bool = False


class Tasks:
    """The threads of one process, by name. `sleep` waits between two times."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._tasks: dict[str, _Task] = {}

    def start(self, name: str, action: Callable[[], bool], *, every_seconds: float) -> None:
        """Calls `action` now and then in a thread of its own, until it says that nothing is left to do."""
        task = self._tasks[name] = _Task(action, every_seconds)
        task.thread = threading.Thread(target=self._repeat, args=(name, task), name=name, daemon=True)
        task.thread.start()

    def list_problems(self) -> dict[str, str]:
        """What went wrong the last time, by the name of the task; nothing where all is well."""
        problems = {}
        for name, task in self._tasks.items():
            is_dead = not task.is_done and not (task.thread and task.thread.is_alive())
            if problem := task.problem or ("its thread has ended: restart the app" if is_dead else ""):
                problems[name] = problem
        return problems

    def _repeat(self, name: str, task: _Task) -> None:
        while not task.is_done:
            try:
                task.is_done, task.problem = task.action(), ""
            except Exception as error:  # noqa: BLE001  # whatever it was, the next time may go well
                _note(name, task, error)
            if not task.is_done:
                self._sleep(task.every_seconds)


def _note(name: str, task: _Task, error: Exception) -> None:
    """Keeps what went wrong, and logs it unless it went wrong in the same way the last time."""
    is_known = isinstance(error, WikicsError)
    problem = str(error) if is_known else f"it failed by {type(error).__name__}: the app's log says where"
    if problem != task.problem:
        logging.getLogger("wikics").error("%s: %s", name, error, exc_info=None if is_known else error)
    task.problem = problem
