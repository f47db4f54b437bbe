"""`wikics` as on a machine elsewhere, which has a name of its own and a clock that is two minutes off."""

import os
import socket
import time
from functools import partial

OFF_SECONDS = 120.0


def main():
    told, off = time.time, OFF_SECONDS if os.getpid() % 2 else -OFF_SECONDS
    time.time = partial(lambda: told() + off)
    name = f"machine-{os.getpid()}"
    socket.gethostname = lambda: name
    from core.cli import main as wikics

    wikics()


if __name__ == "__main__":
    main()
