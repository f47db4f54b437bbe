import hashlib
import json

import numpy as np
import pytest

from core.errors import DownloadError
from core.graph.archive import GraphOrigin, build_graph, compute_digest
from core.graph.download import HttpSource
from core.graph.twin.build import CATEGORIES, describe_twin
from core.graph.wikics import (
    BLOB_IDS,
    DATA,
    METADATA,
    NO_TITLES,
    FolderSource,
    build_wikics_arrays,
    build_wikics_json,
    compute_blob_id,
    fetch_wikics,
)
from tests.file_server import Fault, FileServer
from tests.rigs import local_library

ORIGIN = GraphOrigin("wikics", "wikics", "WikiCS", "Made for tests.")
TOKENS = {
    "tokens_indices": np.array([0, 1, 1, 0], dtype=np.int32),
    "tokens_offsets": np.array([0, 2, 2, 3, 3, 3, 3, 3, 4]),
    "tokens_vocabulary": np.array(["join", "lock"]),
}


def blob_id(content):
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


def dump(graph):
    """The graph as the bytes of WikiCS's two files."""
    data, metadata = build_wikics_json(graph)
    return {DATA: json.dumps(data).encode(), METADATA: json.dumps(metadata).encode()}


@pytest.fixture
def arrays(tiny_arrays):
    """The tiny graph with everything that WikiCS has, its links sorted by source as WikiCS's are."""
    order = np.argsort(tiny_arrays["edge_index"][0], kind="stable")
    return tiny_arrays | TOKENS | {"edge_index": tiny_arrays["edge_index"][:, order], "page_ids": np.arange(70, 78)}


@pytest.fixture
def graph(arrays):
    return build_graph(arrays, ORIGIN)


@pytest.fixture
def files(graph):
    """Spaces at the end make them long enough to break off."""
    return {name: content + b" " * 100_000 for name, content in dump(graph).items()}


@pytest.fixture
def ids(files, monkeypatch):
    """The git blob ids of `files`, expected in place of WikiCS's."""
    found = {name: blob_id(content) for name, content in files.items()}
    for name, expected in found.items():
        monkeypatch.setitem(BLOB_IDS, name, expected)
    return found


@pytest.fixture
def server(files, ids):
    with FileServer(dict(files)) as server:
        yield server


@pytest.fixture
def small_twin(monkeypatch, tiny_arrays):
    """Makes the twin as quickly as a test wants it."""
    monkeypatch.setattr("core.graph.twin.build.build_twin_arrays", lambda: tiny_arrays)


@pytest.fixture
def library(tmp_path, server, small_twin):
    """Looks for WikiCS at the server only."""
    return local_library(tmp_path, wikics_sources=[HttpSource(server.base_url, pause=lambda _: None)])


def left(library):
    """What lies in WikiCS's folder."""
    folder = library.folder / "wikics"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def asked(server):
    """The name in every request, and whether only the rest of the file was asked for."""
    return [(name, wanted is not None) for name, wanted in server.asked]


def texts(graph):
    return [(graph.titles[index], *graph.tokens.of(index)) for index in range(graph.num_nodes)]


# The two files


def test_wikics_own_files_have_its_own_keys(graph):
    data, metadata = build_wikics_json(graph)

    assert list(data) == ["features", "labels", "links", "train_masks", "stopping_masks", "val_masks", "test_mask"]
    assert data["links"] == [[1], [2], [3], [0, 4], [5], [6], [7], [4]]
    assert metadata["labels"] == {"0": "Databases", "1": "Operating systems"}
    assert metadata["nodes"][3] == {
        "id": "73",
        "title": "Index",
        "label": "Databases",
        "outlinks": ["70", "74"],
        "tokens": [],
    }


def test_a_graph_comes_back_from_wikics_own_files(graph, arrays, files):
    back = build_wikics_arrays(json.loads(files[DATA]), json.loads(files[METADATA]))

    assert {name: array.tolist() for name, array in back.items()} == {
        name: array.tolist() for name, array in arrays.items()
    }
    assert texts(build_graph(back, ORIGIN)) == texts(graph)


def test_pyg_reads_the_same(tmp_path, graph, files):
    from torch_geometric.datasets import WikiCS

    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / DATA).write_bytes(files[DATA])
    data = WikiCS(str(tmp_path), is_undirected=False)[0]

    assert data.x.tolist() == graph.x.tolist()
    assert data.y.tolist() == graph.y.tolist()
    assert data.edge_index.tolist() == graph.edge_index.tolist()
    assert data.train_mask.T.tolist() == graph.train_masks.tolist()
    assert data.val_mask.T.tolist() == graph.val_masks.tolist()
    assert data.stopping_mask.T.tolist() == graph.stopping_masks.tolist()
    assert data.test_mask.tolist() == graph.test_mask.tolist()


def test_categories_are_known_by_their_sizes_where_their_names_are_missing():
    sizes = list(CATEGORIES.values())[::-1]
    labels = np.repeat(np.arange(10), sizes)
    mask = np.zeros((1, len(labels)), dtype=bool).tolist()
    data = {"features": [[1.0]] * len(labels), "labels": labels.tolist(), "links": [[]] * len(labels)}
    data |= {"train_masks": mask, "val_masks": mask, "stopping_masks": mask, "test_mask": mask[0]}

    assert build_wikics_arrays(data, None)["class_names"].tolist() == list(CATEGORIES)[::-1]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        (b"hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
    ],
)
def test_a_blob_id_is_gits(tmp_path, content, expected):
    (tmp_path / "file").write_bytes(content)

    assert compute_blob_id(tmp_path / "file") == expected


# Where they are looked for


def test_a_folder_is_read_where_it_lies(tmp_path, files, ids, arrays):
    (tmp_path / "data").mkdir()
    for name, content in files.items():
        (tmp_path / "data" / name).write_bytes(content)

    found = fetch_wikics([FolderSource(tmp_path / "data")], tmp_path / "download")

    assert found.origin == GraphOrigin(
        "wikics", "wikics", "WikiCS", "From the folder of WIKICS_DATA, verified by git blob ids."
    )
    assert found.arrays["titles"].tolist() == arrays["titles"].tolist()
    assert not (tmp_path / "download").exists()


def test_the_next_source_is_asked_where_one_lacks_it_or_has_another(tmp_path, files, server):
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / DATA).write_bytes(b"{}")
    sources = [FolderSource(tmp_path / "empty"), FolderSource(tmp_path / "wrong"), HttpSource(server.base_url)]

    found = fetch_wikics(sources, tmp_path / "download")

    assert found.origin.source == f"From {server.base_url}, verified by git blob ids."


def test_every_source_says_why_it_could_not_give_it(tmp_path, ids):
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / DATA).write_bytes(b"{}")

    with pytest.raises(DownloadError) as caught:
        fetch_wikics([FolderSource(tmp_path / "empty"), FolderSource(tmp_path / "wrong")], tmp_path / "download")

    assert str(caught.value) == (
        "WikiCS could not be had: the folder of WIKICS_DATA has no data.json; "
        f"data.json in the folder of WIKICS_DATA is not the file that was expected: its git blob id is "
        f"{blob_id(b'{}')}, expected {ids[DATA]}; fetch it anew from the dataset's repository."
    )


def test_what_is_expected_are_the_dataset_repositorys_files():
    assert BLOB_IDS == {
        "data.json": "f1b743119df1a7a3bca449039c54034ae623a756",
        "metadata.json": "e5057f935e3f6ec40b59e8987ed79ec6d16312cf",
    }


# Over HTTP into the library


def test_wikics_comes_whole(library, server, arrays):
    reports = []

    assert library.default_id(reports.append) == "wikics"

    graph = library.load("wikics")
    assert graph.titles == tuple(arrays["titles"].tolist())
    assert graph.edge_index.tolist() == arrays["edge_index"].tolist()
    assert (graph.kind, graph.name, graph.notices) == ("wikics", "WikiCS", ())
    assert graph.source == f"From {server.base_url}, verified by git blob ids."
    assert {report.name for report in reports} == {DATA, METADATA}
    assert left(library) == ["graph.npz", "manifest.json"]
    assert len(server.asked) == 2


def test_wikics_goes_on_after_a_broken_transfer(library, server, arrays):
    server.faults = [Fault(break_after=50_000), None, Fault(break_after=50_000)]

    assert library.default_id() == "wikics"

    assert asked(server) == [(DATA, False), (DATA, True), (METADATA, False), (METADATA, True)]
    assert library.load("wikics").titles == tuple(arrays["titles"].tolist())
    assert left(library) == ["graph.npz", "manifest.json"]


def test_wikics_goes_on_later_after_it_broke_off_for_good(library, server, arrays):
    server.faults = [Fault(break_after=50_000), *[Fault(break_after=0)] * 3]
    assert library.default_id() == "twin"
    assert left(library) == ["download/data.json.download", "failure.json"]

    later = local_library(library.folder.parent, wikics_sources=library.wikics_sources)
    later.fetch_wikics()

    assert asked(server)[-2:] == [(DATA, True), (METADATA, False)]
    assert later.load(later.default_id()).titles == tuple(arrays["titles"].tolist())
    assert left(library) == ["graph.npz", "manifest.json"]


@pytest.mark.parametrize("name", [DATA, METADATA])
def test_corrupted_files_are_refused_and_nothing_is_left_half_written(library, server, files, name):
    server.files[name] = files[name] + b" "

    assert library.default_id() == "twin"

    assert [notice for notice in library.load("twin").notices if "is not the file that was expected" in notice]
    assert [path for path in left(library) if name in path] == []
    assert "manifest.json" not in left(library)
    assert "wikics" not in [graph.id for graph in library.list()]
    server.files[name] = files[name]
    assert library.fetch_wikics().id == library.default_id() == "wikics"
    assert left(library) == ["graph.npz", "manifest.json"]


def test_without_metadata_articles_are_numbered_and_the_notice_says_so(library, server, arrays):
    del server.files[METADATA]

    assert library.default_id() == "wikics"

    graph = library.load("wikics")
    assert graph.titles == tuple(f"Article {index}" for index in range(8))
    assert graph.edge_index.tolist() == arrays["edge_index"].tolist()
    assert graph.notices == (NO_TITLES,)
    assert graph.tokens is None


def test_without_a_network_there_is_the_twin_which_says_why_until_a_retry_works(tmp_path, files, ids, small_twin):
    with FileServer(dict(files)) as server:
        url = server.base_url
    library = local_library(tmp_path, wikics_sources=[HttpSource(url)])

    assert library.default_id() == "twin"
    assert library.load("twin").notices == (
        *describe_twin().notices,
        f"WikiCS could not be had: {url}/data.json cannot be reached (the connection is refused); "
        "check the network, then try again.",
    )
    with pytest.raises(DownloadError, match="the connection is refused"):
        library.fetch_wikics()

    with FileServer(dict(files), port=server.port):
        assert library.default_id() == "twin"  # nobody has asked for a retry
        assert library.fetch_wikics().id == "wikics"

    assert library.default_id() == "wikics"
    assert library.load("twin").notices == describe_twin().notices
    assert left(library) == ["graph.npz", "manifest.json"]


@pytest.mark.slow
def test_a_graph_of_wikics_size_comes_whole_after_a_broken_transfer(tmp_path, twin_arrays, monkeypatch):
    twin = build_graph(dict(twin_arrays), describe_twin())
    files = dump(twin)
    for name, content in files.items():
        monkeypatch.setitem(BLOB_IDS, name, blob_id(content))
    with FileServer(files, faults=[Fault(break_after=10_000_000), None, Fault(break_after=5_000_000)]) as server:
        library = local_library(tmp_path, wikics_sources=[HttpSource(server.base_url)])
        graph = library.load(library.default_id())

    assert asked(server) == [(DATA, False), (DATA, True), (METADATA, False), (METADATA, True)]
    for name in ("x", "edge_index", "y", "train_masks", "val_masks", "stopping_masks", "test_mask"):
        np.testing.assert_array_equal(getattr(graph, name), getattr(twin, name))
    assert (graph.class_names, graph.num_splits) == (twin.class_names, 20)
    assert texts(graph) == texts(twin)
    assert compute_digest(dict(np.load(library.folder / "wikics" / "graph.npz"))) == graph.digest
