"""Which device a run computes on."""

from typing import Literal

import torch

from core.config.train import TrainConfig
from core.early import count_cpus
from core.errors import ConfigError

DeviceName = Literal["cpu", "cuda", "mps"]


def list_devices() -> list[DeviceName]:
    """The devices that this machine has, the fastest first."""
    found: list[DeviceName] = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def resolve_device(config: TrainConfig) -> DeviceName:
    """The device that `config` means on this machine. Raises ConfigError when it cannot be had as often as asked."""
    available = list_devices()
    if config.device != "auto" and config.device not in available:
        raise ConfigError(f"device is {config.device!r}, but this machine has {', '.join(available)}: set device=auto")
    device = available[0] if config.device == "auto" else config.device
    if device == "cpu" and config.precision != "32-true":
        raise ConfigError(
            f"precision is {config.precision!r}, but this machine computes on its CPU, where that is slower: "
            "set precision=32-true"
        )
    count = {"cpu": count_cpus(), "mps": 1, "cuda": torch.cuda.device_count()}[device]
    if config.devices > count:
        instead = "" if device == "cpu" else " or device=cpu"
        raise ConfigError(
            f"devices is {config.devices}, but this machine has {count} of {device}: set devices={count}{instead}"
        )
    return device


def read_device_name(device: DeviceName) -> str:
    """The device by its name, for a person."""
    return torch.cuda.get_device_name() if device == "cuda" else device


def read_peak_memory_mb(device: DeviceName) -> float:
    """The most memory in MB (10^6 bytes) so far: of the GPU, else of this whole process."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    try:
        import resource  # not on Windows
        import sys
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6
