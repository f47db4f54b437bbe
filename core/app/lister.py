"""The process that asks a bucket for a command that lists runs, while that is imported: `python -m core.app.lister`.

It asks the bucket that the environment names.
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
        from core.app.run_storage import foresee
        from core.storage.address import is_bucket
        from core.storage.foreseen import dump_answers

    bucket, home = guess_bucket(), Path(guess_home()).expanduser().resolve()
    if is_bucket(bucket):
        with making_much():
            sys.stdout.buffer.write(dump_answers(foresee(bucket, home)))
            sys.stdout.buffer.close()  # read at once, and not when this process has ended


def _end_with_input() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
