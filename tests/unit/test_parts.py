"""A split of which a file tells a part: it is used, and the rest is drawn and said."""

import io

import numpy as np
import pytest

from core.errors import ArchiveError
from core.graph.formats.draft import Draft
from core.graph.formats.given import gather_sent
from core.graph.formats.parts import build_masks, find_parts
from core.graph.formats.read import read_given

N = 60
LABELS = np.arange(N) % 3
NAMES = ("train_masks", "stopping_masks", "val_masks", "test_mask")


def mark(*spans):
    mask = np.zeros(N, dtype=bool)
    for start, end in spans:
        mask[start:end] = True
    return mask


def build(**parts):
    draft = Draft("mine", np.zeros((2, 0), dtype=np.int64), LABELS.copy())
    masks = build_masks(draft, parts)
    return masks and {name: np.atleast_2d(masks[name])[0] for name in NAMES}, draft.notices


def test_i15_a_whole_split_is_used_as_it_is():
    parts = {"train": mark((0, 12)), "val": mark((12, 24)), "stopping": mark((24, 36)), "test": mark((36, 60))}
    masks, notices = build(**parts)
    assert [masks[name].tolist() for name in NAMES] == [
        parts[part].tolist() for part in ("train", "stopping", "val", "test")
    ]
    assert notices == []


def test_i15_those_that_validate_stop_as_well():
    masks, notices = build(train=mark((0, 12)), val=mark((12, 24)), test=mark((24, 60)))
    assert masks["stopping_masks"].tolist() == masks["val_masks"].tolist() and notices == []


@pytest.mark.parametrize(("end", "source"), [(30, "those in no part"), (60, "its training articles")])
def test_i15_a_split_without_validation_is_used_and_the_rest_drawn(end, source):
    test = mark((end - 20, end))
    masks, notices = build(train=mark((0, end - 20)), test=test)
    assert masks["test_mask"].tolist() == test.tolist()
    assert np.sum([masks[name] for name in NAMES], axis=0).max() == 1  # no article has two parts
    assert all(np.unique(LABELS[masks[name]]).tolist() == [0, 1, 2] for name in NAMES)
    assert notices == [
        "Of its split it tells the training and test articles: the stopping and validation articles were drawn from "
        f"{source}, at random from seed 0."
    ]
    assert build(train=mark((0, end - 20)), test=test)[0]["val_masks"].tolist() == masks["val_masks"].tolist()


@pytest.mark.parametrize(
    ("parts", "notice"),
    [
        ({"test": mark((0, 20))}, "It tells test articles and none to train on: that part was not used."),
        ({"train": mark((0, 60))}, "It tells training articles and none to test on: that part was not used."),
    ],
)
def test_i15_what_makes_no_split_is_said(parts, notice):
    assert build(**parts) == (None, [notice])


@pytest.mark.parametrize("key", ["{}_idx", "idx_{}", "{}_index", "{}_indices", "{}_mask"])
def test_i15_parts_are_known_by_their_usual_names(key):
    spans = {"train": (0, 10), "val": (10, 20), "test": (20, 60)}
    values = {
        key.format(part): mark(span).astype(np.uint8) if "mask" in key else np.arange(*span)
        for part, span in spans.items()
    }
    found = find_parts("mine", values, N)
    assert {part: mask.tolist() for part, mask in found.items()} == {
        part: mark(span).tolist() for part, span in spans.items()
    }


def test_i15_an_index_of_no_article_is_named():
    with pytest.raises(ArchiveError, match="idx_test of mine names article 60: expected indices from 0 to 59"):
        find_parts("mine", {"idx_test": np.array([0, 60])}, N)


def test_i15_an_npz_of_sparse_parts_keeps_its_split():
    ring = (np.arange(N) + 1) % N
    arrays = {"adj_data": np.ones(N), "adj_indices": ring, "adj_indptr": np.arange(N + 1), "adj_shape": [N, N]}
    parts = {"idx_train": np.arange(12), "idx_val": np.arange(12, 24), "idx_test": np.arange(24, 60)}
    file = io.BytesIO()
    np.savez(file, **arrays, labels=LABELS, **parts)
    imported = read_given(gather_sent({"shchur.npz": file.getvalue()}))
    assert imported.arrays["train_masks"].tolist() == [mark((0, 12)).tolist()]
    assert imported.arrays["test_mask"].tolist() == mark((24, 60)).tolist()
    assert not any("no splits" in notice for notice in imported.notices)


def test_i15_a_column_with_two_parts_keeps_them():
    split = ["train" if i < 20 else "test" for i in range(N)]
    rows = "".join(f"{i},{'abc'[i % 3]},{split[i]}\n" for i in range(N))
    edges = "source,target\n" + "".join(f"{i},{(i + 1) % N}\n" for i in range(N))
    imported = read_given(
        gather_sent({"nodes.csv": b"id,category,split\n" + rows.encode(), "edges.csv": edges.encode()})
    )
    assert imported.arrays["test_mask"].tolist() == mark((20, 60)).tolist()
    assert any("were drawn from its training articles" in notice for notice in imported.notices)
