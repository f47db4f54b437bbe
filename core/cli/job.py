"""`wikics job`: executes one job's folder here and now, as a queue or a cloud does once it is the job's turn."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from core.backends.job import run_stored_job
from core.cli.console import out
from core.cli.options import JsonOption, print_json
from core.runs.job_states import JobStates, describe_job
from core.storage.opening import split_address

job_app = typer.Typer(add_completion=False)


@job_app.command()
def job(
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Folder of the job: HOME/runs/ID, gs://BUCKET/PREFIX/runs/ID.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Execute one job, a run or a benchmark, in this process: a pending one, or where its process is gone the rest.

    SIGTERM stops it with exit code 143; the same command then goes on from its last checkpoint.
    """
    storage, name = split_address(address)
    states = JobStates(storage)
    states.read_stored(name)  # says in a sentence where there is none
    code = run_stored_job(storage, name)
    state = states.read_stored(name)
    if as_json:
        print_json({"job": name} | asdict(state))
    else:
        out.print(f"{describe_job(name)}: {state.state} {state.message}".rstrip())
    sys.exit(code)
