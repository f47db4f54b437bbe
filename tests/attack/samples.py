"""A small graph in every format that is read, and hostile files of each kind."""

import io
import pickle
import struct
import zipfile

import networkx as nx
import numpy as np
from scipy import sparse

from core.graph.archive import dump_arrays
from tests.browser.homes import build_arrays, name_article

NUM_NODES = 60


class Trap:
    """A pickle that makes a file where it is loaded by `pickle`."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def build_samples():
    """Files by their names, of every format: each set can be opened as it is."""
    arrays = build_arrays(NUM_NODES, name_article)
    return {
        "archive": {"a.npz": dump_arrays(arrays)},
        "sparse": {"s.npz": _sparse(arrays)},
        "torch": {"t.pt": _torch(arrays)},
        "graphml": {"g.graphml": _xml(arrays, nx.write_graphml)},
        "gexf": {"g.gexf": _xml(arrays, nx.write_gexf)},
        "tables": _tables(arrays),
        "planetoid": _planetoid(arrays),
    }


def build_hostile(canary):
    """Hostile files by what they are; canary: a file that is there only if something in one of them was executed."""
    whole = build_arrays(NUM_NODES, name_article)
    trap = np.array([Trap(canary)], dtype=object)
    return {
        **{f"archive with {what}": {"h.npz": content} for what, content in _archives(whole, trap)},
        **{f"zip with {what}": {"h.npz": content} for what, content in _zips(whole)},
        "pickle": {"h.pt": pickle.dumps(Trap(canary))},
        "pickle as archive": {"h.npz": pickle.dumps(Trap(canary))},
        "torch with a trap": {"h.pt": _torch_of(pickle.dumps(Trap(canary), 2))},
        "torch of deep lists": {"h.pt": _torch_of(b"\x80\x02" + b"(" * 50_000 + b"l" * 50_000 + b".")},
        "torch with a huge storage": {"h.pt": _torch_of(b"\x80\x02X\xff\xff\xff\x7fx.")},
        "torch memo bomb": {
            "h.pt": _torch_of(b"\x80\x02]q\x00" + b"".join(b"(h\x00h\x00lq\x00" for _ in range(200)) + b".")
        },
        **{f"planetoid with {what}": files for what, files in _planetoids(whole, canary)},
        **{f"XML with {what}": {"h.graphml": text.encode()} for what, text in _xmls()},
        **{f"tables with {what}": files for what, files in _bad_tables()},
        **{f"a name such as {name[:20]!r}": {name: dump_arrays(whole)} for name in _names()},
        "nothing": {"h.npz": b""},
        "an image": {"h.png": b"\x89PNG\r\n\x1a\n" + bytes(100)},
        "very many files": {f"{number}.csv": b"a,b\n1,2\n" for number in range(40)},
        "nodes alone": {"nodes.csv": b"id,category\n1,a\n"},
        "text": {"h.txt": b"graph" * 1000},
    }


def _archives(whole, trap):
    """Archives of ours in which one array is wrong."""
    huge, odd = "x" * 5_000, "\U0010ffff\u202e" * 50
    changes = {
        "objects as features": {"features": np.full((NUM_NODES, 2), {"a": 1}, dtype=object)},
        "a trap as titles": {"titles": np.repeat(trap, NUM_NODES)},
        "a trap as labels": {"labels": np.repeat(trap, NUM_NODES)},
        "features that are no numbers": {"features": np.full((NUM_NODES, 4), np.nan, np.float32)},
        "infinite features": {"features": np.full((NUM_NODES, 4), np.inf, np.float32)},
        "huge features": {"features": np.full((NUM_NODES, 4), 1e300)},
        "complex features": {"features": np.full((NUM_NODES, 4), 1j)},
        "features as text": {"features": np.full((NUM_NODES, 4), "1")},
        "dates as features": {"features": np.full((NUM_NODES, 4), np.datetime64("2026-01-01"))},
        "no features": {"features": np.empty((NUM_NODES, 0), np.float32)},
        "features of one axis": {"features": np.zeros(NUM_NODES, np.float32)},
        "features of thirty axes": {"features": np.zeros((1,) * 30)},
        "no articles": {key: array[..., :0] for key, array in whole.items() if key not in ("features", "class_names")},
        "links out of range": {"edge_index": np.array([[0, 10**9], [1, 2]])},
        "links below zero": {"edge_index": np.array([[0, -5], [1, 2]])},
        "links of 64 unsigned bits": {"edge_index": np.array([[0, 2**64 - 1], [1, 2]], np.uint64)},
        "links of three rows": {"edge_index": np.zeros((3, 9), int)},
        "links as fractions": {"edge_index": np.full((2, 9), 0.5)},
        "no links": {"edge_index": np.empty((2, 0), int)},
        "very many links": {"edge_index": np.zeros((2, 3_000_000), int)},
        "labels out of range": {"labels": np.full(NUM_NODES, 10**6)},
        "labels of 64 bits": {"labels": np.full(NUM_NODES, 2**63 - 1)},
        "labels below": {"labels": np.full(NUM_NODES, -7)},
        "labels that are no numbers": {"labels": np.full(NUM_NODES, np.nan)},
        "text labels": {"labels": np.full(NUM_NODES, "a")},
        "masks of two at once": {"val_masks": whole["train_masks"]},
        "masks of numbers": {"test_mask": np.full(NUM_NODES, 7)},
        "masks of another length": {"test_mask": np.zeros(3, bool)},
        "no training": {"train_masks": np.zeros_like(whole["train_masks"])},
        "masks of no split": {f"{name}_masks": np.zeros((0, NUM_NODES), bool) for name in ("train", "val", "stopping")},
        "very long titles": {"titles": np.array([huge] * NUM_NODES)},
        "odd characters": {"titles": np.array([odd] * NUM_NODES)},
        "null characters": {"titles": np.array(["a\x00b\n\r\t"] * NUM_NODES)},
        "bytes as titles": {"titles": np.array([b"\xff\xfe"] * NUM_NODES)},
        "numbers as titles": {"titles": np.arange(NUM_NODES)},
        "few titles": {"titles": np.array(["a"])},
        "very many categories": {"class_names": np.array([f"c{number}" for number in range(5_000)])},
        "few categories": {"class_names": np.array(["a"])},
        "markup": {"titles": np.array(["![x](https://evil.example/x.png) <img src=x onerror=alert(1)>"] * NUM_NODES)},
        "tokens that lie": {"tokens_indices": np.array([10**9]), "tokens_offsets": np.arange(NUM_NODES + 1)},
        "an array of zeros that nobody reads": {"more": np.zeros(30_000_000)},
        "page ids below": {"page_ids": np.full(NUM_NODES, -1)},
        "records": {"labels": np.zeros(NUM_NODES, [("a", "i4"), ("b", "O")])},
    }
    for what, change in changes.items():
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{**whole, **change})
        yield what, buffer.getvalue()
    for key in whole:
        buffer = io.BytesIO()
        np.savez(buffer, **{name: array for name, array in whole.items() if name != key})
        yield f"no {key}", buffer.getvalue()


def _header(shape, descr="<f4"):
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": False, "shape": shape})
    return buffer.getvalue()


def _zips(whole):
    """Archives whose directory or headers lie."""
    good = dump_arrays(whole)
    headers = {
        "a declared size of terabytes": _header((2**40, 4)),
        "a size that overflows": _header((2**62, 2**62)),
        "a size below zero": _header((-1, 4)),
        "texts of gigabytes": _header((4,), "<U500000000"),
        "an evil kind of numbers": _header((4,), "|O"),
        "a header of code": b"\x93NUMPY\x01\x00"
        + struct.pack("<H", 60)
        + b"__import__('os').system('id')".ljust(59)
        + b"\n",
        "a long header": b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + b"{",
        "a deep header": b"\x93NUMPY\x02\x00" + struct.pack("<I", 20_000) + b"(" * 19_999 + b"\n",
        "no header": b"",
        "a header cut off": _header((4, 4))[:20],
        "more bytes than declared": _header((2, 2)) + bytes(1_000),
        "a version of the future": b"\x93NUMPY\x09\x00" + bytes(100),
    }
    for what, header in headers.items():
        yield what, _zip_of(whole, {"features.npy": header})
    yield "a member of a bomb", _zip_of(whole, {"features.npy": _header((2**20, 25)) + bytes(100 * 2**20)})
    yield "a bomb that nobody reads", _zip_of(whole, {"other.npy": bytes(100 * 2**20)})
    yield (
        "names out of the folder",
        _zip_of(whole, {"../../evil.npy": b"x", "/etc/evil.npy": b"x", "a/../../b.npy": b"x"}),
    )
    yield "the same name twice", _zip_of(whole, {"labels.npy ": b"x", "labels": b"x"})
    yield "very many members", _zip_of(whole, {f"m{number}.npy": b"" for number in range(20_000)})
    yield "a long name", _zip_of(whole, {"x" * 60_000 + ".npy": b""})
    yield "bytes before it", b"#!/bin/sh\n" * 100 + good
    yield "a lying directory", good[:-10] + b"\xff\xff\xff\x7f" + good[-6:]
    yield "an encrypted flag", good.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    yield "another way of packing", good.replace(b"\x08\x00", b"\x0c\x00", 2)
    yield "64 bits", good + b"PK\x06\x06" + b"\xff" * 52 + b"PK\x06\x07" + b"\xff" * 16 + b"PK\x05\x06" + b"\xff" * 18


def _zip_of(whole, more):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, array in whole.items():
            if f"{key}.npy" not in more:
                member = io.BytesIO()
                np.save(member, array)
                archive.writestr(f"{key}.npy", member.getvalue())
        for name, content in more.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _sparse(arrays):
    source, target = arrays["edge_index"]
    adjacency = sparse.csr_matrix((np.ones(len(source), np.float32), (source, target)), shape=(NUM_NODES,) * 2)
    parts = {f"adj_{part}": np.asarray(getattr(adjacency, part)) for part in ("data", "indices", "indptr", "shape")}
    features = sparse.csr_matrix(arrays["features"])
    parts |= {f"attr_{part}": np.asarray(getattr(features, part)) for part in ("data", "indices", "indptr", "shape")}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **parts, labels=arrays["labels"])
    return buffer.getvalue()


def _torch(arrays):
    import torch
    from torch_geometric.data import Data

    buffer = io.BytesIO()
    made = {"x": arrays["features"], "edge_index": arrays["edge_index"], "y": arrays["labels"]}
    torch.save(Data(**{key: torch.from_numpy(value) for key, value in made.items()}), buffer)
    return buffer.getvalue()


def _torch_of(content):
    """A file as `torch.save` makes it, around this pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("h/data.pkl", content)
        archive.writestr("h/version", b"3\n")
        archive.writestr("h/data/0", bytes(64))
    return buffer.getvalue()


def _xml(arrays, write):
    graph = nx.DiGraph()
    for index, label in enumerate(arrays["labels"].tolist()):
        graph.add_node(index, category=f"c{label}", weight=float(index))
    graph.add_edges_from(arrays["edge_index"].T.tolist())
    buffer = io.BytesIO()
    write(graph, buffer)
    return buffer.getvalue()


def _xmls():
    head = '<?xml version="1.0"?>'
    space = 'xmlns="http://graphml.graphdrawing.org/xmlns"'
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    yield (
        "a bomb of entities",
        f'{head}<!DOCTYPE g [<!ENTITY l0 "lol">{lol}]><graphml {space}><graph>&l11;</graph></graphml>',
    )
    yield (
        "a file of the server",
        f'{head}<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]><graphml {space}>&x;</graphml>',
    )
    yield "depth", f"{head}<graphml {space}>" + "<graph>" * 100_000
    yield "no graph", f"{head}<graphml {space}></graphml>"
    yield (
        "links to nowhere",
        f'{head}<graphml {space}><graph edgedefault="x"><edge source="a" target="b"/></graph></graphml>',
    )
    yield (
        "odd types",
        (
            f'{head}<graphml {space}><key id="k" for="node" attr.name="category" attr.type="evil"/><graph '
            f'edgedefault="directed"><node id="a"><data key="k">1</data><data key="z">2</data></node></graph></graphml>'
        ),
    )
    yield (
        "a long number",
        (
            f'{head}<graphml {space}><key id="k" for="node" attr.name="category" attr.type="int"/><graph '
            f'edgedefault="directed"><node id="a"><data key="k">{"9" * 9_000}</data></node></graph></graphml>'
        ),
    )
    yield "another encoding", '<?xml version="1.0" encoding="evil"?><graphml/>'
    yield "null characters", f"{head}<graphml {space}>\x00</graphml>"


def _tables(arrays):
    names = [name_article(index, label) for index, label in enumerate(arrays["labels"].tolist())]
    nodes = ["id,category,title,a"] + [
        f"{index},c{label},{name},{index / 10}"
        for index, (label, name) in enumerate(zip(arrays["labels"].tolist(), names, strict=True))
    ]
    edges = ["source,target"] + [f"{source},{target}" for source, target in arrays["edge_index"].T.tolist()]
    return {"nodes.csv": "\n".join(nodes).encode(), "edges.csv": "\n".join(edges).encode()}


def _bad_tables():
    edges = b"source,target\n1,2\n"
    nodes = {
        "nothing": b"",
        "a head alone": b"id,category\n",
        "no category": b"id,a\n1,2\n2,3\n",
        "rows of other lengths": b"id,category\n1\n2,a,b,c\n",
        "the same id twice": b"id,category\n1,a\n1,b\n",
        "null characters": b"id,category\n1,\x00\n2,b\n",
        "another encoding": "id,category\n1,a\n2,b\n".encode("utf-16"),
        "no encoding": b"id,category\n1,\xff\xfe\n2,b\n",
        "formulas": b"id,category,title\n1,a,\"=cmd|' /C calc'!A0\"\n2,b,@SUM(1)\n",
        "a quote that never ends": b'id,category\n1,"' + b"a" * 200_000,
        "a field of megabytes": b"id,category\n1," + b"a" * 3_000_000 + b"\n2,b\n",
        "long numbers": b"id,category,x\n1,a," + b"9" * 9_000 + b"\n2,b,1e999\n",
        "very many columns": b"id,category," + b",".join(b"c%d" % n for n in range(20_000)) + b"\n1,a\n2,b\n",
        "the same column often": b"id,id,category,category\n1,1,a,a\n2,2,b,b\n",
        "very many categories": b"id,category\n" + b"\n".join(b"%d,c%d" % (n, n) for n in range(3_000)),
        "splits that are none": b"id,category,split\n1,a,evil\n2,b,train\n",
    }
    for what, content in nodes.items():
        yield what, {"nodes.csv": content, "edges.csv": edges}
    yield "links to nowhere", {"nodes.csv": b"id,category\n1,a\n2,b\n", "edges.csv": b"source,target\n1,9\nx,y\n"}
    yield "links of one column", {"nodes.csv": b"id,category\n1,a\n2,b\n", "edges.csv": b"source\n1\n"}
    yield "two names in capitals", {"Nodes.CSV": b"id,category\n1,a\n2,b\n", "EDGES.csv": edges}


def _planetoid(arrays):
    features, labels = sparse.csr_matrix(arrays["features"]), np.eye(5, dtype=np.int32)[arrays["labels"]]
    links = {index: [] for index in range(NUM_NODES)}
    for source, target in arrays["edge_index"].T.tolist():
        links[source].append(target)
    num_all, num_train = 45, 15
    parts = {
        **{"x": features[:num_train], "y": labels[:num_train], "allx": features[:num_all], "ally": labels[:num_all]},
        **{"tx": features[num_all:], "ty": labels[num_all:], "graph": links},
    }
    files = {f"ind.small.{name}": pickle.dumps(part, protocol=2) for name, part in parts.items()}
    return files | {"ind.small.test.index": "\n".join(str(n) for n in range(num_all, NUM_NODES)).encode()}


def _planetoids(whole, canary):
    good = _planetoid(whole)
    for part in ("x", "ally", "graph"):
        yield f"a trap as {part}", good | {f"ind.small.{part}": pickle.dumps(Trap(canary))}
    yield "links that are no lists", good | {"ind.small.graph": pickle.dumps({"a": 5, 3: "x", None: [None]})}
    yield "a matrix that lies", good | {"ind.small.allx": pickle.dumps(sparse.csr_matrix((10**6, 10**6)))}
    yield "an index of nonsense", good | {"ind.small.test.index": b"a\n-1\n" + b"9" * 5_000}
    yield "a part lacking", {name: content for name, content in good.items() if not name.endswith(".ty")}


def _names():
    yield from ("../../evil.npz", "/etc/evil.npz", "a\\..\\b.npz", "con.npz", ".npz", "..npz", "a" * 300 + ".npz")
    yield from (
        "<img src=x onerror=alert(1)>.npz",
        "[a](https://evil.example).npz",
        "é\u202e.npz",
        "a\tb\n.npz",
        "*?.npz",
    )
