"""What tests of the library of graphs share: a source that has nothing, what lies there, processes at once."""

import subprocess
import sys
import time

MESSAGE = "WikiCS could not be had: nowhere has no data.json."


class Nowhere:
    """A source that has nothing, and counts how often it was asked."""

    name = address = "nowhere"

    def __init__(self):
        self.asked = 0

    def fetch(self, *_):
        self.asked += 1


def left(library):
    """What lies in the library, locks aside."""
    return sorted(
        str(path.relative_to(library.folder))
        for path in library.folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    )


PROGRAM = """
import sys, time
from pathlib import Path
from tests.rigs import local_library
library = local_library(Path(sys.argv[1]), wikics_sources=[])
while time.time() < float(sys.argv[3]): pass
{action}
"""


def run_at_once(action, folder, argument="", *, count=3):
    """What each of several processes prints that do the same at the same moment."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM.format(action=action), str(folder.parent), argument]
    begin = str(time.time() + 4)
    processes = [subprocess.Popen([*command, begin], stdout=subprocess.PIPE, text=True) for _ in range(count)]
    printed = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0] * count
    return printed
