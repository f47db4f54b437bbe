"""Graphs of a bucket are fetched once by a machine, and never taken for what they are not."""

import os

import pytest

from core.errors import ArchiveError
from core.graph import kept
from core.graph.archive import dump_arrays
from core.graph.kept import KeptArchives
from core.graph.library import GraphLibrary
from tests.shared_memory import SharedMemoryStorage


class AskedStorage(SharedMemoryStorage):
    def __init__(self):
        super().__init__()
        self.fetched = 0

    def read(self, name, *, start=0):
        self.fetched += name.endswith(".npz")
        return super().read(name, start=start)


@pytest.fixture
def storage():
    return AskedStorage()


@pytest.fixture
def graph_id(storage, tmp_path, tiny_arrays):
    (tmp_path / "tiny.npz").write_bytes(dump_arrays(tiny_arrays))
    found = GraphLibrary(storage, tmp_path / "elsewhere").register(tmp_path / "tiny.npz")
    storage.fetched = 0
    return found


def load(storage, folder, graph_id):
    """The graph, and how often its archive was fetched for it."""
    before = storage.fetched
    return GraphLibrary(storage, folder).load(graph_id), storage.fetched - before


def test_c10_a_graph_of_a_bucket_is_fetched_once(storage, graph_id, tmp_path):
    first, fetched = load(storage, tmp_path / "here", graph_id)
    again, fetched_again = load(storage, tmp_path / "here", graph_id)
    assert (fetched, fetched_again) == (1, 0)
    assert (again.digest, again.x.tolist()) == (first.digest, first.x.tolist())


@pytest.mark.parametrize("damage", [lambda whole: whole[:0], lambda whole: whole[:-40], lambda whole: whole[::-1]])
def test_c10_what_is_kept_damaged_is_fetched_anew(damage, storage, graph_id, tmp_path):
    graph, _ = load(storage, tmp_path / "here", graph_id)
    (path,) = (tmp_path / "here" / "kept").iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert load(storage, tmp_path / "here", graph_id)[1] == 1
    assert path.name == f"{graph.digest}.npz"
    assert load(storage, tmp_path / "here", graph_id)[1] == 0


def test_c10_a_graph_of_another_content_is_not_the_kept_one(storage, graph_id, tmp_path, tiny_arrays):
    load(storage, tmp_path / "here", graph_id)
    storage.write(f"graphs/{graph_id}/graph.npz", dump_arrays(tiny_arrays | {"labels": 1 - tiny_arrays["labels"]}))
    assert load(storage, tmp_path / "here", graph_id)[1] == 0  # the manifest still means what is kept
    with pytest.raises(ArchiveError, match="is not what was stored"):
        load(storage, tmp_path / "there", graph_id)
    assert not (tmp_path / "there" / "kept").exists()


def test_c10_where_nothing_can_be_kept_it_is_fetched_each_time(storage, graph_id, tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "kept").touch()
    assert [load(storage, tmp_path / "here", graph_id)[1] for _ in range(2)] == [1, 1]


def test_c10_of_many_those_stay_that_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "MOST_KEPT", 2)
    archives = KeptArchives(tmp_path)
    for number, name in enumerate(("a", "b")):
        archives.keep(name, b"x")
        os.utime(tmp_path / f"{name}.npz", (number, number))
    archives.open("a").close()
    archives.keep("c", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "c.npz"]
