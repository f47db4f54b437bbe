"""How much is taken in of runs from elsewhere: stated here alone, checked while it is read."""

from typing import Final

from core.errors import InvalidInputError

MAX_RUNS: Final = 2_000  # of one import
MAX_FILES: Final = 50_000  # in a folder or an archive, those of no interest included
MAX_UNPACKED_BYTES: Final = 2**32  # of an archive; of one that a visitor sends, MAX_SENT_BYTES
MAX_SENT_BYTES: Final = 2**30
MAX_FILE_BYTES: Final = 2**28  # of one file that is read whole
MAX_ROWS: Final = 1_000_000  # of a run
MAX_COLUMNS: Final = 200  # of its metrics
MAX_SETTINGS: Final = 200
MAX_NAME_CHARACTERS: Final = 120  # of a metric, a setting, a word of one
MAX_XZ_BYTES: Final = 2**28  # of memory that unpacking may ask for


class UnreadableError(InvalidInputError):
    """A file or folder holds no run that can be taken in: the reason as the end of a sentence."""


def check_count(count: int, what: str, *, most: int) -> None:
    """Raises UnreadableError where there are more than `most`."""
    if count > most:
        raise UnreadableError(f"it has more than {most:,} {what}, the most that is read")
