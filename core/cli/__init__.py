"""The command line: `wikics`. With --json a command prints one JSON document on stdout and nothing else there."""

import os
import platform
import runpy
import socket
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

import core
from core.app.explorer import Explorer
from core.cli import console
from core.cli.benchmark import benchmark
from core.cli.console import GraphOption, JsonOption, err, open_graph, out, parse_overrides, print_json
from core.config.train import TrainConfig
from core.errors import ConfigError, InvalidInputError, UnavailableError, WikicsError
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from core.settings import load_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train, watch and understand a graph neural network on WikiCS.",
)
runs_app = typer.Typer(no_args_is_help=True, help="List, show, stop, resume, delete and export runs.")
app.add_typer(runs_app, name="runs")

POLL_SECONDS = 0.2

RunArgument = Annotated[str, typer.Argument(metavar="R", help="A run's id, a unique prefix of it, or 'latest'.")]


def main() -> None:
    """The entry point: an error is one line on stderr and exit code 1."""
    try:
        app()
    except WikicsError as error:
        err.print(f"wikics: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def load_config_file(path: Path) -> dict[str, Any]:
    """A YAML or JSON file of config fields. Raises ConfigError."""
    try:
        content = yaml.safe_load(path.read_text())
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist: give a YAML or JSON file of config fields") from error
    except (yaml.YAMLError, UnicodeDecodeError, IsADirectoryError) as error:
        raise ConfigError(f"{path} cannot be read as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds {type(content).__name__}: expected config fields, such as 'lr: 0.01'")
    return content


def field_help() -> str:
    """The config fields with their bounds, for the help of `train`."""
    rows = []
    for name, field in TrainConfig.model_fields.items():
        if (field.json_schema_extra or {}).get("form") is False:  # type: ignore[union-attr]
            continue
        rows.append(f"{name} (default {field.default}): {field.description}")
    return "Fields for --set:\n\n" + "\n\n".join(rows)


def _write_record(record: RunRecord, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(record))
        return
    accuracy = "-" if record.test_acc is None else f"{100 * record.test_acc:.2f} %"
    validation = "-" if record.val_acc is None else f"{100 * record.val_acc:.2f} %"
    out.print(f"{record.id}: {record.state} after {record.epochs} epochs, test {accuracy}, validation {validation}")
    if record.message:
        out.print(record.message, markup=False)


@app.command()
def graph(graph: GraphOption = None, as_json: JsonOption = False) -> None:
    """Fetch a graph, verify it and describe it."""
    explorer = console.open_explorer()
    description = explorer.describe_graph(open_graph(explorer, graph))
    if as_json:
        print_json(asdict(description))
        return
    summary, statistics = description.graph, description.statistics
    out.print(f"{summary.name} ({summary.id}): {summary.source}", markup=False)
    for notice in summary.notices:
        out.print(notice, markup=False)
    table = Table("category", "articles")
    for name, size in zip(statistics.class_names, statistics.class_sizes, strict=True):
        table.add_row(name, f"{size:,}")
    out.print(
        f"{statistics.num_articles:,} articles, {statistics.num_links:,} directed links, "
        f"median degree {statistics.degree_median:.0f}, homophily {statistics.homophily:.2f}"
    )
    out.print(table)


@app.command(epilog=field_help())
def train(
    graph: GraphOption = None,
    preset: Annotated[str, typer.Option(metavar="P", help="Preset to begin with.")] = "gcn",
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="YAML or JSON file of fields that differ.")
    ] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="k=v", help="One field that differs.")] = None,
    split: Annotated[int | None, typer.Option(metavar="N", help="Which split, counted from 0.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return at once; the run goes on.")] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Profile a few epochs: a trace in the run's folder, a table in its log.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Train one run and say how it went. Ctrl-C stops the run after its epoch."""
    explorer = console.open_explorer()
    overrides = (load_config_file(config) if config else {}) | parse_overrides(set_ or [])
    if split is not None:
        overrides["split"] = split
    named_preset = str(overrides.pop("preset", preset))
    named_graph = graph or overrides.pop("graph", None)
    overrides.pop("graph", None)
    record = explorer.submit_run(
        explorer.build_config(named_preset, overrides, graph=open_graph(explorer, named_graph)), profile=profile
    )
    if not detach:
        record = follow(explorer, record.id)
    _write_record(record, as_json=as_json)
    if record.state in ("failed", "crashed"):
        sys.exit(1)


def follow(explorer: Explorer, run_id: str) -> RunRecord:
    """Shows a run's progress on stderr until it ends. Ctrl-C asks it to stop; a second one lets it go on alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    stop_asked = False
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(run_id, total=None)
        while True:
            try:
                record = explorer.store.read(run_id)
                text = f"{run_id} {record.state}"
                if record.epoch:
                    text += f", epoch {record.epoch}"
                if record.stopping_acc is not None:
                    text += f", stopping accuracy {100 * record.stopping_acc:.1f} %"
                progress.update(task, description=text, completed=record.epoch, total=record.max_epochs)
                if record.state not in ACTIVE:
                    return record
                time.sleep(POLL_SECONDS)
            except KeyboardInterrupt:
                if stop_asked:
                    raise
                stop_asked = True
                explorer.stop_run(run_id)


@app.command()
def predict(
    run: Annotated[str, typer.Option("--run", metavar="R", help="A run's id, a unique prefix of it, or 'latest'.")],
    article: Annotated[list[str] | None, typer.Option("--article", metavar="A", help="A title or an index.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every article.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Predict articles' categories with their calibrated probabilities."""
    if bool(article) == all_:
        raise typer.BadParameter("name articles with --article, or take --all", param_hint="--article")
    answer = console.open_explorer().predict(run, None if all_ else article)
    if as_json:
        print_json(asdict(answer))
        return
    table = Table("article", "title", "category", "predicted", "probability")
    for row in answer.articles:
        table.add_row(str(row.index), row.title, row.label, row.pred, f"{100 * row.probs[row.pred]:.1f} %")
    out.print(table)


app.command(epilog=field_help())(benchmark)


@app.command()
def serve(
    port: Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Open the app in the browser (from a checkout or an image)."""
    script = Path(core.__file__).parents[1] / "streamlit_app.py"
    if not script.exists():
        raise InvalidInputError(
            f"{script.name} is not beside the package: run 'wikics serve' from a checkout or an image"
        )
    load_settings()  # a wrong setting is said here, not in a browser
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise UnavailableError(
                f"port {port} of {address} cannot be used ({error.strerror}): "
                "stop the program that holds it, or choose another with --port"
            ) from error
    os.chdir(script.parent)
    sys.argv = [
        *("streamlit", "run", str(script)),
        f"--server.port={port}",
        f"--server.address={address}",
        f"--server.headless={str(not _has_screen()).lower()}",  # with a screen the browser opens by itself
        "--server.showEmailPrompt=false",
    ]
    # In this process, whose imports the app needs too: a second start would cost a second.
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def _has_screen() -> bool:
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


@runs_app.command("list")
def list_runs(graph: GraphOption = None, as_json: JsonOption = False) -> None:
    """All runs, newest first."""
    records = console.open_explorer().list_runs(graph)
    if as_json:
        print_json({"runs": [asdict(record) for record in records]})
        return
    table = Table("run", "state", "graph", "split", "validation", "test", "epochs")
    for record in records:
        scores = ["-" if score is None else f"{100 * score:.2f} %" for score in (record.val_acc, record.test_acc)]
        table.add_row(record.id, record.state, record.graph, str(record.split), *scores, str(record.epochs))
    out.print(table)


@runs_app.command("show")
def show_run(run: RunArgument, as_json: JsonOption = False) -> None:
    """One run: how it stands, its config, its report."""
    details = console.open_explorer().read_run(run)
    content = details.flatten()
    if as_json:
        print_json(content)
    else:
        _write_record(details.record, as_json=False)
        out.print_json(data=content, default=str)


@runs_app.command("stop")
def stop_run(run: RunArgument, as_json: JsonOption = False) -> None:
    """Ask a run to stop after its epoch."""
    _write_record(console.open_explorer().stop_run(run), as_json=as_json)


@runs_app.command("resume")
def resume_run(run: RunArgument, as_json: JsonOption = False) -> None:
    """Let a run that ended early go on from its last checkpoint."""
    _write_record(console.open_explorer().resume_run(run), as_json=as_json)


@runs_app.command("delete")
def delete_run(run: RunArgument, as_json: JsonOption = False) -> None:
    """Delete a run that has ended."""
    deleted = console.open_explorer().delete_run(run)
    if as_json:
        print_json({"deleted": deleted})
    else:
        out.print(f"deleted {deleted}")


@runs_app.command("export")
def export_run(
    run: RunArgument,
    output: Annotated[Path | None, typer.Option(help="File to write; without it <run id>.zip here.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a run's folder as a zip archive."""
    run_id, content = console.open_explorer().export_run(run)
    path = output or Path(f"{run_id}.zip")
    path.write_bytes(content)
    if as_json:
        print_json({"id": run_id, "file": str(path), "size_bytes": len(content)})
    else:
        out.print(f"wrote {path}")
