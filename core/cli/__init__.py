"""The command line: `wikics`. With --json a command prints one JSON document on stdout and nothing else there."""

import sys

import typer

from core.cli.backends import backends
from core.cli.benchmark import benchmark
from core.cli.console import err
from core.cli.failures import describe_failure
from core.cli.graph import graph
from core.cli.job import job
from core.cli.models import models_app
from core.cli.predict import predict
from core.cli.runs import runs_app
from core.cli.serve import serve
from core.cli.sweep import sweep_app
from core.cli.train import field_help, train

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train, watch and understand a graph neural network on WikiCS.",
)
app.command()(graph)
app.command(epilog=field_help())(train)
app.add_typer(runs_app, name="runs")
app.add_typer(models_app, name="models")
app.command()(predict)
app.command(epilog=field_help())(benchmark)
app.add_typer(sweep_app, name="sweep")
app.command()(job)
app.command()(backends)
app.command()(serve)


def main() -> None:
    """The entry point: an error is one line on stderr and exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  # nobody at a shell is shown a traceback
        err.print(f"wikics: {describe_failure(error)}", soft_wrap=True)
        sys.exit(1)
