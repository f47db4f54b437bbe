"""Snapshots: which epochs are kept, and that a resume keeps the same ones."""

import numpy as np
import pytest

from core.training.snapshots import Snapshots


def record(snapshots, epochs):
    for epoch in epochs:
        if snapshots.wants(epoch):
            snapshots.add(epoch, np.array([epoch % 3, 1]), np.array([1.0, epoch / 1000], dtype=np.float32))
    return snapshots


@pytest.mark.parametrize(("epochs", "interval"), [(1, 1), (200, 1), (201, 2), (401, 2), (402, 4), (1000, 8)])
def test_every_power_of_two_and_never_more_than_200(epochs, interval):
    snapshots = record(Snapshots(3), range(1, epochs + 1))
    assert snapshots.epochs == list(range(interval, epochs + 1, interval))
    assert len(snapshots.epochs) <= 200


@pytest.mark.parametrize("saved_at", [150, 199, 250, 399])
@pytest.mark.parametrize("resumed_from", [60, 149])
def test_resumed_run_keeps_what_an_undisturbed_one_keeps(tmp_path, saved_at, resumed_from):
    path = tmp_path / "snapshots.npz"
    record(Snapshots(3), range(1, saved_at + 1)).save(path)
    resumed = Snapshots(3)
    resumed.load(path, until_epoch=resumed_from)
    record(resumed, range(resumed_from + 1, 501))
    whole = record(Snapshots(3), range(1, 501))
    assert resumed.epochs == whole.epochs
    np.testing.assert_array_equal(resumed.preds, whole.preds)
    np.testing.assert_array_equal(resumed.confidences, whole.confidences)


def test_file_is_compact_and_exact(tmp_path):
    path = tmp_path / "snapshots.npz"
    Snapshots(3).save(path)
    assert not path.exists()
    record(Snapshots(300), [1, 2]).save(path)
    with np.load(path, allow_pickle=False) as saved:
        assert {name: (saved[name].dtype.str, saved[name].tolist()) for name in saved.files} == {
            "epochs": ("<i4", [1, 2]),
            "pred": ("<u2", [[1, 1], [2, 1]]),
            "confidence": ("|u1", [[255, 0], [255, 1]]),
            "interval": ("<i8", 1),
        }
    assert record(Snapshots(10), [1]).preds[0].dtype == np.uint8
