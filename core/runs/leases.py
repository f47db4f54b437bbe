"""Who works on a job of a storage without locks holds its lease: an object that is renewed, and counts while it is."""

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Final

from core.errors import ConflictError, DamagedFileError, FileNotStoredError
from core.runs.locks import QUEUE_FOLDER, lock_name
from core.runs.processes import identify_process, is_process_alive, this_host
from core.storage.base import SharedStorage, StoredFile
from core.storage.documents import dump_json, load_json, read_known

RENEW_SECONDS: Final = 2.0
LEASE_SECONDS: Final = 15.0  # without a renewal it counts for nothing
_POLL_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Holder:
    """Who holds a lease: a process of a machine."""

    host: str = ""
    pid: int = 0
    process: str = ""  # see `identify_process`
    token: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} of {self.host}" if self.host else "another process"


class HeldLease:
    """A lease that this process holds."""

    def __init__(self, file: StoredFile, content: bytes) -> None:
        self.file, self.content = file, content
        self.lost = threading.Event()


class JobLeases:
    """One lease a job, beside the queue of its storage. May be used from any thread.

    How old one is the storage's clock says, or this process, which sees it unchanged for as long.
    """

    def __init__(
        self,
        storage: SharedStorage,
        *,
        host: str | None = None,
        is_alive: Callable[[int, str | float | None], bool] = is_process_alive,
        uptime: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.storage = storage
        self._host, self._is_alive = host or this_host(), is_alive
        self._uptime, self._sleep = uptime, sleep

    @contextmanager
    def hold(self, job: str, *, timeout_seconds: float = LEASE_SECONDS + 1.0) -> Iterator[HeldLease]:
        """The lease for the block. Raises ConflictError, which says who has it.

        timeout_seconds: how long it is waited that a holder who has gone silent loses it; one who renews it keeps it.
        """
        held = self._take(job, timeout_seconds)
        ended = threading.Event()
        thread = threading.Thread(target=self._renew, args=(job, held, ended), name="lease", daemon=True)
        thread.start()
        try:
            yield held
        finally:
            ended.set()
            thread.join()
            if not held.lost.is_set():
                with suppress(OSError):  # it counts for nothing in a moment
                    self.storage.delete(_name(job))

    def _take(self, job: str, timeout_seconds: float) -> HeldLease:
        me = Holder(self._host, os.getpid(), identify_process(os.getpid()) or "", secrets.token_hex(8))
        name, content, deadline = _name(job), dump_json(asdict(me)), self._uptime() + timeout_seconds
        first: StoredFile | None = None
        while True:
            found = next(iter(self.storage.list(name)), None)
            holder = self._read_holder(name) if found else Holder()
            first = first or found
            if found is None or found.age_seconds > LEASE_SECONDS or self._is_gone(holder):
                if (written := self.storage.swap(name, content, found)) is not None:
                    return HeldLease(written, content)
                continue
            if found != first or self._uptime() >= deadline:
                kind, _, job_id = job.partition("/")
                raise ConflictError(
                    f"{kind.removesuffix('s')} {job_id} is held by {holder}, which gave a sign of life "
                    f"{max(0.0, found.age_seconds):.0f} s ago: wait until it ends, or stop it"
                )
            self._sleep(_POLL_SECONDS)

    def _read_holder(self, name: str) -> Holder:
        with suppress(FileNotStoredError, DamagedFileError):
            return Holder(**read_known(Holder, load_json(self.storage, name)))
        return Holder()

    def _is_gone(self, holder: Holder) -> bool:
        return bool(holder.host) and holder.host == self._host and not self._is_alive(holder.pid, holder.process)

    def _renew(self, job: str, held: HeldLease, ended: threading.Event) -> None:
        while not ended.wait(RENEW_SECONDS):
            with suppress(Exception):  # whatever one answer was, the next time tries again
                renewed = self.storage.swap(_name(job), held.content, held.file) or self._find_own(job, held.content)
                if renewed is None:
                    held.lost.set()
                    return
                held.file = renewed

    def _find_own(self, job: str, content: bytes) -> StoredFile | None:
        """The lease, if it is what an earlier renewal wrote without an answer."""
        with suppress(FileNotStoredError):
            for found in self.storage.list(_name(job)):
                return found if self.storage.read(found.name) == content else None
        return None


def _name(job: str) -> str:
    return f"{QUEUE_FOLDER}/{lock_name(job)}.lease"
