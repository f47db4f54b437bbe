"""Graphs of a bucket are fetched once by a machine, and never taken for what they are not."""

import os

import pytest

from core.errors import ArchiveError
from core.graph import kept
from core.graph.archive import dump_arrays
from core.graph.kept import KeptArchives
from core.graph.library import GraphLibrary
from core.runs.benchmarks import BenchmarkStore
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


def test_c10_a_list_of_graphs_reads_no_manifest_that_is_as_it_was(storage, graph_id, tmp_path, monkeypatch):
    library, read = GraphLibrary(storage, tmp_path / "here"), []
    first = library.list()
    storage_read = storage.read
    monkeypatch.setattr(storage, "read", lambda name, *, start=0: read.append(name) or storage_read(name, start=start))
    assert (library.list(), read) == (first, [])
    name = f"graphs/{graph_id}/manifest.json"
    storage.write(name, storage_read(name).replace(b'"num_nodes": 8', b'"num_nodes": 9'))
    assert ([info.num_nodes for info in library.list()], read) == ([9], [name])


def test_c10_a_list_of_benchmarks_reads_none_that_is_as_it_was(storage, monkeypatch):
    store = BenchmarkStore(storage)
    store.open({"preset": "gcn", "graph": "twin", "epochs": 3}, graph_digest="abc")
    first, read, storage_read = store.list(), [], storage.read
    monkeypatch.setattr(storage, "read", lambda name, *, start=0: read.append(name) or storage_read(name, start=start))
    assert (store.list(), read) == (first, [])
    storage.write(f"benchmarks/{first[0].id}/benchmark.json", b"{")
    assert (store.list(), len(store.list_damaged())) == ([], 1)
