"""What a list of runs asks a bucket first; this imports little, so that an emulator is asked before the rest is."""

from pathlib import Path

from core.runs.files import CHANGED, SHARED, STEPS, name_memory
from core.storage.address import normalize_bucket, split_bucket
from core.storage.gcs_query import build_key, build_page, build_query, name_content, name_listing
from core.storage.gcs_sent import SentRequests


def is_known(address: str, home: Path) -> bool:
    """Whether this machine has kept something of a bucket's runs. Raises InvalidInputError for what is no bucket."""
    return (home / name_memory(normalize_bucket(address))).is_file()


def send_first(service: str, address: str, home: Path) -> SentRequests:
    """What `core.app.run_storage.foresee` asks first, asked of an emulator; nothing where it does not take that.

    Raises InvalidInputError for what is no bucket.
    """
    bucket, parts = split_bucket(address)
    prefix, sent = "/".join(parts), SentRequests()
    try:
        if is_known(address, home):
            for pattern in (CHANGED, STEPS):
                sent.send(service, name_listing(bucket, build_page(build_query(prefix, pattern))))
        else:
            sent.send(service, name_content(bucket, build_key(prefix, SHARED)))
    except (OSError, ValueError):
        sent.close()
    return sent
