"""What a bucket tells of its objects, alone and by the thousand."""

import base64
import mimetypes
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import msgspec

from core.storage.base import StoredFile
from core.storage.documents import UNREADABLE
from core.storage.gcs_query import Query, build_key, build_page, build_query
from core.storage.gcs_sums import sum_up
from core.storage.names import PARTIAL_SUFFIX, compile_pattern

Ask = Callable[[Query], tuple[bytes, float]]  # gives what the service answers, and its time (Unix seconds)

_MOST_PACKED: Final = 7_000  # characters; all metadata of an object may take 8 KiB
_CONTENT: Final = "wikics-content"
_SKEW_SECONDS: Final = 1.5  # a Date is told in whole seconds


class _Metadata(msgspec.Struct, gc=False):
    """What writers set of their own; whatever else they have set is passed over."""

    content: str = msgspec.field(default="", name=_CONTENT)


class Object(msgspec.Struct, rename="camel", gc=False):
    """The name of an object, with the prefix, and which version of it there is."""

    name: str
    size: str
    updated: str
    generation: str
    crc32c: str = ""  # where the object is encrypted with a key of its writer, neither sum is told
    md5_hash: str = ""
    metadata: _Metadata | None = None


class Page(msgspec.Struct, rename="camel"):
    """A part of a listing; whatever else it says is passed over."""

    items: list[Object] = []
    next_page_token: str = ""


_PAGES: Final = msgspec.json.Decoder(Page)


def list_matching(prefix: str, pattern: str, ask: Ask) -> list[StoredFile]:
    """The files below the prefix whose names match, by name; see `core.storage.base.Storage.list`."""
    matches = compile_pattern(pattern)
    found = list_pages(
        prefix,
        build_query(prefix, pattern),
        ask,
        lambda name: matches(name) and not name.endswith(PARTIAL_SUFFIX),
    )
    return sorted(found, key=lambda file: file.name)


def list_pages(
    prefix: str, query: Query, ask: Ask, matches: Callable[[str], object] = lambda _: True
) -> Iterator[StoredFile]:
    """The objects that a query finds whose names below the prefix match, page by page."""
    begin = len(build_key(prefix, ""))
    asked = build_page(query)
    while True:
        content, now = ask(asked)
        page = parse_page(content)
        for found in page.items:
            name = found.name[begin:]
            if matches(name):
                yield build_file(name, found, now)
        if not page.next_page_token:
            return
        asked = {**asked, "pageToken": page.next_page_token}


def read_date(date: str) -> float:
    """The middle of the second that the header of an answer tells (Unix seconds)."""
    return parsedate_to_datetime(date).timestamp() + 0.5


def parse_page(content: bytes) -> Page:
    """Raises ConnectionError for what is no page, which is worth another try."""
    try:
        return _PAGES.decode(content)
    except UNREADABLE as error:
        raise ConnectionError("what lists its objects cannot be read") from error


def read_properties(properties: Any) -> Object:
    """What the SDK has kept of an answer about one object."""
    return msgspec.convert(properties, Object)


def build_file(name: str, found: Object, now: float) -> StoredFile:
    """An object as the file of this name; now: by the bucket's clock (Unix seconds)."""
    at = datetime.fromisoformat(found.updated).timestamp()
    age_seconds = now - at
    return StoredFile(
        name=name,
        size_bytes=int(found.size),
        modified_at=at,
        age_seconds=0.0 if -_SKEW_SECONDS < age_seconds < 0 else age_seconds,
        tag=build_tag(found),
        digest=found.md5_hash,
        content=_unpack_content(found),
    )


def pack_content(content: bytes) -> dict[str, str]:
    """A content as the metadata of its object, which listings bring; nothing where it is too long for that."""
    packed = base64.b64encode(zlib.compress(content)).decode()
    return {_CONTENT: packed} if len(packed) <= _MOST_PACKED else {}


def _unpack_content(found: Object) -> bytes | None:
    """None where the metadata has none, or what it has is not what the object's checksum says."""
    if found.metadata is None or not found.metadata.content:
        return None
    try:
        content = zlib.decompress(base64.b64decode(found.metadata.content))
    except (ValueError, zlib.error):
        return None
    return content if sum_up(content) == found.crc32c else None


def build_tag(found: Any) -> str:
    """Tells what an object, ours or the SDK's, holds from whatever else was stored under its name."""
    return f"{found.generation}-{found.crc32c}"


def find_type(name: str) -> str:
    """The type of a file's content, as browsers and `gcloud` are told it."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
