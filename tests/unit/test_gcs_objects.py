"""What a bucket's answers say of its objects."""

import base64
import random
import zlib

import pytest

from core.storage.gcs_objects import Object, build_file, pack_content, parse_page, read_properties
from core.storage.gcs_query import FIELDS
from core.storage.gcs_sums import sum_up

NOISE = random.Random(0).randbytes(6000)  # which cannot be compressed
OBJECT = b"""{"name": "team/a", "size": "12", "updated": "2026-11-27T10:00:00.5Z", "generation": "7",
    "crc32c": "TtsDzw==", "md5Hash": "rtVjxA==", "acl": [{"role": "OWNER"}], "metageneration": 1}"""


def test_c01_a_page_is_read_for_what_was_asked_for():
    assert f"items({','.join(Object.__struct_encode_fields__)}),nextPageToken" == FIELDS
    page = parse_page(b'{"kind": "storage#objects", "nextPageToken": "more", "items": [' + OBJECT + b"]}")
    (found,) = page.items
    file = build_file("a", found, now=1_795_773_601.5)
    assert (file.name, file.size_bytes, file.modified_at, file.age_seconds) == ("a", 12, 1_795_773_600.5, 1.0)
    assert (file.tag, file.digest, page.next_page_token) == ("7-TtsDzw==", "rtVjxA==", "more")
    assert read_properties({"name": "team/a", "size": "12", "updated": "", "generation": "7", "etag": "x"}).name


def test_c01_an_empty_page_and_an_object_without_checksums_are_read():
    assert parse_page(b"{}").items == []
    content = b'{"items": [{"name": "a", "size": "1", "updated": "2026-11-27T10:00:00Z", "generation": "7"}]}'
    file = build_file("a", parse_page(content).items[0], now=0.0)
    assert (file.tag, file.digest) == ("7-", "")


def read_content(metadata, *, crc32c):
    properties = {"name": "a", "size": "3", "updated": "2026-11-27T10:00:00Z", "generation": "7"}
    return build_file("a", read_properties(properties | {"crc32c": crc32c, "metadata": metadata}), now=0.0).content


@pytest.mark.parametrize("content", [b"", b"one", b"{}" * 2000, NOISE[:5000]], ids=len)
def test_c05_a_content_that_is_packed_comes_with_its_object(content):
    packed = pack_content(content)
    assert read_content(packed | {"wikics-write": "token"}, crc32c=sum_up(content)) == content
    assert sum(len(name) + len(value) for name, value in packed.items()) < 8192 - len("wikics-write") - 16


def test_c05_a_content_that_is_too_long_does_not():
    assert pack_content(NOISE) == {}


@pytest.mark.parametrize(
    "told",
    [
        "",
        "no base 64",
        "\u00e9",
        base64.b64encode(b"not packed").decode(),
        base64.b64encode(zlib.compress(b"one")[:-2]).decode(),
        base64.b64encode(zlib.compress(b"two")).decode(),
    ],
)
def test_c05_what_is_not_the_content_of_its_object_is_not_believed(told):
    """As where somebody has written another with the same metadata."""
    assert read_content({"wikics-content": told}, crc32c=sum_up(b"one")) is None


def test_c05_nor_is_what_cannot_be_compared():
    assert read_content(pack_content(b"one"), crc32c="") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"items": [{"name": "a"}]}',
        b'{"items": [{"size": 1}]}',
        b'{"nextPageToken": "\xff"}',
        b'{"more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda content: content[:20].hex(),
)
def test_c01_what_is_no_page_is_worth_another_try(content):
    with pytest.raises(ConnectionError, match="cannot be read"):
        parse_page(content)
