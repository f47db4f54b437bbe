"""The command line: `wikics`. With --json a command prints one JSON document on stdout and nothing else there."""

import sys

import typer

from core.cli.benchmark import benchmark
from core.cli.console import err
from core.cli.graph import graph
from core.cli.job import job
from core.cli.predict import predict
from core.cli.runs import runs_app
from core.cli.serve import serve
from core.cli.train import field_help, train
from core.errors import WikicsError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train, watch and understand a graph neural network on WikiCS.",
)
app.command()(graph)
app.command(epilog=field_help())(train)
app.add_typer(runs_app, name="runs")
app.command()(predict)
app.command(epilog=field_help())(benchmark)
app.command()(job)
app.command()(serve)


def main() -> None:
    """The entry point: an error is one line on stderr and exit code 1."""
    try:
        app()
    except WikicsError as error:
        err.print(f"wikics: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
