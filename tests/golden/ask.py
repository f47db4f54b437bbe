"""Asking a checkout through `doors.py`, and what an answer of a later version must have in common with an old one."""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
DOORS = FOLDER / "doors.py"
HERE = FOLDER.parents[1]
# Digests of this program's own making: only which are the same has a meaning.
OPAQUE = ("variant", "fingerprint")
TOLERANCE = 1e-6


def lay_out(artefacts, home):
    """A copy of a version's home that may be written to, with its archives and an empty home inside."""
    shutil.copytree(artefacts / "home", home)
    shutil.copytree(artefacts / "archives", home / "archives")
    (home / "fresh").mkdir()
    return home.resolve()


def run_python(checkout, home, *arguments, **environment):
    """A Python process over this checkout and home, in a folder without an `.env`. Returns what it printed."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("WIKICS_")}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=home,
        env=settings | {"PYTHONPATH": str(checkout), "WIKICS_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=600,  # on a machine that many share
        check=False,  # what it said goes into the message
    )
    assert done.returncode == 0, f"{arguments}: {done.stderr[-3000:]}"
    return done.stdout


def ask(home, *, cli=(), http=(), pages=(), checkout=HERE):
    """The answers of a checkout over this home, in which the home's own path reads HOME."""
    with tempfile.TemporaryDirectory() as folder:
        questions, answers = Path(folder, "questions.json"), Path(folder, "answers.json")
        text = json.dumps({"cli": list(cli), "http": list(http), "pages": list(pages)})
        questions.write_text(text.replace("HOME", str(home)))
        run_python(checkout, home, DOORS, checkout, home, questions, answers)
        return json.loads(answers.read_text().replace(str(home), "HOME"))


def find_differences(old, new, place="answer"):
    """Where a later answer lacks or contradicts something of an old one. What it says beyond that is its own."""
    if isinstance(old, dict) and isinstance(new, dict):
        missing = [f"{place}.{name} is missing" for name in old if name not in new]
        kept = [name for name in old if name in new and name not in OPAQUE]
        return missing + [found for name in kept for found in find_differences(old[name], new[name], f"{place}.{name}")]
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return [f"{place} has {len(new)} items, not {len(old)}"]
        pairs = enumerate(zip(old, new, strict=True))
        return [found for index, pair in pairs for found in find_differences(*pair, f"{place}[{index}]")]
    if isinstance(old, float) and isinstance(new, int | float) and not isinstance(new, bool):
        same = math.isclose(old, new, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    else:
        same = old == new and isinstance(old, bool) == isinstance(new, bool)
    return [] if same else [f"{place} is {new!r}, not {old!r}"]
