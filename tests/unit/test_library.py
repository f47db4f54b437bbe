import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ArchiveError, GraphNotFoundError, StorageFullError, UnavailableError
from core.graph.archive import compute_digest, dump_arrays
from core.graph.layout import LAYOUT_VERSION, compute_layout
from core.graph.library import GraphLibrary
from core.graph.manifests import GraphSummary
from core.graph.twin import build as twin
from core.storage.local import LocalStorage
from core.storage.memory import MemoryStorage
from tests.libraries import MESSAGE, left, run_at_once
from tests.rigs import local_library

# Archives


def test_an_archive_is_registered_described_listed_and_loaded(library, archive, tiny_arrays):
    graph_id = library.register(archive)

    digest = compute_digest(tiny_arrays)
    assert graph_id == f"two-rings-v2-{digest[:8]}"
    summary = library.describe(graph_id)
    assert summary == GraphSummary(
        id=graph_id,
        kind="archive",
        name="Two rings (v2)",
        source="Archive Two rings (v2).npz.",
        notices=(),
        digest=digest,
        num_nodes=8,
        num_links=9,
        num_classes=2,
        num_splits=2,
        num_features=4,
        fingerprint=summary.fingerprint,
    )
    assert library.list() == [summary]
    graph = library.load(graph_id)
    assert (graph.id, graph.digest, graph.titles[0]) == (graph_id, digest, "SQL")
    assert graph.x.tolist() == tiny_arrays["features"].tolist()
    assert left(library) == [f"{graph_id}/graph.npz", f"{graph_id}/manifest.json"]


def test_the_same_archive_has_the_same_id_and_is_kept_once(library, archive, tiny_arrays):
    first = library.register(archive)
    before = (library.folder / first / "graph.npz").stat()

    assert library.register(archive) == first
    assert library.register_sent({"some/where/Two rings (v2).npz": dump_arrays(tiny_arrays)}) == first
    assert (library.folder / first / "graph.npz").stat() == before
    assert len(library.list()) == 1


def test_other_arrays_or_another_name_have_another_id(library, tiny_arrays):
    other = tiny_arrays | {"features": tiny_arrays["features"] * 2}

    ids = [
        library.register_sent({"rings.npz": dump_arrays(tiny_arrays)}),
        library.register_sent({"rings.npz": dump_arrays(other)}),
        library.register_sent({"circles.npz": dump_arrays(tiny_arrays)}),
        library.register_sent({"../.npz": dump_arrays(tiny_arrays)}),
        library.register_sent({"環.npz": dump_arrays(tiny_arrays)}),
    ]

    assert [graph_id[:-9] for graph_id in ids] == ["rings", "rings", "circles", "npz", "graph"]
    assert len(set(ids)) == 5
    assert {path.parent.parent for path in library.folder.rglob("graph.npz")} == {library.folder}


def test_a_malformed_archive_is_refused_and_nothing_is_kept(library, tmp_path, tiny_arrays):
    del tiny_arrays["test_mask"]
    (tmp_path / "bad.npz").write_bytes(dump_arrays(tiny_arrays))

    with pytest.raises(ArchiveError, match="key 'test_mask' is missing"):
        library.register(tmp_path / "bad.npz")
    with pytest.raises(ArchiveError, match=r"nothing\.npz does not exist"):
        library.register(tmp_path / "nothing.npz")
    with pytest.raises(ArchiveError, match=r"sent\.npz is text\. What is read: an \.npz archive"):
        library.register_sent({"sent.npz": b"text"})

    assert library.list() == []
    assert left(library) == []


@pytest.mark.parametrize("graph_id", ["rings", "../graphs", "", "Rings", "a/b", ".", "x" * 80])
def test_an_unknown_graph_is_told_beside_those_that_are_there(library, archive, graph_id):
    here = library.register(archive)

    for ask in (library.describe, library.load):
        with pytest.raises(GraphNotFoundError) as caught:
            ask(graph_id)
        assert str(caught.value) == (
            f"no graph {graph_id!r}: there are {here} (add one with: wikics graph --graph PATH; "
            "make the stand-in with: wikics graph --graph twin)"
        )


def test_no_id_leads_out_of_the_library(library, archive, tmp_path):
    graph_id = library.register(archive)
    (library.folder / graph_id).rename(tmp_path / "outside")

    with pytest.raises(GraphNotFoundError, match=r"^no graph '\.\./outside': there are none yet"):
        library.load("../outside")


# Damage


@pytest.mark.parametrize("key", ["features", "edge_index", "labels", "train_masks", "test_mask", "titles"])
def test_a_changed_byte_is_refused(library, archive, tiny_arrays, key):
    graph_id = library.register(archive)
    path = library.folder / graph_id / "graph.npz"
    content = bytearray(path.read_bytes())
    content[content.index(tiny_arrays[key].tobytes()) + 1] ^= 1
    path.write_bytes(content)

    with pytest.raises(ArchiveError) as caught:
        library.load(graph_id)

    assert str(caught.value) == (
        f"graph {graph_id!r} is not what was stored: graphs/{graph_id}/graph.npz in WIKICS_HOME has changed or "
        "is damaged; delete its folder, then fetch, make or register the graph again"
    )


def test_other_arrays_in_the_place_of_an_archive_are_refused(library, archive, tiny_arrays):
    first = library.register(archive)
    second = library.register_sent({"other.npz": dump_arrays(tiny_arrays | {"features": tiny_arrays["features"] * 2})})
    (library.folder / first / "graph.npz").write_bytes((library.folder / second / "graph.npz").read_bytes())

    with pytest.raises(ArchiveError, match="has changed or is damaged"):
        library.load(first)


def test_a_missing_archive_is_told(library, archive):
    graph_id = library.register(archive)
    (library.folder / graph_id / "graph.npz").unlink()

    with pytest.raises(ArchiveError, match="has changed or is damaged; delete its folder, then"):
        library.load(graph_id)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id": "rings"}'])
def test_a_damaged_manifest_is_told(library, archive, content):
    graph_id = library.register(archive)
    (library.folder / graph_id / "manifest.json").write_bytes(content)

    with pytest.raises(ArchiveError) as caught:
        library.describe(graph_id)

    assert str(caught.value) == (
        f"the manifest of graph {graph_id!r} is damaged: delete graphs/{graph_id} in WIKICS_HOME, "
        "then fetch, make or register the graph again"
    )


def test_a_graph_whose_manifest_was_never_written_is_none_and_can_be_registered(library, archive):
    graph_id = library.register(archive)
    (library.folder / graph_id / "manifest.json").unlink()
    (library.folder / graph_id / "graph.npz").write_bytes(b"half")

    assert library.list() == []
    assert library.register(archive) == graph_id
    assert library.load(graph_id).num_nodes == 8


class FullStorage(LocalStorage):
    """Takes an archive, and then nothing more."""

    def write(self, *_):
        raise StorageFullError("the disk is full")


def test_a_full_disk_leaves_no_graph(library, archive):
    with pytest.raises(StorageFullError):
        GraphLibrary(FullStorage(library.storage.folder), library.folder).register(archive)

    assert library.list() == []
    assert library.load(library.register(archive)).num_nodes == 8


# Any storage


def test_graphs_need_no_folder_but_for_locks(tmp_path, archive, tiny_arrays, nowhere, made):
    storage = MemoryStorage()
    library = GraphLibrary(storage, tmp_path / "locks", wikics_sources=[nowhere])
    graph_id = library.register(archive)
    assert library.default_id() == "twin"

    other = GraphLibrary(storage, tmp_path / "other")
    assert [summary.id for summary in other.list()] == ["twin", graph_id]
    assert other.describe("twin").notices == (twin.NOTICE, MESSAGE)
    graph = other.load(graph_id)
    assert graph.x.tolist() == tiny_arrays["features"].tolist()
    np.testing.assert_array_equal(other.load_layout(graph), library.load_layout(graph))
    names = ("graph.npz", layout_name(graph), "manifest.json")
    assert [file.name for file in storage.list(f"graphs/{graph_id}/**")] == [f"graphs/{graph_id}/{n}" for n in names]
    assert not [path for path in tmp_path.glob("*/*") if path.suffix != ".lock"]
    storage.write(f"graphs/{graph_id}/graph.npz", dump_arrays({"features": np.ones(3)}))
    with pytest.raises(ArchiveError, match=f"is not what was stored: graphs/{graph_id}/graph.npz in WIKICS_HOME has"):
        other.load(graph_id)


# Several at once


@pytest.mark.slow
def test_processes_that_register_at_once_agree(library, archive):
    printed = run_at_once(
        "graph_id = library.register(Path(sys.argv[2])); print(graph_id, library.load(graph_id).digest)",
        library.folder,
        str(archive),
    )

    graph_id = library.register(archive)
    assert printed == [f"{graph_id} {library.load(graph_id).digest}"] * 3
    assert left(library) == [f"{graph_id}/graph.npz", f"{graph_id}/manifest.json"]


# The map's layout


@pytest.fixture
def computed(monkeypatch):
    """The ids of all graphs whose layout was computed."""
    computed = []
    monkeypatch.setattr(
        "core.graph.layout.compute_layout", lambda graph, *_: computed.append(graph.id) or compute_layout(graph)
    )
    return computed


def layout_name(graph):
    return f"layout-{graph.digest[:8]}-{LAYOUT_VERSION}.npy"


def test_a_layout_is_computed_once_and_kept_beside_the_graph(library, archive, computed):
    graph = library.load(library.register(archive))

    first = library.load_layout(graph)
    second = local_library(library.folder.parent).load_layout(graph)

    assert computed == [graph.id]
    assert (first.shape, first.dtype) == ((8, 2), np.float32)
    np.testing.assert_array_equal(first, compute_layout(graph))
    np.testing.assert_array_equal(second, first)
    assert left(library) == sorted(f"{graph.id}/{name}" for name in ("graph.npz", "manifest.json", layout_name(graph)))


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"text"])
def test_a_damaged_layout_is_computed_anew(library, archive, computed, content):
    graph = library.load(library.register(archive))
    first = library.load_layout(graph)
    (library.folder / graph.id / layout_name(graph)).write_bytes(content)

    np.testing.assert_array_equal(library.load_layout(graph), first)
    assert len(computed) == 2


def test_a_layout_belongs_to_the_graphs_arrays_and_to_its_recipe(library, archive, computed, monkeypatch):
    graph = library.load(library.register(archive))
    library.load_layout(graph)

    library.load_layout(replace(graph, digest="f" * 64))
    monkeypatch.setattr("core.graph.layout.LAYOUT_VERSION", LAYOUT_VERSION + 1)
    library.load_layout(graph)

    assert len(computed) == 3


def test_threads_that_want_a_layout_at_once_compute_it_once(library, archive, computed):
    graph = library.load(library.register(archive))
    threads = [threading.Thread(target=library.load_layout, args=(graph,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert computed == [graph.id]


def test_i16_a_home_that_cannot_be_made_is_told_in_a_sentence(tmp_path, monkeypatch):
    def refuse(self, **_):
        raise FileNotFoundError(2, "No such file or directory", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    library = GraphLibrary(LocalStorage(tmp_path), tmp_path / "graphs")
    with pytest.raises(UnavailableError, match=r"cannot be made there: point WIKICS_HOME"), library._lock("a"):
        pass
