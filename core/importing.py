"""What makes much that stays: imports and lists, while nobody looks for cycles in it."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def making_much() -> Iterator[None]:
    """A block that makes many objects and no garbage, for which nobody looks meanwhile."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looking:
            gc.enable()


@contextmanager
def importing_much() -> Iterator[None]:
    """A block that imports. Of what it imports nothing is ever garbage, so that nobody looks there again.

    Looking takes a quarter of a command's time: while it imports, and once more as it ends.
    """
    known = len(sys.modules)
    with making_much():
        try:
            yield
        finally:
            if len(sys.modules) > known:
                gc.freeze()
