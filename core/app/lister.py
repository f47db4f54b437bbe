"""The process that lists a bucket's runs for a command while that is imported: `python -m core.app.lister`.

It asks for what has changed in the bucket that the environment names, where this machine has kept something of it.
"""

import os
import sys
import threading
from pathlib import Path

from core.early import guess_bucket, guess_home
from core.importing import importing_much, making_much


def main() -> None:
    """Writes what `core.storage.foreseen` reads, and ends before where its input does: then nobody waits for it."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    with importing_much():
        from core.app.run_storage import LISTED, has_memory
        from core.storage.address import is_bucket
        from core.storage.foreseen import list_all
        from core.storage.gcs_lists import BucketLists

    bucket, home = guess_bucket(), Path(guess_home()).expanduser().resolve()
    if is_bucket(bucket) and has_memory(home, bucket):
        with making_much():
            sys.stdout.buffer.write(list_all(BucketLists(bucket).list, LISTED))
            sys.stdout.buffer.close()  # read at once, and not when this process has ended


def _end_with_input() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
