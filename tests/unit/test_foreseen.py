"""A bucket that was asked before what reads its answers was imported."""

import io
from functools import partial

import msgspec
import pytest

from core.app import run_storage
from core.app.run_storage import open_lists
from core.errors import FileNotStoredError, InvalidInputError, RefusedError, UnavailableError
from core.runs.store import RunStore
from core.settings import Settings
from core.storage import foreseen
from core.storage.address import normalize_bucket
from core.storage.base import NUM_READERS, SharedStorage
from core.storage.foreseen import Answer, ForeseenBucket, dump_answers, list_all, read_all, read_answers
from core.storage.opening import open_storage
from tests.shared_memory import SharedMemoryStorage

BUCKET = "gs://thousand/team"
PATTERNS = ("runs/**", "models/**")


class Lister:
    """A process that has written these answers, or this."""

    def __init__(self, written):
        self.stdout = io.BytesIO(written if isinstance(written, bytes) else dump_answers(written))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stdout.close()


def open_foreseen(written):
    """The bucket of which another process has written these answers, or this."""
    return ForeseenBucket(BUCKET, partial(read_answers, Lister(written)), PATTERNS)


@pytest.fixture
def storage(monkeypatch):
    """What lies in the bucket, and how often it was opened here."""
    storage = SharedMemoryStorage()
    storage.write("runs/a/state.json", b"{}")
    storage.write("models/g/1.json", b"[]")
    storage.num_opened = 0

    def open_it(address):
        assert address == BUCKET
        storage.num_opened += 1
        return storage

    monkeypatch.setattr(foreseen, "open_storage", open_it)
    monkeypatch.setattr(foreseen, "PlainBucket", PlainBucket)
    return storage


class PlainBucket:
    """One that can write nothing."""

    def __init__(self, address):
        assert address == BUCKET

    def write(self, _name, _content):
        raise ConnectionError("403")

    def close(self):
        pass


def test_c05_what_was_foreseen_is_told_once_and_nothing_is_opened_for_it(storage):
    bucket = open_foreseen(list_all(storage.list, PATTERNS))
    expected = storage.list("runs/**")
    storage.delete("runs/a")
    assert bucket.list("runs/**") == expected
    assert [file.age_seconds for file in bucket.list("models/**")] == [pytest.approx(0, abs=60)]
    assert isinstance(bucket, SharedStorage)
    assert storage.num_opened == 0
    assert (bucket.list("runs/**"), bucket.list("models/**")) == ([], storage.list("models/**"))
    assert storage.num_opened == 1


@pytest.mark.parametrize("error", [UnavailableError("bucket x does not answer"), InvalidInputError("no such name")])
def test_c05_what_a_listing_ends_with_is_told_who_lists(error, storage, monkeypatch):
    listed = storage.list

    def refuse(pattern):
        if pattern == "runs/**":
            raise error
        return listed(pattern)

    monkeypatch.setattr(storage, "list", refuse)
    bucket = open_foreseen(list_all(storage.list, PATTERNS))
    assert bucket.list("models/**") == listed("models/**")
    with pytest.raises(type(error), match=str(error)):
        bucket.list("runs/**")


def test_c05_a_kind_of_unavailable_is_told_as_such(storage, monkeypatch):
    def refuse(_pattern):
        raise RefusedError("no right to list")

    monkeypatch.setattr(storage, "list", refuse)
    with pytest.raises(UnavailableError, match="no right to list"):
        open_foreseen(list_all(storage.list, PATTERNS)).list("runs/**")


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{}",
        b"\xff",
        msgspec.msgpack.encode({}),
        msgspec.msgpack.encode([]),
        msgspec.msgpack.encode({"runs/**": {"files": [{}]}}),
        dump_answers({"runs/**": Answer(), "x": Answer(content=b"1")})[:-1],
    ],
)
def test_c05_who_finds_no_answer_asks_the_bucket(written, storage):
    bucket = open_foreseen(written)
    assert bucket.list("runs/**") == storage.list("runs/**")
    assert bucket.read("models/g/1.json") == b"[]"


def test_c05_what_was_read_ahead_is_told_once(storage):
    found = read_all({"models/g/1.json": b"[]", "x": None}.get, ("models/g/1.json", "x"))
    bucket = open_foreseen(found)
    storage.write("models/g/1.json", b"[1]")
    storage.write("x", b"2")
    assert bucket.read("models/g/1.json", start=1) == b"1]"
    storage.num_opened = 0
    assert bucket.read("models/g/1.json") == b"[]"
    with pytest.raises(FileNotStoredError, match="'x'"):
        bucket.read("x")
    assert (storage.num_opened, bucket.read("models/g/1.json"), bucket.read("x")) == (0, b"[1]", b"2")


def test_c05_who_reads_ahead_stops_where_it_is_refused():
    asked = []

    def read(name):
        asked.append(name)
        if len(asked) > 20:
            raise ConnectionError("not now")
        return name.encode()

    names = [str(number) for number in range(1000)]
    found = read_all(read, names)
    assert len(found) == 20 and len(asked) < 20 + 2 * NUM_READERS
    assert all(found[name].content == name.encode() for name in found)


def test_c05_why_nobody_may_read_is_told_who_reads(storage):
    def refuse(_name):
        raise UnavailableError("there are no credentials")

    bucket = open_foreseen(read_all(refuse, ("x",)))
    with pytest.raises(UnavailableError, match="there are no credentials"):
        bucket.read("x")


def test_c05_what_is_written_needs_no_library(storage, monkeypatch):
    written = {}
    monkeypatch.setattr(PlainBucket, "write", lambda _, name, content: written.update({name: content}))
    open_foreseen(b"").write("a", memoryview(b"1"))
    assert (written, storage.num_opened) == ({"a": b"1"}, 0)


def test_c05_all_else_is_asked_of_the_bucket(storage):
    bucket = open_foreseen(b"")
    bucket.write("a", b"1")
    assert (bucket.create("a", b"2"), bucket.read("a"), bucket.read("a", start=1)) == (False, b"1", b"")
    (found,) = bucket.list("a")
    found = bucket.swap("a", b"22", found)
    assert bucket.extend("a", b"3", found).size_bytes == 3
    assert storage.read("a") == b"223"
    bucket.delete("a")
    assert bucket.list("a") == []
    assert storage.num_opened == 1


@pytest.mark.parametrize(
    "address", ["gs://thousand", "gs://thousand/", "gs://thousand/team", "GS://thousand/team/x//", "gs://thousand/a b"]
)
def test_c05_it_lies_where_the_bucket_does(address):
    try:
        expected = open_storage(address).location
    except InvalidInputError as error:
        with pytest.raises(InvalidInputError, match=str(error)):
            normalize_bucket(address)
    else:
        assert normalize_bucket(address) == expected


def test_c05_the_settings_count_whatever_the_environment_says(storage, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(run_storage, "open_storage", lambda address: opened.append(address) or storage)
    monkeypatch.setenv("WIKICS_BUCKET", BUCKET)
    nothing = list_all(SharedMemoryStorage().list, run_storage.LISTED)

    def count(bucket):
        return len(open_lists(Settings(bucket=bucket, home=tmp_path), lambda: nothing).list())

    storage.delete("runs/a")
    RunStore(storage).create({"preset": "gcn"}, {})
    assert (count("gs://other/team"), opened) == (1, ["gs://other/team"])
    assert (count(""), opened) == (0, ["gs://other/team"])
    count(BUCKET)
    assert opened == ["gs://other/team"]
