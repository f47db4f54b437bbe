"""What must be known before the settings are: to import them takes a while, and this module takes none.

Who asks here asks `core.settings` in the end, which reads .env too and says what is wrong.
"""

import os

_PROJECT = os.path.abspath(f"{__file__}/../..")  # noqa: PTH100  # pathlib takes a hundredth of a second
PREFIX = "WIKICS_"
DEFAULT_HOME = "~/.wikics"


def guess_bucket() -> str:
    """`WIKICS_BUCKET`; empty where the environment does not have it."""
    return os.environ.get(f"{PREFIX}BUCKET", "")


def guess_home() -> str:
    """`WIKICS_HOME`, or its default."""
    return os.environ.get(f"{PREFIX}HOME") or DEFAULT_HOME


def find_emulator() -> str:
    """The address of what stands for Google Cloud Storage on this machine; empty where nothing does."""
    return os.environ.get("STORAGE_EMULATOR_HOST", "")


def count_cpus() -> int:
    """Processors that this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def build_import_path() -> str:
    """PYTHONPATH of a process that imports `core` from where this one has it."""
    return os.pathsep.join(filter(None, (_PROJECT, os.environ.get("PYTHONPATH"))))
