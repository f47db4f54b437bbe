"""A job's folder on this machine, for a trainer that appends and renames, kept like its folder in a storage."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from core.runs import files
from core.storage.base import Storage
from core.storage.local import PARTIAL_SUFFIX, replaced
from core.storage.streams import open_to_read, open_to_write

# A bucket takes one write a second of an object.
SYNC_SECONDS: Final = 1.0

_Version = tuple[int, int, int]  # inode, size in bytes, time of change (ns)


class JobMirror:
    """Copies a job's files from a storage, and back what its process changes. For one thread at a time.

    The storage is the truth about requests: a stop that is asked for there is brought here, never the other way.
    Files that others write there meanwhile (results of a benchmark, what is wanted of it) stay as they are.
    """

    def __init__(
        self,
        folder: Path,
        storage: Storage,
        name: str,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`folder` is made where it is missing; `name` is the job's in the storage: `runs/ID`."""
        self.folder, self.storage, self.name = folder, storage, name
        self._now, self._sleep = now, sleep
        self._alike: dict[str, _Version] = {}  # files as they were when they were last the same on both sides
        self._synced_at = -SYNC_SECONDS

    def pull(self) -> None:
        """Brings all files here: what it takes to train, or to go on from a checkpoint."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in self.storage.list(f"{self.name}/**"):
            name = file.name.removeprefix(f"{self.name}/")
            path = self.folder / name
            with (
                open_to_read(self.storage, file.name) as source,
                replaced(path, parents=True) as partial,
                partial.open("wb") as target,
            ):
                shutil.copyfileobj(source, target)
            self._alike[name] = _read_version(path)

    def sync(self, *, final: bool = False) -> None:
        """Brings a request to stop here, and what has changed since the last time back; `state.json` goes last.

        Does nothing within a second of the last time, unless it is the final one, which waits. A job that was
        deleted from the storage stays deleted.
        """
        wait_seconds = self._synced_at + SYNC_SECONDS - self._now()
        if wait_seconds > 0 and not final:
            return
        self._sleep(max(0.0, wait_seconds))
        try:
            stored = {file.name.removeprefix(f"{self.name}/") for file in self.storage.list(f"{self.name}/*")}
            if files.STOP in stored:
                (self.folder / files.STOP).touch()
            if files.STATE in stored:
                self._push()
        finally:
            self._synced_at = self._now()

    @contextmanager
    def keep(self) -> Iterator[None]:
        """Pulls, then keeps both sides alike from a thread while the block runs, and to the last byte at its end."""
        self.pull()
        ended = threading.Event()

        def sync_now_and_then() -> None:
            while not ended.wait(SYNC_SECONDS):
                with suppress(OSError):  # the next time tries again
                    self.sync()

        thread = threading.Thread(target=sync_now_and_then, name="mirror", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.sync(final=True)

    def _push(self) -> None:
        # The state is read first and written last: whatever it tells of (a report, the last rows) is there before it.
        state_file = self.folder / files.STATE
        version, state = _read_version(state_file), state_file.read_bytes()
        present = {path.relative_to(self.folder).as_posix(): path for path in sorted(self.folder.rglob("*"))}
        for name, path in present.items():
            if name not in (files.STATE, files.STOP) and path.suffix != PARTIAL_SUFFIX and path.is_file():
                self._push_file(name, path)
        for name in self._alike.keys() - present.keys():
            self.storage.delete(f"{self.name}/{name}")
            del self._alike[name]
        if self._alike.get(files.STATE) != version:
            self.storage.write(f"{self.name}/{files.STATE}", state)
            self._alike[files.STATE] = version

    def _push_file(self, name: str, path: Path) -> None:
        with suppress(FileNotFoundError):  # deleted meanwhile
            version = _read_version(path)
            if self._alike.get(name) != version:
                with path.open("rb") as source, open_to_write(self.storage, f"{self.name}/{name}") as target:
                    shutil.copyfileobj(source, target)
                self._alike[name] = version


def _read_version(path: Path) -> _Version:
    """What differs whenever a file was replaced or appended to."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
