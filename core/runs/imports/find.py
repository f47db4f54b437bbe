"""Which of the files given are runs, of what kind, and the runs in them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from core.errors import WikicsError
from core.runs import files
from core.runs.imports import events, tables, wandb
from core.runs.imports.foreign import ForeignRun, Skipped
from core.runs.imports.given import Given
from core.runs.imports.limits import MAX_FILE_BYTES, UnreadableError

TABLE: Final = ".csv"
OWN: Final = (  # of a run of ours; a request to its trainer, or an order at a provider, is not taken along
    *(files.CONFIG, files.ENVIRONMENT, files.METRICS, files.SNAPSHOTS, files.LAST_CHECKPOINT),
    *(files.PREVIOUS_CHECKPOINT, files.FORK_CHECKPOINT, files.BEST_WEIGHTS, files.PREDICTIONS, files.REPORT),
    *(files.LOG, files.STATE, files.LABEL, files.PROFILE, files.RACE),
)


@dataclass(frozen=True)
class OwnRun:
    """A run of this program's, as it was exported: its files by their names."""

    path: str
    id: str
    files: dict[str, Given]


Found = ForeignRun | OwnRun | Skipped


def is_wanted(name: str) -> bool:
    """Whether a file of this name may be part of a run."""
    last = PurePosixPath(name.replace("\\", "/")).name
    is_named = last in (*OWN, wandb.CONFIG, wandb.SUMMARY)
    return is_named or events.MARK in last or last.lower().endswith((TABLE, wandb.SUFFIX))


def read_runs(given: Sequence[Given], *, is_named: bool = False) -> Iterator[Found]:
    """The runs in these files, folder by folder, and what could not be read, each with its reason.

    is_named: a person named this very file, so that a table without steps is no matter of course.
    """
    folders: dict[PurePosixPath, dict[str, Given]] = {}
    for file in given:
        folders.setdefault(file.name.parent, {})[file.name.name] = file
    own = [folder for folder, found in folders.items() if files.STATE in found and files.CONFIG in found]
    for folder, found in folders.items():
        if not any(above in own for above in folder.parents):  # what a run of ours has logged elsewhere is no other run
            yield from _read_folder(folder, found, is_named=is_named)


def _read_folder(folder: PurePosixPath, found: dict[str, Given], *, is_named: bool) -> Iterator[Found]:
    """The runs of one folder: of the first kind that is there."""
    if files.STATE in found and files.CONFIG in found:
        yield OwnRun(str(folder), folder.name, {name: found[name] for name in OWN if name in found})
        return
    if of_events := [file for name, file in sorted(found.items()) if events.MARK in name]:
        yield from _read_together(ForeignRun(str(folder), "tensorboard"), of_events, events.read_events)
        return
    if logs := [file for name, file in sorted(found.items()) if name.endswith(wandb.SUFFIX)]:
        for log in logs:
            yield from _read_together(ForeignRun(str(log.name.with_suffix("")), "wandb"), [log], wandb.read_log)
        return
    listed = [file for name, file in sorted(found.items()) if name.lower().endswith(TABLE)]
    steps = [file for file in listed if is_named or _has_steps(file)]
    if wandb.SUMMARY in found:
        yield from _read_summary(folder, found, steps)
        return
    for table in steps:
        try:
            _check_size(table)
            runs = tables.read_table(table.path, table.name)
        except (UnreadableError, OSError) as error:
            yield Skipped(str(table.name), tell(error))
            continue
        for run in runs:
            run.digest = _digest([table])
            yield run


def _read_together(run: ForeignRun, parts: Sequence[Given], read: Callable[..., None]) -> Iterator[Found]:
    """One run out of its files; those that cannot be read are named."""
    whole = []
    for part in parts:
        before = len(run.rows)
        try:
            _check_size(part)
            read(part.path, run)
            whole.append(part)
        except (UnreadableError, OSError) as error:
            yield Skipped(str(part.name), tell(error))
            if len(run.rows) > before:
                return  # half of it is in the run
    if whole and not run.rows:
        yield Skipped(run.path, "it holds no numbers by step")
    elif whole:
        run.digest = _digest(whole)
        yield run


def _read_summary(folder: PurePosixPath, found: dict[str, Given], steps: Sequence[Given]) -> Iterator[Found]:
    """What W&B keeps of a run as files: settings, the last values, and a history where one was exported."""
    run = ForeignRun(str(folder), "wandb")
    parts = [found[wandb.SUMMARY]]
    try:
        if steps:
            run = tables.read_table(steps[0].path, folder / steps[0].name.name)[0]
            run.path, run.source, parts = str(folder), "wandb", [steps[0]]
        else:
            wandb.read_summary(found[wandb.SUMMARY].path, run)
    except (UnreadableError, OSError) as error:
        yield Skipped(str(parts[0].name), tell(error))
        return
    if wandb.CONFIG in found and found[wandb.CONFIG].path.stat().st_size < 2**20:
        wandb.read_config(found[wandb.CONFIG].path, run)
    run.digest = _digest(parts)
    yield run


def _has_steps(file: Given) -> bool:
    try:
        return tables.find_step(tables.read_header(file.path)[0]) is not None
    except (OSError, ValueError):
        return False


def _check_size(file: Given) -> None:
    if file.path.stat().st_size > MAX_FILE_BYTES:
        raise UnreadableError(f"it is larger than {MAX_FILE_BYTES >> 20} MB, the most that is read")


def tell(error: OSError | WikicsError) -> str:
    """Why something could not be read, as the end of a sentence."""
    return str(error) if isinstance(error, WikicsError) else f"it cannot be read ({error.strerror or error})"


def _digest(parts: Sequence[Given]) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part.path.read_bytes())
    return found.hexdigest()
