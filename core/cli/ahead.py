"""What a command asks far away before it is read: a bucket answers while Typer and the settings are imported."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.app.run_storage import RunPlace

_LIST: Final = ("runs", "list")


def begin_command(arguments: Sequence[str]) -> "RunPlace | None":
    """Asks what a listing will ask; None for every other command. `arguments` are those after the program's name."""
    if tuple(arguments[: len(_LIST)]) != _LIST or "--help" in arguments:
        return None
    from core.app.run_storage import guess_place

    return guess_place()
