"""How a run is named, everywhere: by its id, by how only its id begins, or as `latest`."""

from collections.abc import Collection
from typing import Final

from core.errors import RunNotFoundError

LATEST: Final = "latest"
MAX_NAMED: Final = 3  # runs that a message names
MAX_SHOWN: Final = 80  # characters of what was asked for that a message repeats


def match_run(ref: str, ids: Collection[str], *, newest: str | None) -> str:
    """The one of `ids` that `ref` means. Raises RunNotFoundError, also where several begin so."""
    ref = ref.strip()
    shown = ref if len(ref) <= MAX_SHOWN else f"{ref[: MAX_SHOWN - 1]}…"
    if newest is None:
        raise RunNotFoundError(f"no run {shown!r}: there are no runs yet (start one: wikics train)")
    if ref in ids:
        return ref
    if ref == LATEST:
        return newest
    found = sorted(run_id for run_id in ids if ref and run_id.startswith(ref))
    if len(found) > 1:
        some = ", ".join(map(repr, found[:MAX_NAMED])) + (" and others" if len(found) > MAX_NAMED else "")
        raise RunNotFoundError(f"{shown!r} begins the names of {len(found)} runs, {some}: write more of the name")
    if not found:
        raise RunNotFoundError(f"no run {shown!r} in runs/; newest is {newest!r} (list them: wikics runs list)")
    return found[0]
