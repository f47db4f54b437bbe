"""Where graphs and runs lie: what a process opens first, while the rest is still to be imported."""

from typing import TYPE_CHECKING

from core.importing import importing_much
from core.runs.memory_file import MemoryFile
from core.settings import Settings
from core.storage.address import open_storage
from core.storage.base import Storage
from core.storage.local import LocalStorage

if TYPE_CHECKING:
    from core.app.lists import RunLists


def open_run_storage(settings: Settings) -> Storage:
    """Where graphs and runs lie: the bucket, else the home. Raises InvalidInputError for an address of neither."""
    return open_storage(settings.bucket) if settings.bucket else LocalStorage(settings.home_folder)


def open_memory(settings: Settings, storage: Storage) -> MemoryFile:
    """What this machine has kept of a storage's runs."""
    return MemoryFile(storage, settings.home_folder / "cache")


def open_lists(settings: Settings) -> "RunLists":
    """The lists of runs over what the settings name. What lies far away is asked before lists are imported."""
    storage = open_run_storage(settings)
    memory = open_memory(settings, storage)
    memory.foresee()
    with importing_much():
        from core.app.lists import RunLists, open_run_store  # a tenth of a second, in which a bucket answers

    return RunLists(open_run_store(settings, storage, memory=memory))
