"""What a command asks far away before it is read: a bucket answers while Typer and the settings are imported.

To ask and to read the answer takes as long as they do, so that another process does, which nothing is imported before.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from core.early import build_import_path, count_cpus, guess_bucket

_LIST = ("runs", "list")


def begin_command(arguments: Sequence[str]) -> "subprocess.Popen[bytes] | None":
    """Starts `core.app.lister` for a listing; None for every other command. `arguments` follow the program's name."""
    is_listing = tuple(arguments[: len(_LIST)]) == _LIST and "--help" not in arguments
    if not is_listing or not guess_bucket() or count_cpus() == 1:  # where two processes take longer than one
        return None
    with suppress(OSError):
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "core.app.lister"],
            stdin=subprocess.PIPE,  # ends with this process, and then the other does
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # the lock of a buffer, held by who waits for an answer, is in the way of Python's end
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": build_import_path()},
        )
    return None
