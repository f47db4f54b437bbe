"""The table of runs."""

import json
import os
import time
from datetime import UTC, datetime

from core.app.places import Occupancy
from pages.ui.run_table import build_rows
from tests.rigs import local_rig


def test_i14_ages_are_times_so_that_they_sort_as_such(tmp_path):
    rig, now = local_rig(tmp_path), 1_800_000_000
    for age in (44, 200, 720, 10_800, 18_000, 172_800, 777_600, 2_592_000):
        path = rig.store.storage.path(f"runs/{rig.create()}/state.json")
        path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "stopped", "created_at": now - age}))
    ages = build_rows(rig.store.list(), Occupancy("here", "CPU", 0, 0, {}))["age"]
    assert ages == sorted(ages, reverse=True)  # as the list is: the youngest first
    assert ages[0] == datetime.fromtimestamp(now - 44, UTC)


def test_i16_a_heartbeat_from_the_future_is_no_sign_of_life(tmp_path):
    rig = local_rig(tmp_path)
    run_id = rig.create()
    path, now = rig.store.storage.path(f"runs/{run_id}/state.json"), time.time()
    running = {"state": "running", "host": "elsewhere", "pid": 1, "heartbeat_at": now + 7200}
    path.write_text(json.dumps(json.loads(path.read_text()) | running))
    for written_at, state in ((now, "running"), (now - 60, "crashed"), (now + 7200, "crashed")):
        os.utime(path, (written_at, written_at))
        assert rig.store.read(run_id).state == state
