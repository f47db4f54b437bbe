"""Where graphs and runs lie: what a process opens first, while the rest is still to be imported."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.early import guess_bucket
from core.importing import importing_much
from core.runs.files import RECORD, STEPS
from core.runs.memory_file import ALL, CHANGED, SHARED, MemoryFile, find_memory
from core.storage.address import is_bucket, normalize_bucket, open_storage
from core.storage.base import Storage
from core.storage.foreseen import Answers, ForeseenBucket, list_all, read_all
from core.storage.gcs_plain import PlainBucket
from core.storage.local import LocalStorage

if TYPE_CHECKING:
    from subprocess import Popen

    from core.app.lists import RunLists
    from core.settings import Settings

MEMORY_FOLDER: Final = "cache"
LISTED: Final = (CHANGED, ALL, STEPS)  # by a list of runs: one of the first two, and the last


def open_run_storage(settings: "Settings") -> Storage:
    """Where graphs and runs lie: the bucket, else the home. Raises InvalidInputError for an address of neither."""
    return open_storage(settings.bucket) if settings.bucket else LocalStorage(settings.home_folder)


def open_memory(settings: "Settings", storage: Storage) -> MemoryFile:
    """What this machine has kept of a storage's runs."""
    return MemoryFile(storage, settings.home_folder / MEMORY_FOLDER)


def foresee(address: str, home: Path) -> Answers:
    """What a list of runs asks a bucket, asked now: what has changed, where something was kept of it here or there.

    Else which runs there are, and what those that have ended left of themselves. Raises InvalidInputError for what is
    no bucket's address.
    """
    is_known = find_memory(home / MEMORY_FOLDER, normalize_bucket(address)).is_file()
    with closing(PlainBucket(address)) as bucket:
        if is_known:
            return list_all(bucket.list, (CHANGED, STEPS))
        answers = read_all(bucket.read, (SHARED,))
        if not answers:
            return {}
        if answers[SHARED].content:
            return answers | list_all(bucket.list, (CHANGED, STEPS))
        answers |= list_all(bucket.list, (ALL, STEPS))
        records = [file for file in answers[ALL].files if file.name.endswith(f"/{RECORD}")]
        return answers | read_all(bucket.read, [file.name for file in records if file.content is None])


def open_lists(settings: "Settings", lister: "Popen[bytes] | None" = None) -> "RunLists":
    """The lists of runs over what the settings name. What lies far away is asked before lists are imported.

    lister: `core.app.lister`, started before the settings were known; what they say counts.
    """
    if lister and is_bucket(settings.bucket) and settings.bucket == guess_bucket():
        storage: Storage = ForeseenBucket(settings.bucket, lister, LISTED)
        memory = open_memory(settings, storage)
    else:
        storage = open_run_storage(settings)
        memory = open_memory(settings, storage)
        memory.foresee()
    with importing_much():
        from core.app.lists import RunLists, open_run_store  # a tenth of a second, in which a bucket answers

    return RunLists(open_run_store(settings, storage, memory=memory))
