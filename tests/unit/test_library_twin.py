"""WikiCS, or the twin where it cannot be had."""

import json
import threading
import time

import pytest

from core.errors import DownloadError
from core.graph.archive import GraphOrigin, build_graph, compute_digest
from core.graph.download import HttpSource
from core.graph.twin import build as twin
from core.graph.twin import versions
from core.graph.wikics import FolderSource, build_wikics_json
from tests.libraries import MESSAGE, left, run_at_once
from tests.rigs import local_library


def test_without_wikics_there_is_the_twin_which_says_why(library, made):
    assert library.default_id() == "twin"

    assert library.load("twin").notices == (twin.NOTICE, MESSAGE)
    assert library.describe("twin").notices == (twin.NOTICE, MESSAGE)
    assert library.list()[0].notices == (twin.NOTICE, MESSAGE)
    assert left(library) == ["twin/graph.npz", "twin/manifest.json", "wikics/failure.json"]


def test_a_failure_is_remembered_until_someone_retries(library, nowhere, made):
    for _ in range(3):
        assert local_library(library.folder.parent, wikics_sources=[nowhere]).default_id() == "twin"

    assert (nowhere.asked, len(made)) == (1, 1)
    with pytest.raises(DownloadError) as caught:
        library.fetch_wikics()
    assert (str(caught.value), nowhere.asked) == (MESSAGE, 2)


@pytest.mark.parametrize("note", [b"", b"{"])
def test_a_damaged_note_of_a_failure_counts_for_nothing(library, nowhere, made, note):
    library.default_id()
    (library.folder / "wikics" / "failure.json").write_bytes(note)

    assert library.describe("twin").notices == (twin.NOTICE,)
    assert library.default_id() == "twin"
    assert nowhere.asked == 2
    assert library.describe("twin").notices == (twin.NOTICE, MESSAGE)


def test_new_sources_are_tried(library, made, tmp_path):
    library.default_id()

    later = local_library(library.folder.parent, wikics_sources=[FolderSource(tmp_path / "absent")])
    later.default_id()

    assert later.describe("twin").notices[1] == "WikiCS could not be had: the folder of WIKICS_DATA has no data.json."


def test_wikics_is_looked_for_in_the_data_folder_then_on_the_internet(tmp_path):
    assert local_library(tmp_path).wikics_sources == (HttpSource(),)
    assert local_library(tmp_path, data_folder=tmp_path).wikics_sources == (FolderSource(tmp_path), HttpSource())


def test_asking_for_wikics_itself_never_gives_the_twin(library, made):
    with pytest.raises(DownloadError) as caught:
        library.load("wikics")

    assert (str(caught.value), made) == (MESSAGE, [])


def test_the_twin_is_made_once_for_each_recipe(library, made, monkeypatch):
    library.load("twin")
    library.load("twin")
    assert len(made) == 1

    monkeypatch.setattr(versions, "TWINS", {**versions.TWINS, "twin": 4})
    library.load("twin")

    assert len(made) == 2
    assert library.describe("twin").recipe == 4
    assert [graph.id for graph in library.list()] == ["twin"]  # what was there is no twin of before


def test_c14_an_older_twin_stays_beside_the_one_that_takes_its_place(library, made, tiny_arrays, monkeypatch):
    older = f"twin-{compute_digest(tiny_arrays)[:8]}"
    library.make_twin()
    asked = []
    monkeypatch.setattr(versions, "TWINS", {"twin": 4, older: 3})
    monkeypatch.setattr(twin, "build_older_twin", lambda graph_id: asked.append(graph_id) or tiny_arrays)

    assert library.load("twin").id == "twin"

    listed = [(graph.id, graph.kind, graph.name, graph.recipe) for graph in library.list()]
    assert listed == [("twin", "twin", "WikiCS twin", 4), (older, "twin", "WikiCS twin, version 3", 3)]
    assert (asked, len(made)) == ([older], 2)
    library.load(older)
    assert asked == [older]


def test_c14_an_older_twin_is_made_where_it_is_asked_for(library, tiny_arrays, monkeypatch):
    monkeypatch.setattr(twin, "build_older_twin", lambda _: tiny_arrays)

    graph = library.load("twin-86fa7aa6")

    assert (graph.id, graph.kind, graph.notices) == ("twin-86fa7aa6", "twin", (twin.NOTICE,))
    assert left(library) == ["twin-86fa7aa6/graph.npz", "twin-86fa7aa6/manifest.json"]


def test_wikics_comes_first_then_the_twin_then_the_rest(library, archive, tiny_arrays, made, monkeypatch, tmp_path):
    graph_id = library.register(archive)
    library.make_twin()
    data, metadata = build_wikics_json(build_graph(tiny_arrays, GraphOrigin("a", "archive", "A", "Made for tests.")))
    (tmp_path / "data.json").write_text(json.dumps(data))
    (tmp_path / "metadata.json").write_text(json.dumps(metadata))
    monkeypatch.setattr("core.graph.wikics.check_blob", lambda *_: None)
    library.wikics_sources = (FolderSource(tmp_path),)
    library.fetch_wikics()

    assert [graph.id for graph in library.list()] == ["wikics", "twin", graph_id]


@pytest.mark.parametrize("name", ["graph.npz", "manifest.json"])
def test_n02_a_damaged_twin_is_made_anew(library, made, name):
    whole = library.load("twin")
    (library.folder / "twin" / name).write_bytes(b"noise")

    again = library.load(library.default_id())

    assert (again.digest, again.num_nodes, len(made)) == (whole.digest, whole.num_nodes, 2)
    assert library.list_damaged() == []


def test_threads_that_ask_at_once_make_the_twin_once(library, tiny_arrays, monkeypatch):
    ids, made = [], []

    def make_slowly():
        made.append(1)
        time.sleep(0.1)
        return tiny_arrays

    monkeypatch.setattr(twin, "build_twin_arrays", make_slowly)
    threads = [threading.Thread(target=lambda: ids.append(library.default_id())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (ids, len(made)) == (["twin"] * 8, 1)


@pytest.mark.slow
def test_processes_that_want_the_twin_at_once_make_it_once(library, twin_arrays):
    written = "(library.folder / 'twin' / 'graph.npz').stat().st_mtime_ns"
    printed = run_at_once(
        f"i = library.default_id(); print(i, library.load(i).digest, {written})", library.folder, count=2
    )

    assert len(set(printed)) == 1
    assert printed[0].startswith(f"twin {compute_digest(twin_arrays)} ")
    assert left(library) == ["twin/graph.npz", "twin/manifest.json", "wikics/failure.json"]
