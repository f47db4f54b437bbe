"""Graphs as people have them, and what is never done with them."""

import io
import os
import pickle
import zipfile

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from core.errors import ArchiveError
from core.graph.formats import given
from core.graph.formats.given import find_given, gather_sent
from core.graph.formats.pickles import RefusedPickleError, load_pickle
from core.graph.formats.read import FORMATS, read_given

LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1])
EDGES = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)]
X = np.arange(24, dtype=np.float32).reshape(8, 3) / 10
MADE = "It has no splits: 20 were made as WikiCS makes them"


def sent(**files):
    return gather_sent({name.replace("__", "."): content for name, content in files.items()})


def adjacency():
    source, target = np.array(EDGES).T
    return sparse.csr_matrix((np.ones(len(EDGES), dtype=np.float32), (source, target)), shape=(8, 8))


def parts(prefix, matrix, separator="_"):
    return {
        f"{prefix}{separator}{part}": np.asarray(getattr(matrix, part))
        for part in ("data", "indices", "indptr", "shape")
    }


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def holds_the_graph(imported, *, features=X):
    assert imported.arrays["edge_index"].T.tolist() == [list(edge) for edge in EDGES]
    assert imported.arrays["labels"].tolist() == LABELS.tolist()
    np.testing.assert_allclose(imported.arrays["features"], features, rtol=1e-6)
    return True


# Sparse archives


@pytest.mark.parametrize("separator", ["_", "."])
def test_i15_sparse_parts_are_read(separator):
    content = npz(
        **parts("adj" if separator == "_" else "adj_matrix", adjacency(), separator),
        **parts("attr" if separator == "_" else "attr_matrix", sparse.csr_matrix(X), separator),
        labels=LABELS,
        class_names=np.array(["a", "b"], dtype=object),
        node_names=np.array([f"Node {i}" for i in range(8)], dtype=object),
    )
    imported = read_given(sent(g__npz=content))
    assert holds_the_graph(imported)
    assert imported.arrays["class_names"].tolist() == ["a", "b"]
    assert imported.arrays["titles"].tolist()[:2] == ["Node 0", "Node 1"]
    assert imported.notices[0].startswith(MADE) and len(imported.arrays["train_masks"]) == 20


def test_i15_pickled_matrices_are_read_without_their_classes():
    holder = {"adj_matrix": adjacency(), "attr_matrix": sparse.csc_matrix(X)}
    content = npz(**{key: np.array(value, dtype=object) for key, value in holder.items()}, node_label=LABELS)
    assert holds_the_graph(read_given(sent(g__npz=content)))


class Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("key", ["adj_matrix", "node_names"])
def test_i15_nothing_in_a_pickle_is_called(tmp_path, key):
    objects = {"adj_matrix": adjacency()} | {key: [Trap(tmp_path / "sprung")]}
    given = sent(g__npz=npz(**{name: np.array(value, dtype=object) for name, value in objects.items()}, labels=LABELS))
    if key == "adj_matrix":
        with pytest.raises(ArchiveError, match=r"key 'adj_matrix' of g\.npz is pickled, and it holds posix\.mkdir"):
            read_given(given)
    else:
        assert holds_the_graph(read_given(given), features=read_given(given).arrays["features"])
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_i15_arrays_of_every_protocol_are_read_as_pickle_reads_them(protocol):
    arrays = [
        X,
        X.T,
        LABELS > 0,
        LABELS.astype(">i4"),
        np.array(["ab", "ç"]),
        np.array([b"x"]),
        np.empty((0, 3)),
        X[::2],
    ]
    read = load_pickle(io.BytesIO(pickle.dumps({"arrays": arrays, "one": X[0, 0], "graph": {1: [2]}}, protocol)))
    assert [(a.dtype, a.shape, a.tolist()) for a in read["arrays"]] == [(a.dtype, a.shape, a.tolist()) for a in arrays]
    assert (read["one"], read["graph"]) == (X[0, 0], {1: [2]})


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(eval),
        pickle.dumps(X)[:-20],
        b"",
        b"garbage",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy\nndarray.tofile\n.",
        pickle.dumps(np.zeros(3, dtype=[("a", "i4")])),
    ],
)
def test_i15_any_other_pickle_is_refused(content):
    with pytest.raises(RefusedPickleError):
        load_pickle(io.BytesIO(content))


def test_i15_a_sparse_matrix_that_lies_is_refused():
    whole = {**parts("adj", adjacency()), "labels": LABELS}
    for key, value in {
        "adj_indptr": np.array([0, 99]),
        "adj_indices": np.full(7, 99),
        "adj_shape": np.array([8, 9]),
        "adj_data": np.ones(3),
    }.items():
        with pytest.raises(ArchiveError, match=r"g\.npz"):
            read_given(sent(g__npz=npz(**whole | {key: value})))
    huge = parts("attr", sparse.csr_matrix(X)) | {"attr_shape": np.array([8, 2**40])}
    with pytest.raises(ArchiveError, match="at most"):
        read_given(sent(g__npz=npz(**whole | huge)))


# Tables


NODES = "id;category;title;words;note\n" + "".join(f"n{i};{'ab'[y]};Title {i};{i},5;x\n" for i, y in enumerate(LABELS))


def test_i15_a_folder_of_two_tables_is_read(tmp_path):
    folder = tmp_path / "my graph"
    folder.mkdir()
    (folder / "nodes.csv").write_text(NODES.replace(",5", ".5"), encoding="utf-8-sig")
    (folder / "edges.csv").write_text("source,target\n" + "".join(f"n{a},n{b}\n" for a, b in EDGES))
    imported = read_given(find_given(folder))
    assert holds_the_graph(imported, features=[[i + 0.5] for i in range(8)])
    assert imported.arrays["class_names"].tolist() == ["a", "b"]
    assert imported.arrays["titles"].tolist() == [f"Title {i}" for i in range(8)]
    assert imported.notices[:2] == (
        "Left out, since they are no numbers: note.",
        "Its features are its columns of numbers: words.",
    )
    assert imported.notices[2].startswith(MADE)
    assert imported.source == "Folder my graph."


def test_i15_tables_without_ids_headers_or_some_labels_and_with_a_split_are_read():
    nodes = "label,split\n" + "".join(
        f"{y},{s}\n" for y, s in zip("0011-", ("train", "val", "test", "test", ""), strict=True)
    )
    imported = read_given(sent(nodes__csv=nodes.replace("-", "").encode(), edges__csv=b"0,1\n1,2\n"))
    assert imported.arrays["labels"].tolist() == [0, 0, 1, 1, -1]
    assert imported.arrays["train_masks"].tolist() == [[True, False, False, False, False]]
    assert imported.arrays["edge_index"].tolist() == [[0, 1], [1, 2]]
    assert "1 article has no category" in imported.notices[-1]


@pytest.mark.parametrize(
    ("nodes", "edges", "words"),
    [
        ("id,category\n1,a\n1,b\n", "1,1\n", "two rows with the id '1'"),
        ("id,category\n1,a\n2\n", "1,2\n", "line 3 of nodes.csv has 1 values: expected 2"),
        ("id,category\n1,a\n2,b\n", "1,2\n1,7\n", "line 2 of edges.csv names '7'"),
        (
            "id,colour\n1,a\n",
            "1,1\n",
            "nodes.csv has no category: its articles have colour; expected one called category",
        ),
        ("", "", "has no row"),
    ],
)
def test_i15_tables_that_do_not_fit_are_told_with_their_line(nodes, edges, words):
    with pytest.raises(ArchiveError) as caught:
        read_given(sent(nodes__csv=nodes.encode(), edges__csv=edges.encode()))
    assert words in str(caught.value)


# XML


def build_net(kind=nx.DiGraph):
    net = kind()
    for node, label in enumerate(LABELS):
        net.add_node(f"n{node}", category="ab"[label], words=float(X[node, 0]), label=f"Title {node}")
    net.add_edges_from((f"n{a}", f"n{b}") for a, b in EDGES)
    return net


@pytest.mark.parametrize(
    "write", [nx.write_graphml_xml, nx.write_gexf, lambda net, f: nx.write_gexf(net, f, version="1.3")]
)
def test_i15_graphml_and_gexf_are_read(write):
    buffer = io.BytesIO()
    write(build_net(), buffer)
    imported = read_given(sent(net__xml=buffer.getvalue()))
    assert holds_the_graph(imported, features=X[:, :1])
    assert imported.arrays["titles"].tolist() == [f"Title {i}" for i in range(8)]


def test_i15_links_without_direction_go_both_ways():
    buffer = io.BytesIO()
    nx.write_graphml_xml(build_net(nx.Graph), buffer)
    edges = read_given(sent(g__graphml=buffer.getvalue())).arrays["edge_index"].T.tolist()
    assert sorted(edges) == sorted([list(edge) for edge in EDGES] + [list(edge[::-1]) for edge in EDGES])


def test_i15_entities_are_not_expanded():
    bomb = b'<?xml version="1.0"?><!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><graphml>&b;</graphml>'
    with pytest.raises(ArchiveError, match="declares a document type"):
        read_given(sent(g__graphml=bomb))
    with pytest.raises(ArchiveError, match="damaged, or cut off"):
        read_given(sent(g__graphml=b"<graphml><graph>"))


@pytest.mark.parametrize(
    "encoding", ["evil", "hex", "utf-7", "utf-32", "rot13", "idna", "punycode", "undefined", "mbcs"]
)
def test_n10_xml_of_an_encoding_that_is_not_read_is_refused(encoding):
    content = f'<?xml version="1.0" encoding="{encoding}"?><graphml><graph/></graphml>'.encode()
    with pytest.raises(ArchiveError, match=r"^g\.graphml (is|has) "):
        read_given(sent(g__graphml=content))


# PyTorch Geometric


def saved(value):
    import torch

    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def data():
    import torch
    from torch_geometric.data import Data

    y = torch.tensor(LABELS)
    return Data(x=torch.tensor(X), edge_index=torch.tensor(EDGES).T.contiguous(), y=y)


def test_i15_data_of_pytorch_geometric_is_read(data):
    import torch

    for value in (data, data.to_dict(), (data.to_dict(), None, type(data))):
        imported = read_given(sent(g__pt=saved(value)))
        assert holds_the_graph(imported) and imported.notices[0].startswith(MADE)
    half = data.clone()
    half.x, half.y = half.x.bfloat16(), half.y.float()
    half.y[7] = float("nan")
    imported = read_given(sent(g__pt=saved(half)))
    assert imported.arrays["labels"].tolist() == [0, 0, 0, 0, 1, 1, 1, -1]
    np.testing.assert_array_equal(imported.arrays["features"], half.x.float().numpy())
    assert torch.equal(torch.tensor(imported.arrays["edge_index"]), data.edge_index)


def test_i15_masks_of_data_are_turned_round(data):
    import torch

    masks = {"train_mask": [[0, 4], [1, 5]], "val_mask": [[1, 5], [0, 4]], "test_mask": [[3, 7], [3, 7]]}
    masked = data.clone()
    for key, splits in masks.items():
        masked[key] = torch.stack([torch.isin(torch.arange(8), torch.tensor(split)) for split in splits], dim=1)
    imported = read_given(sent(g__pt=saved(masked)))
    assert imported.notices == ()
    assert [np.flatnonzero(mask).tolist() for mask in imported.arrays["train_masks"]] == masks["train_mask"]
    assert [np.flatnonzero(mask).tolist() for mask in imported.arrays["stopping_masks"]] == masks["val_mask"]
    assert np.flatnonzero(imported.arrays["test_mask"]).tolist() == [3, 7]


def test_i15_nothing_that_torch_saved_is_called(tmp_path, data):
    trapped = data.clone()
    trapped.more = Trap(tmp_path / "sprung")
    with pytest.raises(ArchiveError, match=r"g\.pt is not read: it holds posix\.mkdir"):
        read_given(sent(g__pt=saved(trapped)))
    content = saved(data)
    with pytest.raises(ArchiveError, match=r"g\.pt"):
        read_given(sent(g__pt=content[: len(content) // 2]))
    assert not (tmp_path / "sprung").exists()


# Planetoid


def test_i15_planetoids_files_are_read(tmp_path):
    from collections import defaultdict

    one_hot = np.eye(2, dtype=np.int32)[LABELS]
    graph = defaultdict(list, {source: [target] for source, target in EDGES})
    test = [7, 6]  # in no order
    content = {
        "x": sparse.csr_matrix(X[:2]),
        "y": one_hot[:2],
        "allx": sparse.csr_matrix(X[:6]),
        "ally": one_hot[:6],
        "tx": sparse.csr_matrix(X[test]),
        "ty": one_hot[test],
        "graph": graph,
    }
    for part, value in content.items():
        (tmp_path / f"ind.tiny.{part}").write_bytes(pickle.dumps(value, protocol=2))
    (tmp_path / "ind.tiny.test.index").write_text("7\n6\n")
    imported = read_given(find_given(tmp_path))
    assert holds_the_graph(imported)
    masks = [np.flatnonzero(imported.arrays[key]) for key in ("train_masks", "val_masks", "test_mask")]
    assert [mask.tolist() for mask in masks] == [[0, 1], [2, 3, 4, 5], [6, 7]]
    (tmp_path / "ind.tiny.ally").unlink()
    with pytest.raises(ArchiveError, match=r"ind\.tiny\.ally is missing"):
        read_given(find_given(tmp_path))


# What is not read


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("graph.json", b'{"nodes": []}', "is JSON"),
        ("edges.csv", b"0,1\n1,2\n", "is one table of two: give the folder"),
        ("table.csv", b"a,b\n", "is a text table"),
        ("a.pkl", pickle.dumps([1], protocol=4), "is a pickle, which could run anything"),
        ("a.parquet", b"PAR1....", "is a Parquet table"),
        ("a.npz", b"", "is empty"),
        ("a.npz", b"PK\x03\x04 cut", "is a zip archive that is damaged, or cut off"),
        ("a.npz", npz(weights=X), "is an .npz archive with the keys weights"),
        ("a.xml", b"<html></html>", "is XML that is neither"),
        ("a.bin", b"\xff\xfe\x00", "is of a format that is not read"),
    ],
)
def test_i15_others_are_refused_with_what_they_are_and_what_is_read(name, content, what):
    with pytest.raises(ArchiveError) as caught:
        read_given(gather_sent({name: content}))
    assert f"{name} {what}" in str(caught.value)
    assert all(format_.title in str(caught.value) for format_ in FORMATS)


def test_i15_what_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(given, "MAX_SENT_BYTES", 100)
    with pytest.raises(ArchiveError, match="unpacks to"):
        read_given(sent(a__npz=npz(features=np.zeros((100, 100)))))


def test_zip_of_a_folder_is_told():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("nodes.csv", NODES)
    with pytest.raises(ArchiveError, match=r"is a zip archive of nodes\.csv: unpack it first"):
        read_given(sent(g__zip=buffer.getvalue()))
