"""What files of other formats leave open is read as it is meant, or said."""

import sys
from types import ModuleType

import numpy as np
import pytest

from core.errors import ArchiveError
from core.graph.archive import dump_arrays, restore_sign
from core.graph.formats.read import read_given
from tests.unit.test_formats import EDGES, LABELS, X, adjacency, data, npz, parts, saved, sent

__all__ = ["data"]  # a fixture
WORDS = np.array(["graphs", "graphs", "", "graphs", "logic", "logic", "logic", "logic"])


def read_npz(**arrays):
    return read_given(sent(g__npz=npz(**parts("adj", adjacency()), **arrays)))


def read_data(data, **changes):
    changed = data.clone()
    for key, value in changes.items():
        changed[key] = value
    return read_given(sent(g__pt=saved(changed)))


def read_tables(nodes, edges="source,target\n1,2\n2,3\n"):
    return read_given(sent(nodes__csv=nodes.encode(), edges__csv=edges.encode()))


@pytest.mark.parametrize("words", [WORDS, WORDS.astype("S"), WORDS.astype(object)], ids=["text", "bytes", "objects"])
def test_i15_labels_in_words_are_categories(words):
    arrays = read_npz(labels=words).arrays
    assert arrays["labels"].tolist() == [0, 0, -1, 0, 1, 1, 1, 1]
    assert arrays["class_names"].tolist() == ["graphs", "logic"]


def test_i15_words_in_y_are_categories(data):
    arrays = read_data(data, y=WORDS.tolist()).arrays
    assert (arrays["labels"].tolist(), arrays["class_names"].tolist()) == (
        [0, 0, -1, 0, 1, 1, 1, 1],
        ["graphs", "logic"],
    )


def test_i15_indices_in_the_place_of_masks_are_masks(data):
    import torch

    told = {"train_mask": [0, 4], "val_mask": [1, 5], "test_mask": [3, 6, 7]}
    arrays = read_data(data, **{key: torch.tensor(indices) for key, indices in told.items()}).arrays
    found = [np.flatnonzero(arrays[key]).tolist() for key in ("train_masks", "val_masks", "test_mask")]
    assert found == list(told.values())
    with pytest.raises(ArchiveError, match=r"train_mask of g\.pt names article 8: expected indices from 0 to 7"):
        read_data(data, **{key: torch.tensor([*indices, 8]) for key, indices in told.items()})
    with pytest.raises(ArchiveError, match=r"train_mask of g\.pt is int64 \[3\]: expected True/False of shape \[8\]"):
        read_data(data, **{key: torch.tensor([1, 0, 1]) for key in told})


def test_i15_sparse_links_and_features_are_refused_by_their_class(data, monkeypatch):
    import torch

    matrix = torch.eye(2).to_sparse()
    package, module = ModuleType("torch_sparse"), ModuleType("torch_sparse.tensor")
    module.SparseTensor = type("SparseTensor", (), {"__module__": "torch_sparse.tensor"})
    for known in (package, module):
        monkeypatch.setitem(sys.modules, known.__name__, known)
    for value, kind in ((module.SparseTensor(), "torch_sparse.SparseTensor"), (matrix, "sparse torch.Tensor")):
        with pytest.raises(ArchiveError) as caught:
            read_given(sent(g__pt=saved({"x": data.x, "y": data.y, "adj_t": value})))
        assert str(caught.value) == (
            f"g.pt has its links as adj_t, a {kind}: save it with edge_index [2, E], as it is before ToSparseTensor"
        )
    assert read_data(data, adj_t=matrix).arrays["edge_index"].T.tolist() == [list(edge) for edge in EDGES]
    with pytest.raises(
        ArchiveError, match=r"has its features as x, a sparse torch.Tensor: save it with x.to_dense\(\)"
    ):
        read_data(data, x=matrix)


@pytest.mark.parametrize(
    ("names", "found", "notice"),
    [
        (["a"], ["a", "Category 1"], "It names 1 of 2 categories: the others are called by their numbers."),
        (["a", "a"], None, "Its names of categories were not used: two are called 'a'."),
        (["a", "b", "c"], ["a", "b", "c"], None),
    ],
)
def test_i15_names_of_categories_that_do_not_fit_are_said(data, names, found, notice):
    for imported in (read_npz(labels=LABELS, class_names=np.array(names)), read_data(data, class_names=names)):
        used = imported.arrays.get("class_names")
        assert (used if used is None else used.tolist()) == found
        assert [told for told in imported.notices if "categories" in told] == ([notice] if notice else [])


def test_i15_the_greatest_number_without_a_sign_is_no_category(tiny_arrays, data):
    import torch

    labels = np.array([0, 1, 1, 255], dtype=np.uint8)
    assert restore_sign(labels).tolist() == [0, 1, 1, -1]
    assert restore_sign(np.array([0, 254, 255], dtype=np.uint8)).tolist() == [0, 254, 255]
    bytes_ = torch.tensor([0, 0, 0, 0, 1, 1, 1, 255], dtype=torch.uint8)
    assert read_data(data, y=bytes_).arrays["labels"].tolist() == [0, 0, 0, 0, 1, 1, 1, -1]
    archive = {key: array.copy() for key, array in tiny_arrays.items()}
    archive["labels"] = tiny_arrays["labels"].astype(np.uint8)
    archive["labels"][7] = 255
    for key in ("train_masks", "val_masks", "stopping_masks", "test_mask"):
        archive[key][..., 7] = False
    imported = read_given(sent(g__npz=dump_arrays(archive)))
    assert imported.arrays["labels"].tolist() == [*tiny_arrays["labels"][:7].tolist(), -1]
    assert imported.notices[0].startswith("1 article has no category")


@pytest.mark.parametrize("column", ["", "Unnamed: 0"])
def test_i15_a_column_that_numbers_the_rows_is_no_feature(column):
    rows = [f"{place},{place + 1},{'ab'[place % 2]},{place / 10}" for place in range(8)]
    imported = read_tables("\n".join([f"{column},id,category,size", *rows]))
    assert imported.arrays["features"].shape == (8, 1)
    assert f"Left out, since it numbers the rows: the column {column or 'without a name'}." in imported.notices
    alone = read_tables("\n".join([f"{column},category", *(f"{place + 1},{'ab'[place % 2]}" for place in range(8))]))
    assert alone.arrays["edge_index"].tolist() == [[0, 1], [1, 2]]  # what it numbers are ids


def test_i15_several_graphs_in_one_file_are_said():
    one = '<graph edgedefault="directed"><node id="{0}a"/><node id="{0}b"/></graph>'
    both = f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{one.format(0)}{one.format(1)}</graphml>'
    with pytest.raises(ArchiveError, match=r"^g\.graphml holds several graphs: keep the one that is meant$"):
        read_given(sent(g__graphml=both.encode()))


def test_i15_features_stay_beside_labels_in_words():
    np.testing.assert_allclose(read_npz(labels=WORDS, attr_matrix=X).arrays["features"], X)
