"""`wikics train`: one run, followed to its end."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from core.app.explorer import Explorer
from core.cli import console
from core.cli.config_file import load_config_file
from core.cli.console import err, open_graph_to_train, parse_overrides
from core.cli.options import BackendOption, GraphOption, JsonOption, print_json
from core.cli.runs import write_record
from core.config.train import TrainConfig
from core.runs.record import RunRecord

POLL_SECONDS = 0.2
SETTLE_SECONDS = 5.0  # how often the provider of a run elsewhere is asked
QUEUE_SECONDS = 5.0  # how often is looked what a run waits for
BUCKET_POLL_SECONDS = 1.0  # each look is four requests


def field_help() -> str:
    """The config fields with their bounds, for the help of `train`."""
    rows = []
    for name, field in TrainConfig.model_fields.items():
        if (field.json_schema_extra or {}).get("form") is False:  # type: ignore[union-attr]
            continue
        rows.append(f"{name} (default {field.default}): {field.description}")
    return "Fields for --set:\n\n" + "\n\n".join(rows)


train_app = typer.Typer(add_completion=False)


@train_app.command(epilog=field_help())
def train(
    graph: GraphOption = None,
    preset: Annotated[str, typer.Option(metavar="P", help="Preset to begin with.")] = "gcn",
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="YAML or JSON file of fields that differ.")
    ] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="k=v", help="One field that differs.")] = None,
    split: Annotated[int | None, typer.Option(metavar="N", help="Which split, counted from 0.")] = None,
    backend: BackendOption = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return at once; the run goes on.")] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Profile a few epochs: a trace in the run's folder, a table in its log.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what the provider would be asked for, as JSON, and train nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Train one run and say how it went. Ctrl-C stops the run after its epoch, or within a long one."""
    explorer = console.open_explorer()
    overrides = (load_config_file(config) if config else {}) | parse_overrides(set_ or [])
    if split is not None:
        overrides["split"] = split
    named_preset = str(overrides.pop("preset", preset))
    named_graph = graph or overrides.pop("graph", None)
    overrides.pop("graph", None)
    explorer.configs.check_fields(named_preset, overrides)  # before a graph is fetched, and told of
    built = explorer.configs.build(named_preset, overrides, graph=open_graph_to_train(explorer, named_graph))
    if dry_run:
        print_json(explorer.places.plan(backend, built))
        return
    record = explorer.runs.submit(built, profile=profile, backend=backend)
    if detach:
        err.print(f"It goes on alone: wikics runs show {record.id}, wikics runs stop {record.id}", soft_wrap=True)
    else:
        err.print(f"Run {record.id} on graph {record.graph}", soft_wrap=True)
        record = follow(explorer, record.id)
    write_record(record, as_json=as_json)
    if record.state in ("failed", "crashed"):
        sys.exit(1)


def follow(explorer: Explorer, run_id: str) -> RunRecord:
    """Shows a run's progress on stderr until it ends. Ctrl-C asks it to stop; a second one lets it go on alone."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    stop_asked = False
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(run_id, total=None)
        settled_at, looked_at = time.monotonic(), -QUEUE_SECONDS
        waits = told = ""
        while True:
            try:
                if time.monotonic() - settled_at > SETTLE_SECONDS:  # the app, which does it too, need not be up
                    explorer.runs.recover(run_id)
                    settled_at = time.monotonic()
                record = explorer.runs.read(run_id)
                if record.state == "pending" and time.monotonic() - looked_at > QUEUE_SECONDS:
                    waits, looked_at = explorer.places.describe_wait(record), time.monotonic()
                    if waits and waits != told and not err.is_terminal:  # where there is no bar
                        err.print(f"It waits, {waits}", soft_wrap=True)
                        told = waits
                text = f"waits, {waits}" if waits and record.state == "pending" else record.state  # its id stands above
                if record.epoch:
                    text += f", epoch {record.epoch}"
                if record.stopping_acc is not None:
                    text += f", stopping {100 * record.stopping_acc:.1f} %"
                progress.update(task, description=text, completed=record.epoch, total=record.max_epochs)
                if explorer.runs.is_over(record):
                    return record
                time.sleep(BUCKET_POLL_SECONDS if explorer.settings.bucket else POLL_SECONDS)
            except KeyboardInterrupt:
                if stop_asked:
                    raise
                stop_asked = True
                explorer.runs.stop(run_id)
