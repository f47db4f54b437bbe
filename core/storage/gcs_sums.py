"""The checksums by which a bucket and whoever reads it or writes to it tell that all of an object came."""

import base64
from typing import Protocol

import google_crc32c


class Headers(Protocol):
    """The headers of an answer, whatever their case."""

    def get(self, name: str, default: str, /) -> str: ...


def sum_up(content: bytes) -> str:
    """The CRC32C of a content, as an object's `crc32c` tells it."""
    return _write(google_crc32c.value(content))


def sum_up_more(before: str, content: bytes) -> str:
    """The CRC32C of a content of which the part before has this one."""
    return _write(google_crc32c.extend(int.from_bytes(base64.b64decode(before), "big"), content))


def is_whole(content: bytes, headers: Headers) -> bool:
    """Whether a content is what its headers say: `X-Goog-Hash: crc32c=S5nl0g==,md5=…`, where that is told."""
    told = headers.get("X-Goog-Hash", "")
    checksums = dict(part.strip().partition("=")[::2] for part in told.split(","))
    return "crc32c" not in checksums or checksums["crc32c"] == sum_up(content)


def is_as_stored(headers: Headers) -> bool:
    """Whether what came is what is stored, of which the checksum is, and not what that unpacks to."""
    return headers.get("X-Goog-Stored-Content-Encoding", "identity") == "identity"


def _write(crc: int) -> str:
    return base64.b64encode(crc.to_bytes(4, "big")).decode()
