"""This process's memory as a storage: for tests, and for what need not outlive the process."""

import itertools
import threading
import time
from collections.abc import Callable

from core.errors import FileNotStoredError
from core.storage.base import StoredFile
from core.storage.names import check_name, check_prefix, compile_pattern


class MemoryStorage:
    """Files in a dict; see `core.storage.base.Storage`. May be used from any thread. `now` is its clock (Unix time)."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._files: dict[str, tuple[bytes, float, str]] = {}  # content, time of change, tag
        self._numbers = itertools.count(1)
        self._changing = threading.RLock()

    @property
    def location(self) -> str:
        return "memory:"

    def read(self, name: str, *, start: int = 0) -> bytes:
        found = self._files.get(check_name(name))
        if found is None:
            raise FileNotStoredError(f"nothing is stored as {name!r}")
        return found[0][start:]

    def write(self, name: str, content: bytes | memoryview) -> None:
        with self._changing:
            self._files[check_name(name)] = self._keep(content)

    def create(self, name: str, content: bytes) -> bool:
        with self._changing:
            found = self._files.setdefault(check_name(name), kept := self._keep(content))
        return found is kept

    def swap(self, name: str, content: bytes | memoryview, found: StoredFile | None) -> StoredFile | None:
        with self._changing:
            if found != next(iter(self.list(check_name(name))), None):
                return None
            self.write(name, content)
            return self.list(name)[0]

    def extend(self, name: str, content: bytes | memoryview, found: StoredFile) -> StoredFile | None:
        with self._changing:
            if [found] != self.list(check_name(name)):
                return None
            self._files[name] = self._keep(self._files[name][0] + bytes(content))
            return self.list(name)[0]

    def list(self, pattern: str) -> list[StoredFile]:
        matches, now = compile_pattern(pattern), self._now()
        with self._changing:
            found = [(name, *kept) for name, kept in self._files.items() if matches(name)]
        return [StoredFile(name, len(content), at, now - at, tag) for name, content, at, tag in sorted(found)]

    def delete(self, prefix: str) -> None:
        name = check_prefix(prefix)
        with self._changing:
            for found in [found for found in self._files if found == name or found.startswith(f"{name}/")]:
                del self._files[found]

    def _keep(self, content: bytes | memoryview) -> tuple[bytes, float, str]:
        return bytes(content), self._now(), str(next(self._numbers))
