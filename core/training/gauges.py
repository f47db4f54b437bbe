"""What training takes of the machine: processor and memory, and of an NVIDIA GPU load, memory, power and energy."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

import torch

LOOK_SECONDS: Final = 1.0  # rows between two looks repeat the earlier one
_JOULES_PER_WH: Final = 3600.0


class Device(Protocol):
    """A GPU that tells how it does; None where it does not."""

    def read_percent(self) -> float | None: ...

    def read_watts(self) -> float | None: ...

    def read_joules(self) -> float | None: ...


def read_memory_bytes() -> float | None:
    """Memory that this process holds now; None where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return float(pages * os.sysconf("SC_PAGE_SIZE"))
    return None


class Gauges:
    """Reads them between two epochs. A GPU's energy is all that it draws, whoever computes on it."""

    def __init__(
        self,
        gpu: Device | None = None,
        *,
        now: Callable[[], float] = time.perf_counter,
        cpu_seconds: Callable[[], float] = time.process_time,
        gpu_memory_bytes: Callable[[], float] = torch.cuda.memory_reserved,
    ) -> None:
        """`now` and `cpu_seconds` are clocks: of the wall, and of what this process has computed on all its cores."""
        self._gpu, self._now, self._cpu_seconds, self._gpu_memory_bytes = gpu, now, cpu_seconds, gpu_memory_bytes
        self._looked_at, self._computed = now(), cpu_seconds()
        self._seen: dict[str, float | None] = {}
        self._joules = gpu.read_joules() if gpu else None
        self._watts, self._drew_at = gpu.read_watts() if gpu else None, self._looked_at

    def read(self) -> dict[str, float]:
        """The columns of a row, as they are now or were within the last second; what is not known is left out."""
        now, computed = self._now(), self._cpu_seconds()
        elapsed = now - self._looked_at
        if not self._seen or elapsed >= LOOK_SECONDS:
            share = (computed - self._computed) / elapsed if elapsed > 0 else None
            self._seen = {
                "cpu_percent": None if share is None else round(100 * share, 1),
                "memory_bytes": read_memory_bytes(),
            }
            if self._gpu:
                self._seen |= {
                    "gpu_percent": self._gpu.read_percent(),
                    "gpu_memory_bytes": float(self._gpu_memory_bytes()),
                    "gpu_watts": self._gpu.read_watts(),
                }
            self._looked_at, self._computed = now, computed
        return {name: value for name, value in self._seen.items() if value is not None}

    def take_energy_wh(self, *, final: bool = False) -> float | None:
        """What the GPU has drawn since it was last told: by its own counter, else by its power over time.

        Within a second it is not asked again, unless for the final time: its answer takes as long as a quick epoch.
        """
        if self._gpu is None:
            return None
        now = self._now()
        if now - self._drew_at < LOOK_SECONDS and not final:
            return None
        joules, watts = self._gpu.read_joules(), self._gpu.read_watts()
        before, self._joules = self._joules, joules
        drew, self._watts = self._watts, watts
        seconds, self._drew_at = now - self._drew_at, now
        if joules is not None and before is not None:
            return max(joules - before, 0.0) / _JOULES_PER_WH
        return None if watts is None or drew is None else (watts + drew) / 2 * seconds / _JOULES_PER_WH


def open_gauges(device: str) -> Gauges:
    """Those of this process, and of the GPU that it computes on."""
    if device != "cuda":
        return Gauges()
    from core.training.nvml import Gpu

    with suppress(OSError, AttributeError):
        return Gauges(Gpu(str(torch.cuda.get_device_properties(torch.cuda.current_device()).uuid)))
    return Gauges()
