"""Imports of much, while nobody looks for cycles among what is imported."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing_much() -> Iterator[None]:
    """A block that imports. Of what it imports nothing is ever garbage, so that nobody looks there again.

    Looking takes a quarter of a command's time: while it imports, and once more as it ends.
    """
    known, was_looking = len(sys.modules), gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()
        if was_looking:
            gc.enable()
