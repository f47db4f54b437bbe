"""How a run is named, everywhere: by its id, by how only its id begins, or as `latest`."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from core.errors import InvalidInputError, RunNotFoundError
from core.graph.titles import shorten

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
STAMP: Final = "%Y%m%d-%H%M%S"  # in UTC, with which an id begins
LATEST: Final = "latest"
MAX_NAMED: Final = 3  # runs that a message names


def is_run_id(name: str) -> bool:
    """Whether a run can be called so; folders of other names are none."""
    return _ID.fullmatch(name) is not None


def match_run(ref: str, ids: Collection[str], *, newest: str | None) -> str:
    """The one of `ids` that `ref` means. Raises RunNotFoundError, also where several begin so."""
    ref = ref.strip()
    shown = shorten(ref)
    if newest is None:
        raise RunNotFoundError(f"no run {shown!r}: there are no runs yet (start one: wikics train)")
    if ref in ids:
        return ref
    if ref == LATEST:
        return newest
    found = sorted(run_id for run_id in ids if ref and run_id.startswith(ref))
    if len(found) > 1:
        raise RunNotFoundError(
            f"{shown!r} begins the names of {len(found)} runs, {list_some(found)}: write more of the name"
        )
    if not found:
        raise RunNotFoundError(f"no run {shown!r} in runs/; newest is {newest!r} (list them: wikics runs list)")
    return found[0]


def list_some(ids: Sequence[str]) -> str:
    """A few ids for a message."""
    return ", ".join(map(repr, ids[:MAX_NAMED])) + (" and others" if len(ids) > MAX_NAMED else "")


def check_apart(name: str, ids: Collection[str]) -> None:
    """Raises InvalidInputError for a name that reads as one of these ids, as the beginning of one, or as `latest`."""
    if name and (name == LATEST or read_stamp(name) or any(run_id.startswith(name) for run_id in ids)):
        raise InvalidInputError(f"{name!r} cannot name a run: it reads as the id of one; choose another name")


def read_stamp(run_id: str) -> float:
    """When a run was made (Unix seconds) by its id; 0 where that does not say it."""
    if not re.match(r"\d{8}-\d{6}(?!\d)", run_id):
        return 0.0
    try:
        return datetime.strptime(run_id[:15], STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:  # no such day
        return 0.0


def build_id(created_at: float, what: str, suffix: str) -> str:
    """A run's id: when it was made, in UTC, a word for what it is, and what tells it from others of both."""
    stamp = datetime.fromtimestamp(created_at, UTC).strftime(STAMP)
    return f"{stamp}-{re.sub(r'[^a-z0-9]+', '-', what.lower())[:24].strip('-') or 'run'}-{suffix}"
