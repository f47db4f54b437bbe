import errno
import hashlib
import io
import os
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.errors import ArchiveError, StorageFullError
from core.graph.archive import (
    GraphOrigin,
    build_graph,
    check_arrays,
    compute_digest,
    compute_fingerprint,
    dump_arrays,
    load_arrays,
    write_archive,
)
from core.storage.local import LocalStorage
from core.storage.streams import open_to_write

ORIGIN = GraphOrigin("tiny", "archive", "Tiny", "Made for tests.")
DTYPES = hnp.scalar_dtypes() | hnp.unicode_string_dtypes()
ARRAYS = st.dictionaries(
    st.text("abcdefgh_", min_size=1, max_size=8),
    DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=4))),
    max_size=4,
)
TOKENS = {
    "tokens_indices": np.array([0, 1, 1, 0], dtype=np.int32),
    "tokens_offsets": np.array([0, 2, 2, 3, 3, 3, 3, 3, 4]),
    "tokens_vocabulary": np.array(["join", "lock"]),
}


def facts(arrays):
    return {name: (array.dtype, array.shape, array.tobytes()) for name, array in arrays.items()}


def changed(array, index, value):
    array = array.copy()
    array[index] = value
    return array


# Bytes


@given(ARRAYS)
@settings(deadline=None)
def test_what_is_dumped_or_written_is_loaded(tmp_path_factory, arrays):
    path = tmp_path_factory.getbasetemp() / "round-trip.npz"
    write_archive(path, arrays)

    assert facts(load_arrays(path)) == facts(arrays)
    assert facts(load_arrays(io.BytesIO(dump_arrays(arrays)))) == facts(arrays)
    assert compute_digest(load_arrays(path)) == compute_digest(arrays)


def test_numpy_reads_what_is_written(tmp_path, tiny_arrays):
    write_archive(tmp_path / "tiny.npz", tiny_arrays)

    with np.load(tmp_path / "tiny.npz") as archive:
        assert facts(dict(archive)) == facts(tiny_arrays)


def test_the_same_arrays_give_the_same_bytes(tmp_path, tiny_arrays):
    write_archive(tmp_path / "a.npz", tiny_arrays)
    write_archive(tmp_path / "b.npz", dict(reversed(tiny_arrays.items())))

    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert compute_fingerprint(tmp_path / "a.npz") == compute_fingerprint(tmp_path / "b.npz")


def test_the_digest_is_sha256_over_sorted_names_types_shapes_and_bytes(tiny_arrays):
    expected = hashlib.sha256()
    for name, array in sorted(tiny_arrays.items()):
        expected.update(f"{name}\0{array.dtype.str}\0{array.shape}\0".encode() + array.tobytes())

    assert compute_digest(tiny_arrays) == expected.hexdigest()
    assert compute_digest(dict(reversed(tiny_arrays.items()))) == expected.hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: {"edge_index": arrays["edge_index"].astype(np.int32)},
        lambda arrays: {"edge_index": arrays["edge_index"].reshape(9, 2)},
        lambda arrays: {"labels": changed(arrays["labels"], 0, 1)},
        lambda arrays: {"more": arrays["labels"]},
    ],
)
def test_any_change_changes_the_digest(tiny_arrays, change):
    assert compute_digest(tiny_arrays | change(tiny_arrays)) != compute_digest(tiny_arrays)


def test_the_digest_does_not_see_how_an_array_lies_in_memory(tiny_arrays):
    turned = {name: np.asfortranarray(array) for name, array in tiny_arrays.items()}

    assert compute_digest(turned) == compute_digest(tiny_arrays)


@given(st.data())
@settings(deadline=None)
def test_a_changed_byte_is_noticed(tmp_path_factory, data):
    arrays = {"features": np.arange(1500, dtype=np.float32).reshape(500, 3), "titles": np.array(["a", "b"])}
    path = tmp_path_factory.getbasetemp() / "changed.npz"
    write_archive(path, arrays)
    fingerprint, content = compute_fingerprint(path), bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)

    try:
        unnoticed = compute_fingerprint(path) == fingerprint and load_arrays(path)
    except ArchiveError:
        return
    assert not unnoticed or compute_digest(unnoticed) == compute_digest(arrays)


def test_a_shape_that_was_made_smaller_is_refused(tmp_path):
    path = tmp_path / "graph.npz"
    write_archive(path, {"features": np.ones((4000, 4), dtype=np.float32)})
    path.write_bytes(path.read_bytes().replace(b"(4000, 4)", b"(2000, 4)"))

    with pytest.raises(ArchiveError) as caught:
        load_arrays(path)

    assert str(caught.value) == (
        "key 'features' of graph.npz has more bytes than its shape [2000, 4] says: it is damaged"
    )


def test_python_objects_are_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    content = io.BytesIO()
    np.savez(content, features=np.array([Trap()], dtype=object))

    with pytest.raises(ArchiveError) as caught:
        load_arrays(io.BytesIO(content.getvalue()), "trap.npz")
    with pytest.raises(ArchiveError):
        load_arrays(io.BytesIO(pickle.dumps(Trap())))

    assert str(caught.value) == (
        "key 'features' of trap.npz holds Python objects or is damaged: expected a plain numeric or text array"
    )
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("keep", [0, 1, 30, 400, 1500, -1])
def test_an_archive_that_is_cut_off_is_refused(tmp_path, tiny_arrays, keep):
    path = tmp_path / "cut.npz"
    path.write_bytes(dump_arrays(tiny_arrays)[:keep])

    for read in (load_arrays, compute_fingerprint):
        with pytest.raises(ArchiveError, match=r"^cut\.npz cannot be read as an \.npz archive"):
            read(path)


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("features, edge_index\n")
    np.save(tmp_path / "single.npy", np.ones(3))
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as archive:
        archive.writestr("readme.txt", "no array")

    expected = {
        "text.npz": "text.npz cannot be read as an .npz archive (damaged, or another format): "
        "make it anew with numpy.savez_compressed",
        "single.npy": "single.npy cannot be read as an .npz archive (damaged, or another format): "
        "make it anew with numpy.savez_compressed",
        "other.npz": "member 'readme.txt' of other.npz is no array: expected only .npy members in an .npz archive",
        "absent.npz": f"{tmp_path / 'absent.npz'} does not exist: give the path of an .npz archive",
        ".": f"{tmp_path} is a folder: give the path of an .npz archive",
    }
    for name, message in expected.items():
        with pytest.raises(ArchiveError) as caught:
            load_arrays(tmp_path / name)
        assert str(caught.value) == message


def test_a_full_disk_leaves_the_archive_as_it_was(tmp_path, tiny_arrays, monkeypatch):
    storage = LocalStorage(tmp_path)
    write_archive(storage.path("tiny.npz"), tiny_arrays)

    def write_a_little(file, *_, **__):
        file.write(b"\x93NUMPY")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", write_a_little)
    with (
        pytest.raises(StorageFullError, match=r"^the disk of .* is full while writing tiny\.npz"),
        open_to_write(storage, "tiny.npz") as file,
    ):
        write_archive(file, {"features": np.ones(3)})

    assert [entry.name for entry in tmp_path.iterdir()] == ["tiny.npz"]
    assert facts(load_arrays(storage.path("tiny.npz"))) == facts(tiny_arrays)


# Checks

NODES = "expected True/False of shape [2, 8]"
MALFORMED = {
    "key 'features' is int64 [8]: expected numbers of shape [?, ?]": lambda a: {"features": a["labels"]},
    "key 'features' is <U2 [2, 1]: expected numbers of shape [?, ?]": lambda _: {"features": np.array([["ab"], ["c"]])},
    "key 'features' is empty ([8, 0]): expected at least one article and one feature": lambda _: {
        "features": np.ones((8, 0))
    },
    "key 'features' holds NaN, infinity or numbers beyond float32: expected finite numbers": lambda a: {
        "features": changed(a["features"].astype(np.float64), (3, 1), 1e39)
    },
    "key 'labels' is float64 [8]: expected whole numbers of shape [8]": lambda a: {"labels": a["labels"] / 2},
    "key 'labels' is int64 [7]: expected whole numbers of shape [8]": lambda a: {"labels": a["labels"][:7]},
    "key 'labels' holds numbers from -2 to 1: expected categories counted from 0, and -1 for articles without one": (
        lambda a: {"labels": changed(a["labels"], 0, -2)}
    ),
    "key 'train_masks' marks article 0, which has no category (-1 in 'labels'): take it out of the mask": lambda a: {
        "labels": changed(a["labels"], 0, -1)
    },
    "key 'edge_index' is int64 [9, 2]: expected whole numbers of shape [2, ?]": lambda a: {
        "edge_index": a["edge_index"].T
    },
    "key 'edge_index' holds indices from 0 to 8: expected 0 to 7": lambda a: {
        "edge_index": changed(a["edge_index"], (0, 0), 8)
    },
    "key 'train_masks' is bool [8, 2], which is [articles, splits]: expected [splits, articles], here [2, 8]; it seems "
    "transposed, as PyTorch Geometric has it: save train_masks.T": lambda a: {"train_masks": a["train_masks"].T},
    f"key 'val_masks' is bool [1, 8]: {NODES}": lambda a: {"val_masks": a["val_masks"][:1]},
    f"key 'stopping_masks' is int64 [2, 8]: {NODES}": lambda a: {
        "stopping_masks": a["stopping_masks"].astype(np.int64)
    },
    "key 'val_masks' marks no article in split 1: expected at least one": lambda a: {
        "val_masks": changed(a["val_masks"], 1, False)
    },
    "key 'test_mask' marks no article: expected at least one": lambda _: {"test_mask": np.zeros(8, dtype=bool)},
    "key 'train_masks' marks articles of 'test_mask': expected none in both": lambda a: {
        "train_masks": changed(a["train_masks"], (1, 3), True)
    },
    "key 'stopping_masks' marks articles of 'train_masks' in the same split: expected none in both": lambda a: {
        "stopping_masks": changed(a["stopping_masks"], (0, 4), True)
    },
    "key 'class_names' has 1 names: expected at least 2, one a category in 'labels'": lambda a: {
        "class_names": a["class_names"][:1]
    },
    "key 'class_names' names a category twice: expected every name once": lambda _: {
        "class_names": np.array(["One", "One"])
    },
    "key 'titles' is <U16 [7]: expected text of shape [8]": lambda a: {"titles": a["titles"][:7]},
    "key 'titles' holds characters that are no Unicode text: expected readable text": lambda a: {
        "titles": changed(a["titles"], 0, "\ud800")
    },
    "key 'page_ids' is float64 [8]: expected whole numbers of shape [8]": lambda _: {"page_ids": np.ones(8)},
    "key 'tokens_offsets' is missing beside 'tokens_indices': "
    "expected all of tokens_indices, tokens_offsets, tokens_vocabulary or none": lambda _: {
        "tokens_indices": TOKENS["tokens_indices"]
    },
    "key 'tokens_offsets' runs from 0 to 5: expected a rising sequence from 0 to 4": lambda _: (
        TOKENS | {"tokens_offsets": changed(TOKENS["tokens_offsets"], 8, 5)}
    ),
    "key 'tokens_indices' holds 2: expected 0 to 1": lambda _: (
        TOKENS | {"tokens_indices": changed(TOKENS["tokens_indices"], 0, 2)}
    ),
}


@pytest.mark.parametrize("message", MALFORMED)
def test_a_malformed_archive_names_the_key_what_was_found_and_what_was_expected(tiny_arrays, message):
    with pytest.raises(ArchiveError) as caught:
        check_arrays(tiny_arrays | MALFORMED[message](tiny_arrays))

    assert str(caught.value) == message


def test_a_missing_key_is_named_beside_those_that_are_there(tiny_arrays):
    del tiny_arrays["stopping_masks"]

    with pytest.raises(ArchiveError) as caught:
        check_arrays(tiny_arrays)

    assert str(caught.value) == (
        "key 'stopping_masks' is missing: found class_names, edge_index, features, labels, test_mask, titles, "
        "train_masks, val_masks; expected features, edge_index, labels, train_masks, val_masks, stopping_masks, "
        "test_mask"
    )


def test_articles_may_both_stop_and_validate(tiny_arrays):
    check_arrays(tiny_arrays | {"stopping_masks": tiny_arrays["val_masks"]})


def test_a_graph_without_links_is_a_graph(tiny_arrays):
    graph = build_graph(tiny_arrays | {"edge_index": np.empty((2, 0), dtype=np.int64)}, ORIGIN)

    assert graph.degree.tolist() == [0] * 8


# Graphs


def test_a_graph_has_the_archives_arrays_in_its_own_types(tiny_arrays):
    small = {
        "features": tiny_arrays["features"].astype(np.float64),
        "edge_index": tiny_arrays["edge_index"].astype(np.uint8),
        "labels": tiny_arrays["labels"].astype(np.int16),
        "page_ids": np.arange(100, 108, dtype=np.int32),
    }
    graph = build_graph(tiny_arrays | small | TOKENS, ORIGIN)

    assert (graph.x.dtype, graph.edge_index.dtype, graph.y.dtype) == (np.float32, np.int64, np.int64)
    assert graph.x.tolist() == tiny_arrays["features"].tolist()
    assert graph.edge_index.tolist() == tiny_arrays["edge_index"].tolist()
    assert graph.y.tolist() == tiny_arrays["labels"].tolist()
    assert graph.class_names == ("Databases", "Operating systems")
    assert graph.titles[4:6] == ("Linux", "Kernel")
    assert graph.page_ids.tolist() == list(range(100, 108))
    assert [graph.tokens.of(article) for article in (0, 1, 2, 7)] == [["join", "lock"], [], ["lock"], ["join"]]
    assert (graph.num_nodes, graph.num_classes, graph.num_splits) == (8, 2, 2)


def test_a_graph_is_not_to_be_written_to(tiny_graph):
    for array in (tiny_graph.x, tiny_graph.edge_index, tiny_graph.y, tiny_graph.train_masks, tiny_graph.test_mask):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_what_has_no_name_is_numbered(tiny_arrays):
    del tiny_arrays["titles"], tiny_arrays["class_names"]

    graph = build_graph(tiny_arrays, ORIGIN)

    assert graph.titles == tuple(f"Article {index}" for index in range(8))
    assert graph.class_names == ("Category 0", "Category 1")
    assert (graph.page_ids, graph.tokens) == (None, None)


def test_the_digest_is_that_of_the_arrays(tiny_arrays, tiny_graph):
    assert tiny_graph.digest == compute_digest(tiny_arrays)
    assert build_graph(tiny_arrays, ORIGIN, "known").digest == "known"
