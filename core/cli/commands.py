"""All commands of `wikics`, none of which is imported before it is asked for."""

import os
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
        "runs": "core.cli.commands:runs_app",
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
