"""Where graphs and runs lie: what a process opens first, while the rest is still to be imported."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.app.first_requests import is_known
from core.early import guess_bucket
from core.importing import importing_much
from core.runs.files import ALL, CHANGED, RECORD, SHARED, STEPS
from core.runs.memory_file import MemoryFile
from core.storage.address import is_bucket
from core.storage.base import Storage
from core.storage.foreseen import Answers, ForeseenBucket, list_all, read_all
from core.storage.gcs_plain import PlainBucket
from core.storage.gcs_sent import SentRequests
from core.storage.local import LocalStorage
from core.storage.opening import open_storage

if TYPE_CHECKING:
    from core.app.lists import RunLists
    from core.settings import Settings

LISTED: Final = (CHANGED, ALL, STEPS)  # by a list of runs: one of the first two, and the last


def open_run_storage(settings: "Settings") -> Storage:
    """Where graphs and runs lie: the bucket, else the home. Raises InvalidInputError for an address of neither."""
    return open_storage(settings.bucket) if settings.bucket else LocalStorage(settings.home_folder)


def open_memory(settings: "Settings", storage: Storage) -> MemoryFile:
    """What this machine has kept of a storage's runs."""
    return MemoryFile(storage, settings.home_folder)


def foresee(address: str, home: Path, sent: SentRequests | None = None) -> Answers:
    """What a list of runs asks a bucket, asked now: what has changed, where something was kept of it here or there.

    Else which runs there are, and what those that have ended left of themselves. sent: what was asked of that already.
    Raises InvalidInputError for what is no bucket's address.
    """
    with closing(PlainBucket(address, sent)) as bucket:
        if is_known(address, home):
            return list_all(bucket.list, (CHANGED, STEPS))
        answers = read_all(bucket.read, (SHARED,))
        if not answers:
            return {}
        if answers[SHARED].content:
            return answers | list_all(bucket.list, (CHANGED, STEPS))
        answers |= list_all(bucket.list, (ALL, STEPS))
        records = [file for file in answers[ALL].files if file.name.endswith(f"/{RECORD}")]
        return answers | read_all(bucket.read, [file.name for file in records if file.content is None])


def open_lists(settings: "Settings", ask: Callable[[], Answers] | None = None) -> "RunLists":
    """The lists of runs over what the settings name. What lies far away is asked before lists are imported.

    ask: what `foresee` gives, of the bucket that was guessed before the settings were known; what they say counts.
    """
    if ask and is_bucket(settings.bucket) and settings.bucket == guess_bucket():
        storage: Storage = ForeseenBucket(settings.bucket, ask, LISTED)
        memory = open_memory(settings, storage)
    else:
        storage = open_run_storage(settings)
        memory = open_memory(settings, storage)
        memory.foresee()
    with importing_much():
        from core.app.lists import RunLists, open_run_store  # a tenth of a second, in which a bucket answers

    return RunLists(open_run_store(settings, storage, memory=memory))
