"""Memory that is free, given back to the system: after a storm of large requests glibc keeps what its threads had."""

import ctypes
from contextlib import suppress


def give_memory_back() -> bool:
    """Returns False: there is always more to do. Where the C library is not glibc, nothing happens."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return False
