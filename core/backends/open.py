"""The backend that the settings name."""

from collections.abc import Callable
from typing import Final

from core.backends.base import Backend
from core.backends.local.backend import LocalBackend
from core.settings import BackendName, Settings

BACKENDS: Final[dict[BackendName, Callable[[Settings], Backend]]] = {
    "local": lambda settings: LocalBackend(settings.home_folder, max_runs=settings.max_runs),
}


def open_backend(settings: Settings) -> Backend:
    """What executes the jobs of the home that the settings name."""
    return BACKENDS[settings.backend](settings)
