"""A run of this program's as it was exported: checked, and stored as the run that it was."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from core.errors import DamagedFileError
from core.runs import files
from core.runs.imports.find import OwnRun
from core.runs.imports.limits import MAX_FILE_BYTES, UnreadableError
from core.runs.names import is_run_id
from core.runs.state import ACTIVE, build_state
from core.storage.documents import dump_json, parse_json

_DOCUMENTS = (files.CONFIG, files.ENVIRONMENT, files.REPORT, files.LABEL, files.PROFILE)


def read_own(run: OwnRun) -> Mapping[str, bytes]:
    """Its files by name. One that was active is stopped: nobody executes it here. Raises UnreadableError."""
    if not is_run_id(run.id):
        raise UnreadableError(f"{run.id[:80]!r} is no id of a run")
    too_large = next((name for name, file in run.files.items() if file.path.stat().st_size > MAX_FILE_BYTES), None)
    if too_large is not None:
        raise UnreadableError(f"its {too_large} is larger than {MAX_FILE_BYTES >> 20} MB, the most that is read")
    contents = {name: file.path.read_bytes() for name, file in run.files.items()}
    try:
        for name in _DOCUMENTS:
            if name in contents:
                parse_json(contents[name], f"its {name}")
        state = build_state(parse_json(contents[files.STATE], f"its {files.STATE}"))
    except DamagedFileError as error:
        raise UnreadableError(str(error)) from error
    if state.state in ACTIVE:
        state = replace(state, state="stopped", message="it was exported before it ended", pid=None, host="")
        contents[files.STATE] = dump_json(asdict(state))
    return contents
