"""`wikics job`, whose training only sleeps and counts; run as a script with the job's address."""

import sys

from core.backends.job import run_stored_job
from core.errors import WikicsError
from core.storage.opening import split_address
from tests.fake_waiter import prepare

if __name__ == "__main__":
    try:
        sys.exit(run_stored_job(*split_address(sys.argv[1]), prepare=prepare))
    except WikicsError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
