"""Whether a process of this machine that wrote down which it is is still there."""

import os
import socket
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
_GONE: Final = (b"Z", b"X", b"x")  # ended, its parent has not looked yet
# Older versions wrote down the time at which a process began, which moves a little when the clock is set.
SAME_START_SECONDS: Final = 5.0


def this_host() -> str:
    """The name that tells this machine from others in `state.json`."""
    return socket.gethostname()


def identify_process(pid: int) -> str | None:
    """What process `pid` has and no other ever had: the boot of this machine, and the tick of it at which it began.

    No clock is asked, so that it stays when the clock is set. Empty where the system does not tell (no /proc, or a
    process of another user that is hidden there); None where there is no such process, or only its unreaped remains.
    """
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        state, *fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return None if state in _GONE else f"{boot}/{int(fields[18])}"
    except (OSError, ValueError, IndexError):
        return "" if _exists(pid) else None


def is_process_alive(pid: int, began: str | float | None) -> bool:
    """Whether process `pid` runs and is the one that wrote `began`: its identity, or in older files its start.

    A start is in Unix seconds. Where either is not known, any process of this id is taken for it.
    """
    if isinstance(began, int | float):
        return _began_at(pid, began)
    found = identify_process(pid)
    return found is not None and (not found or not began or found == began)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return pid > 0


def _began_at(pid: int, started_at: float) -> bool:
    import psutil  # late: only files of older versions need it

    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - started_at) < SAME_START_SECONDS
    except (psutil.Error, ValueError, OverflowError):
        return False
