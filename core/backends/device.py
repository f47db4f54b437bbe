"""What this machine computes on, told without loading torch."""

import platform
import shutil
import subprocess
from functools import cache

from core.runs.environment import count_cpus, read_cpu_name


@cache
def describe_machine() -> str:
    """The GPU's name, or the processor's with its number of cores."""
    gpu = _read_gpu_name()
    if gpu:
        return gpu
    return f"{read_cpu_name()}, {count_cpus()} cores"


def _read_gpu_name() -> str:
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "Apple GPU"
    command = shutil.which("nvidia-smi")
    if command is None:
        return ""
    try:
        answer = subprocess.run(
            [command, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.partition("\n")[0].strip() if answer.returncode == 0 else ""
