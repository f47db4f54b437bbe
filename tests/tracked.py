"""The files under version control."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def list_tracked():
    """Their names, from the root of the repository; not those that were deleted since the last commit."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]
