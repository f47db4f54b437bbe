"""What every storage does, whatever keeps the bytes. A new one joins by a line in `rig`."""

import threading
import time
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import FileNotStoredError, InvalidInputError, StorageFullError
from core.storage.base import Storage
from core.storage.gcs import GcsStorage
from core.storage.local import LocalStorage
from core.storage.memory import MemoryStorage
from core.storage.names import compile_pattern
from core.storage.streams import open_to_read, open_to_write
from tests.shared_memory import SharedMemoryStorage


class Clock:
    """The time, ahead by as many seconds as a test likes."""

    def __init__(self):
        self.ahead_seconds = 0.0

    def __call__(self):
        return time.time() + self.ahead_seconds


@dataclass
class Rig:
    storage: Storage
    clock: Clock


def open_bucket(emulator, clock):
    """A new bucket of a server whose clock is the test's."""

    def make_client():
        client = emulator.make_client()
        client._http.hooks["response"].append(shift_date)
        return client

    def shift_date(response, *_, **__):
        told = parsedate_to_datetime(response.headers["Date"]).timestamp()
        response.headers["Date"] = formatdate(told + clock.ahead_seconds, usegmt=True)

    return GcsStorage(emulator.make_bucket(), "team/wikics", make_client=make_client)


@pytest.fixture(
    params=[
        "local",
        "memory",
        pytest.param("shared memory", marks=pytest.mark.slow),
        pytest.param("gcs", marks=pytest.mark.slow),
    ]
)
def rig(request, tmp_path):
    clock = Clock()
    make = {
        "local": lambda: LocalStorage(tmp_path / "store", now=clock),
        "memory": lambda: MemoryStorage(now=clock),
        "shared memory": lambda: SharedMemoryStorage(now=clock),
        "gcs": lambda: open_bucket(request.getfixturevalue("emulator"), clock),
    }
    return Rig(make[request.param](), clock)


@pytest.fixture
def storage(rig):
    return rig.storage


def names(storage, pattern="**"):
    return [file.name for file in storage.list(pattern)]


def test_reads_back_what_was_written(storage):
    storage.write("runs/a/config.json", b"one")
    storage.write("runs/a/config.json", memoryview(b"another"))
    assert storage.read("runs/a/config.json") == b"another"


def test_reads_from_an_offset_and_nothing_past_the_end(storage):
    storage.write("log.txt", b"0123456789")
    assert [storage.read("log.txt", start=start) for start in (0, 7, 10, 99)] == [b"0123456789", b"789", b"", b""]


@pytest.mark.parametrize(
    "name", ["missing", "runs/missing/state.json", "runs/a", "runs/a/config.json/below", "x" * 400, "y/" + "x" * 400]
)
def test_a_missing_name_is_an_error_to_read_and_nothing_to_list_and_delete(storage, name):
    storage.write("runs/a/config.json", b"{}")
    with pytest.raises(FileNotStoredError, match=f"nothing is stored as '{name}'"):
        storage.read(name)
    with pytest.raises(FileNotStoredError, match=f"nothing is stored as '{name}'"):
        open_to_read(storage, name)
    assert (storage.list(name), storage.list(f"{name}/below/**"), storage.list(f"{name}/below/*.json")) == ([], [], [])
    storage.delete(f"{name}/below")
    assert names(storage) == ["runs/a/config.json"]


KEPT = (
    "graphs/twin/graph.npz",
    "graphs/twin/manifest.json",
    "runs-old",
    "runs/a/deep/state.json",
    "runs/a/last.ckpt",
    "runs/a/state.json",
    "runs/b/state.json",
    "runs/b.c/state_json",
    "runs/state.json",
    "top.json",
)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("runs/*/state.json", ["runs/a/state.json", "runs/b/state.json"]),
        ("runs/a/**", ["runs/a/deep/state.json", "runs/a/last.ckpt", "runs/a/state.json"]),
        ("runs/a/*", ["runs/a/last.ckpt", "runs/a/state.json"]),
        ("runs/*", ["runs/state.json"]),
        ("runs/*/**", sorted(name for name in KEPT if name.startswith("runs/") and name.count("/") > 1)),
        ("runs/*.*/*", ["runs/b.c/state_json"]),
        ("runs/b*/st*e*", ["runs/b.c/state_json", "runs/b/state.json"]),
        ("graphs/*/manifest.json", ["graphs/twin/manifest.json"]),
        ("graphs/twin/graph.npz", ["graphs/twin/graph.npz"]),
        ("graphs/twin/graph.np", []),
        ("graphs/twin", []),
        ("*", ["runs-old", "top.json"]),
        ("*.json", ["top.json"]),
        ("**", sorted(KEPT)),
        ("nothing/here/**", []),
        ("runs/[ab]/*", []),
        ("runs/?/*", []),
    ],
)
def test_lists_what_a_pattern_names_in_order(storage, pattern, expected):
    for name in KEPT:
        storage.write(name, b"12345")
    found = storage.list(pattern)
    assert [file.name for file in found] == expected
    assert {file.size_bytes for file in found} <= {5}


PARTS = st.sampled_from(["a", "b", "ab", "a.b", "c d", "é"])
PATTERNS = st.lists(st.sampled_from(["a", "b", "*", "a*", "*b", "*.*", "c *"]), min_size=1, max_size=3)


@given(
    kept=st.sets(st.lists(PARTS, min_size=3, max_size=3).map("/".join), max_size=8),
    parts=PATTERNS,
    ending=st.sampled_from([[], ["**"]]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_listing_is_what_the_pattern_matches(storage, kept, parts, ending):
    for file in storage.list("**"):
        storage.delete(file.name)
    for name in kept:
        storage.write(name, b"")
    pattern = "/".join([*parts, *ending])
    assert names(storage, pattern) == sorted(filter(compile_pattern(pattern), kept))


@pytest.mark.parametrize("pattern", ["", "/runs/*", "../*", "runs/**/state.json", "runs/a**", "a\\*", "runs//*", "a/"])
def test_refuses_what_is_no_pattern(storage, pattern):
    with pytest.raises(InvalidInputError, match=r"is no (name in a storage|pattern of names)"):
        storage.list(pattern)


def test_tells_when_a_file_changed_and_how_long_ago_by_one_clock(rig):
    rig.storage.write("a", b"1")
    (first,) = rig.storage.list("a")
    rig.clock.ahead_seconds = 7200.0
    (again,) = rig.storage.list("a")
    assert again == first
    assert first.modified_at == pytest.approx(time.time(), abs=5.0)
    assert [first.age_seconds, again.age_seconds] == pytest.approx([0.0, 7200.0], abs=5.0)


def test_a_file_that_changed_is_listed_otherwise(storage):
    storage.write("a", b"1")
    (first,) = storage.list("a")
    time.sleep(0.02)
    storage.write("a", b"2")
    (second,) = storage.list("a")
    assert second != first
    assert second.modified_at > first.modified_at


def test_deletes_a_file_or_a_folder_and_nothing_beside_it(storage):
    for name in ("runs/a/state.json", "runs/a/deep/er", "runs/ab/state.json", "runs/a.txt"):
        storage.write(name, b"")
    storage.delete("runs/a/")
    assert names(storage) == ["runs/a.txt", "runs/ab/state.json"]
    storage.delete("runs/a.txt")
    storage.delete("runs/never")
    storage.delete("runs/ab/state.json/below")
    assert names(storage) == ["runs/ab/state.json"]


def test_creates_only_what_is_not_there(storage):
    answers = [storage.create("runs/a/config.json", content) for content in (b"first", b"second")]
    assert answers == [True, False]
    assert storage.read("runs/a/config.json") == b"first"


def test_one_of_many_creators_wins(storage):
    won = []
    start = threading.Barrier(8)

    def create(number):
        start.wait()
        if storage.create("claim", b"%d" % number):
            won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [b"%d" % number for number in won] == [storage.read("claim")]


def test_a_reader_never_sees_half_of_what_is_created(storage):
    content, seen, done = b"c" * 300_000, set(), threading.Event()

    def create():
        for number in range(30):
            storage.create(f"claims/{number}", content)
        done.set()

    creator = threading.Thread(target=create)
    creator.start()
    while not done.is_set():
        seen |= {storage.read(file.name) for file in storage.list("claims/*")}
    creator.join()
    assert seen <= {content}


def test_a_reader_never_sees_half_a_file(storage):
    contents = {b"a" * 300_000, b"b" * 200_000}
    storage.write("file", b"a" * 300_000)
    seen = set()
    done = threading.Event()

    def write():
        for _ in range(30):
            for content in sorted(contents):
                storage.write("file", content)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        seen.add(storage.read("file"))
        assert names(storage) == ["file"]
    writer.join()
    assert seen <= contents


@pytest.mark.parametrize(
    "name", ["a b/ c", "été/日本語", "%41?#&=+", "-rf", "...", ".hidden/.x", "a:b", "new\nline", "~"]
)
def test_odd_names_are_names(storage, name):
    storage.write(name, b"odd")
    assert storage.create(name, b"") is False
    assert (storage.read(name), names(storage), names(storage, name)) == (b"odd", [name], [name])
    storage.delete(name)
    assert names(storage) == []


@pytest.mark.parametrize(
    "name",
    ["../outside", "/etc/passwd", "runs/../../outside", "..", ".", "a/./b", "a\\b", "a\0b", "", "a//b", "a/", "*"],
)
def test_refuses_what_is_no_name(storage, name):
    for call in (lambda: storage.read(name), lambda: storage.write(name, b""), lambda: storage.create(name, b"")):
        with pytest.raises(InvalidInputError, match="is no name in a storage"):
            call()
    assert names(storage) == []


@pytest.mark.parametrize("prefix", ["", "/", "..", "/etc", "a/../..", "runs/*"])
def test_refuses_to_delete_everything_or_what_is_outside(storage, prefix):
    storage.write("a", b"")
    with pytest.raises(InvalidInputError, match=r"would delete everything|is no name in a storage"):
        storage.delete(prefix)
    assert names(storage) == ["a"]


def test_a_large_file_is_written_and_read_piece_by_piece(storage):
    with open_to_write(storage, "graphs/twin/graph.npz") as file:
        file.write(b"012")
        file.write(b"3456789")
        assert names(storage) == []
    with open_to_read(storage, "graphs/twin/graph.npz") as file:
        assert (file.seek(-3, 2), file.read(), file.seek(0), file.read(2)) == (7, b"789", 0, b"01")


def test_what_fails_while_it_is_written_is_not_stored(storage):
    storage.write("file", b"old")
    with pytest.raises(ZeroDivisionError), open_to_write(storage, "file") as file:
        file.write(b"ne")
        1 / 0  # noqa: B018
    assert (storage.read("file"), names(storage)) == (b"old", ["file"])


def test_row_100_nothing_holds_what_was_written_after_a_failure():
    class Full(MemoryStorage):
        def write(self, name, content):
            self.given = content
            raise StorageFullError(f"{name}: the disk is full")

    storage = Full()
    with pytest.raises(StorageFullError), open_to_write(storage, "file") as file:
        file.write(b"new")
    file.close()  # raises BufferError while something does
    with pytest.raises(ValueError, match="released"):
        bytes(storage.given)


@pytest.fixture(params=["memory", pytest.param("gcs", marks=pytest.mark.slow)])
def shared(request):
    """A storage that has no locks, since many machines write to it."""
    return SharedMemoryStorage() if request.param == "memory" else request.getfixturevalue("emulator").open()


def test_of_two_writers_who_know_the_same_file_one_loses(shared):
    first = shared.swap("runs/a/state.json", b"one", None)
    assert (shared.swap("runs/a/state.json", b"two", None), shared.list("runs/**")) == (None, [first])
    second = shared.swap("runs/a/state.json", b"two", first)
    assert (shared.swap("runs/a/state.json", b"three", first), shared.extend("runs/a/state.json", b"+", first)) == (
        None,
        None,
    )
    assert (shared.read("runs/a/state.json"), shared.list("**")) == (b"two", [second])
    shared.delete("runs/a")
    assert (shared.swap("runs/a/state.json", b"four", second), shared.list("**")) == (None, [])


def test_c05_a_content_comes_with_the_listing_while_it_is_the_one_that_was_to(shared):
    name = "runs/a/record.json"
    first = shared.swap(name, b"one", None, listed=True)
    second = shared.swap("runs/a/state.json", b"two", None)
    assert [file.content for file in (first, second, *shared.list("**"))] == [b"one", None, b"one", None]
    for change in (
        lambda: shared.write(name, b"new"),
        lambda: shared.swap(name, b"three", shared.list(name)[0]),
        lambda: (shared.delete(name), shared.create(name, b"one")),
        lambda: shared.extend(name, b"+", shared.list(name)[0]),
    ):
        change()
        assert [file.content for file in shared.list(name)] == [None]
        again = shared.swap(name, b"again", shared.list(name)[0], listed=True)
        assert (again.content, shared.list(name)[0].content, shared.read(name)) == (b"again", b"again", b"again")


def test_a_file_grows_by_what_is_sent_and_is_never_seen_in_parts(shared):
    kept = [shared.swap("runs/a/metrics.csv", b"epoch\n", None)]
    for epoch in range(3):
        kept.append(shared.extend("runs/a/metrics.csv", b"%d\n" % epoch, kept[-1]))
        assert shared.list("**") == [kept[-1]]
    assert shared.extend("runs/a/metrics.csv", b"again\n", kept[0]) is None
    assert [shared.read("runs/a/metrics.csv", start=start) for start in (0, 8)] == [b"epoch\n0\n1\n2\n", b"1\n2\n"]
    assert [file.size_bytes for file in kept] == [6, 8, 10, 12]
    assert names(shared) == ["runs/a/metrics.csv"]
