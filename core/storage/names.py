"""Which names a storage takes, and what a pattern of names means."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from core.errors import InvalidInputError

ALL_BELOW: Final = "**"
PARTIAL_SUFFIX: Final = ".partial"  # of what is being written, which no reader looks at
HOME: Final = "WIKICS_HOME"  # what a message calls the storage's place, which is nobody's business
HOME_FOLDERS: Final = ("benchmarks", "graphs", "models", "queue", "runs")  # all that stands right in it

Matches = Callable[[str], object]  # truthy where a text matches


def check_name(name: str) -> str:
    """The name itself. Raises InvalidInputError for what would leave the storage, or is a pattern."""
    if "*" in name:
        raise InvalidInputError(f"{name!r} is no name in a storage: '*' stands for other names in patterns alone")
    _check_parts(name)
    return name


def name_in_home(path: Path) -> str:
    """What a message calls a file of WIKICS_HOME, its name in the storage; of one elsewhere the last part alone.

    Whoever visits the app reads messages, and where its folders lie is nobody's business.
    """
    *folders, last = path.parts
    start = max((index for index, part in enumerate(folders) if part in HOME_FOLDERS), default=len(folders))
    return "/".join([*folders[start:], last])


def check_prefix(prefix: str) -> str:
    """The name of what is to be deleted, a file or a folder. Raises InvalidInputError for none at all."""
    name = prefix.rstrip("/")
    if not name:
        raise InvalidInputError("name what to delete: an empty name would delete everything")
    return check_name(name)


def split_pattern(pattern: str) -> tuple[str, ...]:
    """The parts of a pattern. Raises InvalidInputError where `**` is not the whole of the last one."""
    _check_parts(pattern)
    *folders, last = pattern.split("/")
    if any(ALL_BELOW in part for part in folders) or (ALL_BELOW in last and last != ALL_BELOW):
        raise InvalidInputError(f"{pattern!r} is no pattern of names: '**' is the whole of the last part, or absent")
    return (*folders, last)


@lru_cache(maxsize=64)
def compile_part(part: str) -> Matches:
    """Tells whether one part of a name matches one part of a pattern, as all do `**`."""
    return re.compile(_translate(part)).fullmatch


def compile_pattern(pattern: str) -> Matches:
    """Tells whether a whole name matches."""
    *folders, last = split_pattern(pattern)
    parts = [*map(_translate, folders), ".+" if last == ALL_BELOW else _translate(last)]
    return re.compile("/".join(parts), re.DOTALL).fullmatch


def _translate(part: str) -> str:
    return re.escape(part).replace(r"\*", "[^/]*")


def _check_parts(name: str) -> None:
    if "\\" in name or "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
        raise InvalidInputError(f"{name!r} is no name in a storage: use relative parts joined by '/'")
