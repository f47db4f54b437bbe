"""Work that begins before its result is needed."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def begin(work: Callable[[], T]) -> Future[T]:
    """What `work` will have returned or raised. It is done by a daemon: who ends without the result does not wait."""
    result: Future[T] = Future()

    def fill() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # noqa: BLE001  # it is raised where the result is asked for
            result.set_exception(error)

    threading.Thread(target=fill, name="ahead", daemon=True).start()
    return result
