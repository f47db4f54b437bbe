"""`wikics job`: executes one job's folder here and now, as a queue or a cloud does once it is the job's turn."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.backends.job import run_job
from core.cli.console import JsonOption, out, print_json
from core.errors import InvalidInputError
from core.runs import files
from core.runs.folder import JobFolder
from core.storage.local import LocalStorage


def job(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Folder of the job: HOME/runs/ID.")],
    as_json: JsonOption = False,
) -> None:
    """Execute one pending job, a run or a benchmark, in this process. SIGTERM stops it after its epoch."""
    path = Path(address).expanduser().resolve()
    if not (path / files.STATE).exists():
        raise InvalidInputError(f"{address!r} is no job: give the folder of a run or a benchmark, such as HOME/runs/ID")
    folder = JobFolder(path)
    name = f"{path.parent.name}/{path.name}"
    code = run_job(folder, LocalStorage(path.parents[1]), name)
    state = folder.read_state()
    if as_json:
        print_json({"job": name} | asdict(state))
    else:
        out.print(f"{name}: {state.state} {state.message}".rstrip(), markup=False, highlight=False)
    sys.exit(code)
