"""What is taken in is bounded: by what is declared, before anything is made of it, in one sentence."""

import io
import tracemalloc
import zipfile

import numpy as np
import orjson
import pytest

from core.errors import ArchiveError, ConflictError
from core.graph import library as library_module
from core.graph import limits
from core.graph.archive import GraphOrigin, build_graph, dump_arrays
from core.graph.formats.draft import Draft, build_arrays
from core.graph.formats.given import find_given, gather_sent
from core.graph.formats.read import read_given
from core.graph.statistics import compute_statistics

ZEROS = bytes(2**20)


def pack(arrays, declared):
    """An archive of some arrays and of some that only declare a dtype and shape, all zeros and well packed."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for key, array in arrays.items():
            with archive.open(f"{key}.npy", "w") as member:
                np.lib.format.write_array(member, array)
        for key, (dtype, shape) in declared.items():
            header = {"descr": dtype, "fortran_order": False, "shape": shape}
            with archive.open(f"{key}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array_header_1_0(member, header)
                left = int(np.prod(shape, dtype=object)) * np.dtype(dtype).itemsize
                while left > 0 and left < 2**28:  # what is larger is a lie, and found by it
                    member.write(ZEROS[:left])
                    left -= len(ZEROS)
    return target.getvalue()


def measure_peak(action):
    """Bytes that Python and numpy held at most, beside what was there before."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_n06_a_key_that_nobody_reads_is_never_read(tiny_arrays):
    content = pack(tiny_arrays, {"bomb": ("<f8", (2**24,)), "metadata": ("<f8", (2**24,))})  # 128 MB each
    found = []
    peak = measure_peak(lambda: found.append(read_given(gather_sent({"a.npz": content}))))
    assert set(found[0].arrays) == set(tiny_arrays)
    assert peak < 2**24


@pytest.mark.parametrize(
    ("key", "dtype", "shape", "said"),
    [
        ("features", "<f4", (2_000_001, 1), "key 'features' has 2,000,001 articles: at most 2,000,000 are read"),
        ("features", "<f4", (8, 100_001), "key 'features' has 100,001 features: at most 100,000 are read"),
        ("features", "<f4", (8_000, 100_000), "at most 536,870,912 numbers are read; give fewer features"),
        ("features", "<f8", (2**40, 4), "than its shape [1099511627776, 4] says: it is damaged"),
        ("features", "<f4", (-1, 4), "holds Python objects or is damaged"),
        ("labels", "<i8", (2_000_001,), "key 'labels' has 2,000,001 articles: at most 2,000,000 are read"),
        ("edge_index", "|i1", (2, 100_000_001), "key 'edge_index' has 100,000,001 links: at most 100,000,000 are read"),
        ("train_masks", "|b1", (1_001, 8), "key 'train_masks' has 1,001 splits: at most 1,000 are read"),
        ("class_names", "<U4", (5_000,), "key 'class_names' has 5,000 categories: at most 500 are read"),
        ("class_names", "<U201", (2,), "key 'class_names' has 201 characters of a text: at most 200 are read"),
        ("titles", "<U1001", (8,), "key 'titles' has 1,001 characters of a text: at most 1,000 are read"),
    ],
)
def test_n06_each_limit_is_said_before_anything_is_made(tiny_arrays, key, dtype, shape, said):
    rest = {name: array for name, array in tiny_arrays.items() if name != key}
    content = pack(rest, {key: (dtype, shape)})
    errors = []

    def read():
        with pytest.raises(ArchiveError) as caught:
            read_given(gather_sent({"a.npz": content}))
        errors.append(str(caught.value))

    assert measure_peak(read) < 2**23
    assert said in errors[0] or ("bytes than its shape" in errors[0] and np.prod(shape, dtype=object) >= 2**28)


def test_n06_an_upload_unpacks_to_less_than_what_lies_here(tiny_arrays, tmp_path, monkeypatch):
    monkeypatch.setattr("core.graph.formats.given.MAX_SENT_BYTES", 1_000)
    content = dump_arrays(tiny_arrays | {"features": np.ones((8, 100), dtype=np.float32)})
    with pytest.raises(ArchiveError, match=r"^the archive unpacks to 0.0 GB: at most 0 GB are read$"):
        read_given(gather_sent({"a.npz": content}))
    (tmp_path / "a.npz").write_bytes(content)
    assert read_given(find_given(tmp_path / "a.npz")).arrays["features"].shape == (8, 100)


def test_n06_members_packed_with_large_dictionaries_are_refused(tiny_arrays):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        for key, array in tiny_arrays.items():
            with archive.open(f"{key}.npy", "w") as member:
                np.lib.format.write_array(member, array)
    with pytest.raises(ArchiveError, match="is damaged"):
        read_given(gather_sent({"a.npz": target.getvalue()}))


def test_n06_what_other_formats_say_is_bounded_too():
    links, labels = np.zeros((2, 1), dtype=np.int64), np.array([0, 0, 0, 1])
    wide = np.broadcast_to(np.float32(0), (4, 2**28))  # a few bytes that claim to be 4 GB
    cases = [
        (Draft("a.pt", links, labels, features=wide), "has 268,435,456 features"),
        (Draft("a.pt", links, labels, titles=["x", "y" * 2_000, "z", "w"]), "a title of a.pt has 2,000 characters"),
        (Draft("a.pt", links, labels, class_names=["x" * 300, "y"]), "a category of a.pt has 300 characters"),
        (Draft("a.pt", np.broadcast_to(0, (2, 2**30)), labels), "has 1,073,741,824 links"),
    ]
    for draft, said in cases:
        with pytest.raises(ArchiveError, match=said):
            build_arrays(draft, limit_bytes=2**32)
    rows = "".join(f"{number},c{number // 2}\n" for number in range(1_002))
    tables = {"nodes.csv": f"id,category\n{rows}".encode(), "edges.csv": b"0,1\n"}
    with pytest.raises(ArchiveError, match="has 501 categories: at most 500 are read"):
        read_given(gather_sent(tables))


def test_n06_thousands_of_categories_that_are_here_make_no_large_answer(tiny_arrays):
    many = tiny_arrays | {"class_names": np.array([f"Category {number}" for number in range(5_000)])}
    statistics = compute_statistics(build_graph(many, GraphOrigin("many", "archive", "Many", "Made for tests.")))
    assert (len(statistics.class_names), statistics.link_rates) == (5_000, ())
    assert len(orjson.dumps(statistics)) < 200_000


def test_n06_no_more_graphs_are_taken_than_there_is_room_for(explorer, tiny_id, tiny_arrays, monkeypatch):
    monkeypatch.setattr(library_module, "MAX_SENT_GRAPHS", 1)
    with pytest.raises(ConflictError, match="there are 1 graphs here, and no more are taken than 1: delete some"):
        explorer.graphs.register_upload({"b.npz": dump_arrays(tiny_arrays)})


def test_n06_limits_are_stated_where_uploads_are_described():
    from tests.unit.test_docs import read

    text = " ".join(read("README.md").split())
    assert all(most in text for most in limits.STATED.values()), limits.STATED
