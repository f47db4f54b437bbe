"""Whether a process of this machine that wrote its id down is still the one that did."""

import socket

import psutil

# A process id is reused after seconds at the earliest; the start time moves a little when the clock is set.
SAME_START_SECONDS = 5.0


def this_host() -> str:
    """The name that tells this machine from others in `state.json`."""
    return socket.gethostname()


def process_started_at(pid: int) -> float | None:
    """Unix time at which the process began; None when there is none, or only its unreaped remains."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except (psutil.NoSuchProcess, ValueError, OverflowError):
        return None
    except psutil.AccessDenied:
        return None


def is_process_alive(pid: int, started_at: float | None) -> bool:
    """Whether process `pid` runs and began at `started_at` (Unix seconds; None: whenever)."""
    began = process_started_at(pid)
    return began is not None and (started_at is None or abs(began - started_at) < SAME_START_SECONDS)
