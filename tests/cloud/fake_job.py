"""`wikics job ADDRESS` whose training only sleeps and counts."""

import sys

from core.backends.job import run_stored_job
from core.storage.opening import split_address
from tests import fake_waiter

if __name__ == "__main__":
    storage, name = split_address(sys.argv[2])
    sys.exit(run_stored_job(storage, name, prepare=fake_waiter.prepare))
