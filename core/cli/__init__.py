"""The command line: `wikics`. With --json a command prints one JSON document on stdout and nothing else there."""

import os
import sys
from collections.abc import Mapping
from typing import ClassVar

import typer

from core.cli.late import LateGroup

# Pydantic would look through every installed package for plugins of its own, for a sixtieth of a second.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")


class _Commands(LateGroup):
    named: ClassVar[Mapping[str, str]] = {
        "graph": "core.cli.graph:graph_app",
        "train": "core.cli.train:train_app",
        "models": "core.cli.models:models_app",
        "reports": "core.cli.reports:reports_app",
        "predict": "core.cli.predict:predict_app",
        "benchmark": "core.cli.benchmark:benchmark_app",
        "job": "core.cli.job:job_app",
        "backends": "core.cli.backends:backends_app",
        "serve": "core.cli.serve:serve_app",
        "runs": "core.cli:runs_app",
        "sweep": "core.cli.sweep:sweep_app",
    }


class _RunsCommands(LateGroup):
    named: ClassVar[Mapping[str, str]] = {"list": "core.cli.listing:list_app"}
    rest: ClassVar[str] = "core.cli.runs:runs_app"


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train, watch and understand a graph neural network on WikiCS.",
)
runs_app = typer.Typer(
    cls=_RunsCommands,
    no_args_is_help=True,
    add_completion=False,
    help="List, show, compare, stop, resume, fork, label, delete, export and upload runs.",
)


@app.callback()
@runs_app.callback()
def _begin() -> None:
    """Typer takes what has a callback for a group."""


def main() -> None:
    """The entry point: an error is one line on stderr and exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  # nobody at a shell is shown a traceback
        from core.cli.console import err  # what writes is imported by who has to write
        from core.cli.failures import describe_failure

        err.print(f"wikics: {describe_failure(error)}", soft_wrap=True)
        sys.exit(1)
