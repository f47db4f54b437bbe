"""What a bucket's answers say of its objects."""

import pytest

from core.storage.gcs_objects import FIELDS, build_file, parse_page, read_properties

OBJECT = b"""{"name": "team/a", "size": "12", "updated": "2026-11-27T10:00:00.5Z", "generation": "7",
    "crc32c": "TtsDzw==", "md5Hash": "rtVjxA==", "acl": [{"role": "OWNER"}], "metageneration": 1}"""


def test_c01_a_page_is_read_for_what_was_asked_for():
    assert FIELDS == "items(name,size,updated,generation,crc32c,md5Hash),nextPageToken"
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
