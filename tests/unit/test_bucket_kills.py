"""Runs in a bucket while trainer, server and provider are killed: a short form of the script docs/cloud.md names."""

import pytest

from tests.bench.bucket_kills import measure


@pytest.mark.slow
def test_c03_kills_lose_no_run_leave_no_untrue_state_and_no_process(monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "")  # which it sets
    found = measure(3, 1, epochs=200, pause_seconds=1.0, with_app=False)
    assert (found["wrong"], found["num_kills"], found["leases_left"]) == ([], 3, [])
