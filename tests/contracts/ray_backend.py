"""What is too long for every change: the whole contract of backends on Ray, by `pytest tests/contracts/ray_backend.py`.

tests/contracts/test_ray_backend.py is the short form.
"""

import signal

from tests.contracts.test_backend import *  # noqa: F403
from tests.contracts.test_ray_backend import rig as rig
from tests.contracts.test_ray_backend import settle, watch_a_killed_worker


def test_c01_a_worker_that_is_told_to_end_is_followed_by_another(rig):
    watch_a_killed_worker(rig, signal.SIGTERM)


def test_c01_a_job_that_its_worker_cannot_reach_fails_with_the_reason(rig):
    rig.backend._launcher._prepare = "tests.no_such_module:prepare"
    run_id = rig.submit()
    rig.wait_until(lambda: settle(rig, run_id).ended)
    state = rig.store.read_stored_state(run_id)
    assert state.state == "failed"
    assert state.message == (
        "Ray ended it before it began (DEAD: ModuleNotFoundError: No module named 'tests.no_such_module')"
    )
