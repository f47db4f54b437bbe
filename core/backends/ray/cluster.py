"""Which Ray cluster jobs go to: one by its address, else one of this home that a process of its own keeps up."""

import atexit
import os
import secrets
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from core.backends.local.backend import KEEP_MEMORY
from core.backends.ray.asker import Asker
from core.early import build_import_path
from core.errors import NotFoundError, UnavailableError
from core.runs.locks import QUEUE_FOLDER, JobLocks
from core.storage.local import disk_errors

HEAD: Final = (sys.executable, "-m", "core.backends.ray.head")
NAME: Final = "ray-cluster"  # of its lock, of the file with its address, and of its log
START_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 0.2
MAX_REASON: Final = 300  # characters of the log
# Ray replaces 127.0.0.1 by an address that others can reach, unless it takes itself to be where it knows no clusters.
_HERE_ALONE: Final = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_worker_niceness": "0",  # by default 15, which waits for all else that a machine does
    "RAY_memory_monitor_refresh_ms": "0",  # it kills our workers for what others of this machine take
}


class Cluster:
    """A cluster, asked through a process of its own: whoever is connected to one that goes down goes with it.

    May be used from any thread.
    """

    def __init__(self, address: str, home: Path) -> None:
        """address: HOST:PORT of one that is there; without it the one of this home, started when it is first needed."""
        self._given, self.folder = address, home / QUEUE_FOLDER
        self._locks = JobLocks(self.folder)
        self._asking = threading.Lock()
        self._asker: tuple[str, Asker] | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it is started here."""
        return not self._given

    def find(self) -> str:
        """The address of the cluster; empty where it is ours, and not up."""
        if self._given:
            return self._given
        with suppress(OSError):
            if self._locks.is_held(NAME):
                return self._address_file.read_text().strip()
        return ""

    def start(self) -> str:
        """The address of the cluster, which is up then. Raises UnavailableError with what it says."""
        if address := self.find():
            return address
        process = self._spawn()
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if address := self.find():
                threading.Thread(target=process.wait, name="ray cluster", daemon=True).start()  # else it stays a zombie
                return address
            time.sleep(LOOK_SECONDS)
        if process.poll() is None:
            process.kill()
        process.wait()
        if address := self.find():  # another process has started one meanwhile
            return address
        raise UnavailableError(f"no Ray cluster could be started here ({self._read_reason()}): see {self._log_file}")

    def ask(self, call: str, *, start: bool = False, **arguments: Any) -> Any:
        """What a function of `core.backends.ray.calls` answers. start: where the cluster is not up it is started.

        Raises UnavailableError where it does not answer, NotFoundError where there is none, and what the call raises.
        """
        with self._asking:
            address = self.start() if start else self.find()
            if not address:
                raise NotFoundError("the Ray cluster of this home is not up any more")
            if self._asker is None or self._asker[0] != address:
                self._forget_asker()
                self._asker = address, Asker(address, self._environment if self.is_ours else {})
            return self._asker[1].ask(call, arguments)

    def close(self) -> None:
        """Lets the cluster go; jobs stay there."""
        with self._asking:
            self._forget_asker()

    def _forget_asker(self) -> None:
        if self._asker is not None:
            self._asker[1].close()
            self._asker = None

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with disk_errors(self._log_file):
            self.folder.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError), open(self._token_file, "x", opener=_open_private) as file:
                file.write(secrets.token_hex(32))
            with self._log_file.open("wb") as log:
                return subprocess.Popen(
                    [*HEAD, str(self.folder)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    cwd=self.folder,
                    env=KEEP_MEMORY | os.environ | self._environment | {"PYTHONPATH": build_import_path()},
                )

    @property
    def _environment(self) -> dict[str, str]:
        """What keeps our cluster to this machine, and to who can read this home."""
        return _HERE_ALONE | {"RAY_AUTH_TOKEN_PATH": str(self._token_file)}

    @property
    def _token_file(self) -> Path:
        return self.folder / f"{NAME}.token"

    def _read_reason(self) -> str:
        with suppress(OSError):
            lines = self._log_file.read_text(errors="replace").strip().splitlines()
            return lines[-1][:MAX_REASON] if lines else "it says nothing"
        return "its log cannot be read"

    @property
    def _address_file(self) -> Path:
        return self.folder / f"{NAME}.address"

    @property
    def _log_file(self) -> Path:
        return self.folder / f"{NAME}.log"


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@cache
def open_cluster(address: str, home: Path) -> Cluster:
    """The one object of this process for a cluster."""
    cluster = Cluster(address, home)
    atexit.register(cluster.close)
    return cluster
