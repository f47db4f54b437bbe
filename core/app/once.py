"""What is costly to make, made once for all who ask for it meanwhile, and the last few kept in memory."""

import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Final, Generic, TypeVar

Value = TypeVar("Value")

YIELDING: Final = (
    3  # of 19: how far what computes for long steps back; beside a run at 10 it would take ten times as long
)


class Once(Generic[Value]):
    """Values by keys. Each is made in a thread of its own, so that whoever waits may do so without one.

    What could not be made is not remembered: whoever asks next has it tried anew. May be used from any thread.
    """

    def __init__(self, make: Callable[[str], Value], *, keep: int, is_long: bool = False) -> None:
        """keep: values in memory beside those that are being made. is_long: one is made at a time, and yields."""
        self._make, self._keep, self._is_long = make, keep, is_long
        self._futures = OrderedDict[str, Future[Value]]()  # those asked for last at the end
        self._guard = threading.Lock()
        self._turn = threading.Lock()

    def get(self, key: str) -> Value:
        """The value, once it is made. Raises what making it raises."""
        return self.start(key).result()

    def start(self, key: str) -> Future[Value]:
        """The value that is there, is being made, or begins to be made now. Nobody can cancel it."""
        with self._guard:
            if (future := self._futures.get(key)) is not None:
                self._futures.move_to_end(key)
                return future
            future = self._futures[key] = Future()
            future.set_running_or_notify_cancel()
        # A daemon: an app that ends waits for nothing that it would not use.
        threading.Thread(target=self._fill, args=(key, future), name=f"make {key}", daemon=True).start()
        return future

    def has(self, key: str) -> bool:
        """Whether the value is there."""
        future = self._futures.get(key)
        return future is not None and future.done()

    def _fill(self, key: str, future: Future[Value]) -> None:
        try:
            value = self._make_in_turn(key) if self._is_long else self._make(key)
        except BaseException as error:  # noqa: BLE001  # it is raised where it was asked for
            with self._guard:
                del self._futures[key]
            future.set_exception(error)
            return
        future.set_result(value)
        with self._guard:
            made = [each for each, other in self._futures.items() if other.done()]
            for oldest in made[: -self._keep]:
                del self._futures[oldest]

    def _make_in_turn(self, key: str) -> Value:
        if sys.platform == "linux":  # where a thread has a rank of its own
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), YIELDING)
        with self._turn:
            return self._make(key)
