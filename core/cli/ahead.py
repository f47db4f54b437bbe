"""What a command asks far away before it is read: a bucket answers while Typer and the settings are imported.

An emulator is asked as nobody, right here. Elsewhere the account of this machine asks: to find that takes a library of
Google's, whose import is as long as all that this command imports, so that another process does it.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from core.early import build_import_path, count_cpus, find_emulator, guess_bucket, guess_home

if TYPE_CHECKING:
    import subprocess

    from core.storage.foreseen import Answers

_LIST = ("runs", "list")


def begin_command(arguments: Sequence[str]) -> "Callable[[], Answers] | None":
    """Asks for a listing, and gives what waits for the answers; None for every other command.

    `arguments` follow the program's name.
    """
    is_listing = tuple(arguments[: len(_LIST)]) == _LIST and "--help" not in arguments
    if not is_listing or not guess_bucket():
        return None
    return _ask_emulator() if find_emulator() else _ask_elsewhere()


def _ask_emulator() -> "Callable[[], Answers] | None":
    from pathlib import Path

    from core.app.first_requests import send_first
    from core.errors import InvalidInputError
    from core.storage.address import is_bucket

    bucket, home = guess_bucket(), Path(guess_home()).expanduser().resolve()
    if not is_bucket(bucket):
        return None
    with suppress(InvalidInputError):  # which the settings say
        sent = send_first(find_emulator(), bucket, home)

        def wait() -> "Answers":
            from core.app.run_storage import foresee

            return foresee(bucket, home, sent)

        return wait
    return None


def _ask_elsewhere() -> "Callable[[], Answers] | None":
    if count_cpus() == 1:  # where two processes take longer than one
        return None
    with suppress(OSError):
        lister = start_lister()

        def wait() -> "Answers":
            from core.storage.foreseen import read_answers

            return read_answers(lister)

        return wait
    return None


def start_lister() -> "subprocess.Popen[bytes]":
    """A process of `core.app.lister`. Raises OSError."""
    import subprocess

    return subprocess.Popen(
        [sys.executable, "-P", "-m", "core.app.lister"],
        stdin=subprocess.PIPE,  # ends with this process, and then the other does
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,  # the lock of a buffer, held by who waits for an answer, is in the way of Python's end
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": build_import_path()},
    )
