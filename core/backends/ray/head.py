"""Keeps up a Ray cluster of this machine alone while there are jobs on it.

`python -m core.backends.ray.head FOLDER`, started by `core.backends.ray.cluster`.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from core.backends.ray.cluster import LOOK_SECONDS, NAME
from core.early import count_cpus
from core.runs.locks import JobLocks
from core.storage.local import write_atomically

NAMESPACE: Final = "wikics"
OBJECT_STORE_BYTES: Final = 2**27  # only results go through it, some kB each
IDLE_SECONDS: Final = 120.0


def main() -> int:
    """Ends once no job has been there for a while; all of Ray's processes end with this one, however it ends."""
    folder = Path(sys.argv[1])
    lock = JobLocks(folder).hold(NAME, timeout_seconds=LOOK_SECONDS)
    if lock is None:
        return 0  # another process keeps one up
    address_file = folder / f"{NAME}.address"
    address_file.unlink(missing_ok=True)
    with lock, TemporaryDirectory(prefix="wikics-ray-") as temporary:
        import ray

        context = ray.init(
            address="local",
            num_cpus=count_cpus(),
            object_store_memory=OBJECT_STORE_BYTES,
            include_dashboard=False,
            log_to_driver=False,
            namespace=NAMESPACE,
            _temp_dir=temporary,  # short, for sockets; nothing of it stays
        )
        write_atomically(address_file, context.address_info["address"].encode())
        try:
            _wait_while_used(ray)
        finally:
            address_file.unlink(missing_ok=True)
            ray.shutdown()
    return 0


def _wait_while_used(ray: object) -> None:
    used_at = time.monotonic()
    while time.monotonic() - used_at < IDLE_SECONDS:
        time.sleep(1.0)
        if ray.util.list_named_actors():  # type: ignore[attr-defined]
            used_at = time.monotonic()


if __name__ == "__main__":
    sys.exit(main())
