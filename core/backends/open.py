"""The backend that the settings name."""

from collections.abc import Callable
from typing import Final

from core.backends.base import Backend
from core.backends.local.backend import LocalBackend
from core.settings import BackendName, Settings
from core.storage.base import Storage

BACKENDS: Final[dict[BackendName, Callable[[Settings, Storage], Backend]]] = {
    "local": lambda settings, storage: LocalBackend(settings.home_folder, max_runs=settings.max_runs, storage=storage),
}


def open_backend(settings: Settings, storage: Storage) -> Backend:
    """What executes the jobs of a storage, as the settings say."""
    return BACKENDS[settings.backend](settings, storage)
