"""What this machine computes on, told without loading torch."""

import platform
import shutil
import subprocess
from functools import cache

from core.early import count_cpus
from core.runs.environment import read_cpu_name


@cache
def describe_machine() -> str:
    """The GPU's name, or the processor's with its number of cores."""
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "Apple GPU"
    return next(iter(_read_gpu_names()), f"{read_cpu_name()}, {count_cpus()} cores")


def count_gpus() -> int:
    """How many of NVIDIA's GPUs are here."""
    return len(_read_gpu_names())


@cache
def _read_gpu_names() -> tuple[str, ...]:
    command = shutil.which("nvidia-smi")
    if command is None:
        return ()
    try:
        answer = subprocess.run(
            [command, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(filter(None, map(str.strip, answer.stdout.splitlines()))) if answer.returncode == 0 else ()
