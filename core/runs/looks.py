"""One look at the storage for all who ask within a block: a page lists its runs in many places, and draws them once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Looks(Generic[Found]):
    """What was read in this thread since its block began. May be used from any thread."""

    def __init__(self, read: Callable[[], Found]) -> None:
        self._read = read
        self._here = threading.local()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A block in which `find` reads once, and then tells the same; one within another is a part of it."""
        if getattr(self._here, "is_open", False):
            yield
            return
        self._here.is_open = True
        try:
            yield
        finally:
            self._here.__dict__.clear()

    def find(self) -> Found:
        """What was read in this block, read now where nothing was; outside of a block it is read each time."""
        if not getattr(self._here, "is_open", False):
            return self._read()
        if not hasattr(self._here, "found"):
            self._here.found = self._read()
        found: Found = self._here.found
        return found
