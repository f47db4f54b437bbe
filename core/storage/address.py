"""The address of a bucket, as a person or a job's command line writes it; this imports little."""

import re
from typing import Final

from core.errors import InvalidInputError
from core.storage.names import check_name

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")


def is_bucket(address: str) -> bool:
    """Whether an address is meant as that of a bucket."""
    return address[:5].lower() == "gs://"


def normalize_bucket(address: str) -> str:
    """A bucket's address as its storage's location has it. Raises InvalidInputError where it is none."""
    bucket, prefix = split_bucket(address)
    return "/".join((f"gs://{bucket}", *prefix))


def split_bucket(address: str) -> tuple[str, tuple[str, ...]]:
    """The name of the bucket, and the parts of the prefix. Raises InvalidInputError for what is no bucket's address."""
    bucket, _, rest = address[5:].partition("/")
    parts = tuple(rest.rstrip("/").split("/")) if rest.rstrip("/") else ()
    if not _BUCKET.fullmatch(bucket):
        raise InvalidInputError(
            f"{address!r} names no bucket: expected gs://NAME/PREFIX, and of NAME 3 to 222 of a-z, 0-9, '-', '_', '.'"
        )
    if parts:
        check_name("/".join(parts))
    return bucket, parts
