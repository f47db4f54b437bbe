"""What a command says of any error: one sentence, whatever it was."""

import tempfile
import traceback
from typing import Final

from core.errors import WikicsError

MAX_CHARACTERS: Final = 2_000


def describe_failure(error: Exception) -> str:
    """One line for a person; of an error that nobody foresaw, where its traceback is kept."""
    if isinstance(error, WikicsError):
        sentence = str(error)
    elif isinstance(error, OSError) and error.strerror:
        what = f"{str(error.filename)!r} cannot be used" if error.filename is not None else "the system refuses"
        sentence = f"{what} ({error.strerror}): name another place, or give this user the right to it"
    elif isinstance(error, MemoryError):
        sentence = "there is not enough memory for this: close other programs, or ask for less"
    else:
        sentence = f"this command failed by {type(error).__name__} ({error}), which is a fault of the program"
        sentence += _keep_traceback(error)
    # Control characters and half characters are written out: a terminal obeys the former and cannot show the latter.
    words = " ".join(sentence.split())
    line = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in words)
    return line if len(line) <= MAX_CHARACTERS else f"{line[:MAX_CHARACTERS]}…"


def _keep_traceback(error: Exception) -> str:
    """Where the traceback is, as the end of a sentence."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="wikics-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return ""
    return f": send whoever mends it {file.name}"
