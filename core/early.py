"""What must be known before the settings are: their library takes a tenth of a second, in which a bucket answers.

Who asks here asks `core.settings` in the end, which reads .env too and says what is wrong.
"""

import os
from pathlib import Path
from typing import Final

PREFIX: Final = "WIKICS_"
DEFAULT_HOME: Final = Path("~/.wikics")


def guess_bucket() -> str:
    """`WIKICS_BUCKET`; empty where the environment does not have it."""
    return os.environ.get(f"{PREFIX}BUCKET", "")


def guess_home() -> Path:
    """`WIKICS_HOME`, or its default."""
    return Path(os.environ.get(f"{PREFIX}HOME") or DEFAULT_HOME)
