"""What every storage does, whatever keeps the bytes. A new one joins by a line in `rig`."""

import threading

import pytest

from core.errors import FileNotStoredError, InvalidInputError
from core.storage.local import LocalStorage


@pytest.fixture(params=["local"])
def rig(request, tmp_path):
    return {"local": lambda: LocalStorage(tmp_path / "store")}[request.param]()


def names(storage, prefix=""):
    return [file.name for file in storage.list(prefix)]


def test_reads_back_what_was_written(rig):
    rig.write("runs/a/config.json", b"one")
    rig.write("runs/a/config.json", b"another")
    assert rig.read("runs/a/config.json") == b"another"


def test_reads_from_an_offset_and_nothing_past_the_end(rig):
    rig.write("log.txt", b"0123456789")
    assert (rig.read("log.txt", start=7), rig.read("log.txt", start=10), rig.read("log.txt", start=99)) == (
        b"789",
        b"",
        b"",
    )


@pytest.mark.parametrize("name", ["missing", "runs/missing/state.json", "runs/a", "runs/a/config.json/below"])
def test_missing_name_is_an_error_to_read(rig, name):
    rig.write("runs/a/config.json", b"{}")
    with pytest.raises(FileNotStoredError, match=f"nothing is stored as '{name}'"):
        rig.read(name)


def test_lists_by_prefix_in_order_of_names(rig):
    for name in ("runs/b/state.json", "runs/a/state.json", "runs/a/last.ckpt", "graphs/twin/graph.npz", "runs-old"):
        rig.write(name, b"12345")
    assert names(rig, "runs/") == ["runs/a/last.ckpt", "runs/a/state.json", "runs/b/state.json"]
    assert names(rig, "runs/a/st") == ["runs/a/state.json"]
    assert names(rig, "runs") == ["runs-old", "runs/a/last.ckpt", "runs/a/state.json", "runs/b/state.json"]
    assert len(names(rig)) == 5
    assert names(rig, "nothing/here") == []
    assert {file.size_bytes for file in rig.list()} == {5}


def test_time_of_change_rises(rig):
    rig.write("a", b"1")
    first = rig.list("a")[0].modified_at
    rig.write("a", b"2")
    assert rig.list("a")[0].modified_at >= first > 1.5e9


def test_deletes_a_file_or_a_folder_and_nothing_beside_it(rig):
    for name in ("runs/a/state.json", "runs/a/deep/er", "runs/ab/state.json", "runs/a.txt"):
        rig.write(name, b"")
    rig.delete("runs/a")
    assert names(rig) == ["runs/a.txt", "runs/ab/state.json"]
    rig.delete("runs/a.txt")
    rig.delete("runs/never")
    rig.delete("runs/ab/state.json/below")
    assert names(rig) == ["runs/ab/state.json"]


def test_creates_only_what_is_not_there(rig):
    assert [rig.create("runs/a/config.json", b"first"), rig.create("runs/a/config.json", b"second")] == [True, False]
    assert rig.read("runs/a/config.json") == b"first"


def test_one_of_many_creators_wins(rig):
    won = []
    start = threading.Barrier(8)

    def create(number):
        start.wait()
        if rig.create("claim", b"%d" % number):
            won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [b"%d" % number for number in won] == [rig.read("claim")]


def test_a_reader_never_sees_half_a_file(rig):
    contents = {b"a" * 300_000, b"b" * 200_000}
    rig.write("file", b"a" * 300_000)
    seen = set()
    done = threading.Event()

    def write():
        for _ in range(30):
            for content in sorted(contents):
                rig.write("file", content)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        seen.add(rig.read("file"))
        assert names(rig) == ["file"]
    writer.join()
    assert seen <= contents


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "runs/../../outside", "a\\b", "a\0b"])
def test_refuses_names_that_leave_the_storage(rig, name):
    for call in (lambda: rig.read(name), lambda: rig.write(name, b""), lambda: rig.create(name, b"")):
        with pytest.raises(InvalidInputError, match="is no name in a storage"):
            call()


def test_refuses_to_delete_everything(rig):
    rig.write("a", b"")
    with pytest.raises(InvalidInputError, match="would delete everything"):
        rig.delete("")
    assert names(rig) == ["a"]
