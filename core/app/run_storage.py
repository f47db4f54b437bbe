"""Where graphs and runs lie: what a process opens first, while the rest is still to be imported."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from core.early import guess_bucket, guess_home
from core.errors import WikicsError
from core.importing import importing_much
from core.runs.memory_file import MemoryFile
from core.storage.address import is_bucket, open_storage
from core.storage.base import Storage
from core.storage.local import LocalStorage

if TYPE_CHECKING:
    from core.app.lists import RunLists
    from core.settings import Settings


class RunPlace(NamedTuple):
    """A storage and what this machine has kept of its runs."""

    storage: Storage
    memory: MemoryFile


def open_run_storage(settings: "Settings") -> Storage:
    """Where graphs and runs lie: the bucket, else the home. Raises InvalidInputError for an address of neither."""
    return open_storage(settings.bucket) if settings.bucket else LocalStorage(settings.home_folder)


def open_memory(settings: "Settings", storage: Storage) -> MemoryFile:
    """What this machine has kept of a storage's runs."""
    return _keep_memory(settings.home_folder, storage)


def guess_place() -> RunPlace | None:
    """Asks the bucket that the environment names, before there are settings; None where it names none, or a wrong one.

    What the settings say counts, and they say what is wrong: see `open_lists`.
    """
    bucket = guess_bucket()
    if not is_bucket(bucket):
        return None
    with suppress(WikicsError, OSError, ValueError, RuntimeError):
        storage = open_storage(bucket)
        memory = _keep_memory(guess_home().expanduser().resolve(), storage)
        memory.foresee()
        return RunPlace(storage, memory)
    return None


def open_lists(settings: "Settings", guessed: RunPlace | None = None) -> "RunLists":
    """The lists of runs over what the settings name. What lies far away is asked before lists are imported.

    guessed: has been asked before the settings were known, and is taken where it is what they name.
    """
    storage = open_run_storage(settings)
    memory = open_memory(settings, storage)
    if guessed and guessed.memory.path == memory.path:
        storage, memory = guessed
    else:
        memory.foresee()
    with importing_much():
        from core.app.lists import RunLists, open_run_store  # a tenth of a second, in which a bucket answers

    return RunLists(open_run_store(settings, storage, memory=memory))


def _keep_memory(home: Path, storage: Storage) -> MemoryFile:
    return MemoryFile(storage, home / "cache")
