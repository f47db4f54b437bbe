"""One NVIDIA GPU as its driver sees it: load, power and energy, by the driver's own library. Without it, nothing."""

import ctypes
from contextlib import suppress
from typing import Any, Final

_LIBRARY: Final = "libnvidia-ml.so.1"  # comes with the driver
_DONE: Final = 0


class _Utilization(ctypes.Structure):
    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


class Gpu:
    """A GPU; what it does not tell is None. Raises OSError where the driver's library, or the GPU, is not there."""

    def __init__(self, uuid: str) -> None:
        """uuid: as torch writes it."""
        self._library = ctypes.CDLL(_LIBRARY)
        self._handle = ctypes.c_void_p()
        name = uuid if uuid.startswith(("GPU-", "MIG-")) else f"GPU-{uuid}"
        if not (self._call("nvmlInit_v2") and self._ask("nvmlDeviceGetHandleByUUID", name.encode(), self._handle)):
            raise OSError(f"{_LIBRARY} knows no GPU {name}")

    def read_percent(self) -> float | None:
        """How much of the last moment it computed, as per cent."""
        found = _Utilization()
        return float(found.gpu) if self._ask("nvmlDeviceGetUtilizationRates", self._handle, found) else None

    def read_watts(self) -> float | None:
        """What it draws now."""
        milliwatts = ctypes.c_uint()
        return milliwatts.value / 1e3 if self._ask("nvmlDeviceGetPowerUsage", self._handle, milliwatts) else None

    def read_joules(self) -> float | None:
        """What it has drawn since its driver began; None for one that does not count it."""
        millijoules = ctypes.c_ulonglong()
        told = self._ask("nvmlDeviceGetTotalEnergyConsumption", self._handle, millijoules)
        return millijoules.value / 1e3 if told else None

    def _ask(self, function: str, subject: Any, answer: Any) -> bool:
        return self._call(function, subject, ctypes.byref(answer))

    def _call(self, function: str, *arguments: Any) -> bool:
        """Whether the library has this function, and it did what was asked."""
        with suppress(AttributeError):
            return bool(getattr(self._library, function)(*arguments) == _DONE)
        return False
