"""The probe that says how long a first run would take."""

import pytest

from core.backends import probe


@pytest.mark.slow
def test_two_epochs_give_an_estimate_that_is_kept(explorer, storage, tiny_id):
    digest = explorer.graphs.load(tiny_id).digest
    found = probe.probe_preset(storage, tiny_id, digest, "gcn")
    assert found is not None and 0 < found.seconds_per_epoch < found.seconds < 120
    assert explorer.runs.list() == []
    assert probe.probe_preset(storage, tiny_id, digest, "gcn") == found


def test_what_cannot_be_measured_is_no_number(storage, tiny_id, monkeypatch):
    monkeypatch.setattr(probe.sys, "executable", "/bin/false")
    assert probe.probe_preset(storage, tiny_id, "0" * 64, "gcn") is None
