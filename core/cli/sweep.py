"""`wikics sweep FILE`: a W&B sweep.yaml as runs of this machine; `wikics sweep status|pause|resume|stop|…` of one."""

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from typer.core import TyperGroup

from core.app.explorer import Explorer
from core.app.sweep_records import SweepDetails, count_ended, count_most, tell_progress, tell_state, tell_trial
from core.app.sweeps import TrialPlace
from core.cli import console
from core.cli.console import err, open_graph_to_train, out, parse_overrides, write_table
from core.cli.options import BackendOption, GraphOption, JsonOption, print_json
from core.config.sweep.read import MAX_BYTES
from core.config.sweep.spec import Range
from core.errors import ConfigError, TrainingError
from core.runs.sweeps import GOES_ON

POLL_SECONDS = 0.5
INTERRUPTED = 130  # the shell's exit code for Ctrl-C
START = "start"


class _FileOrCommand(TyperGroup):
    """A group whose first word may be a file: `wikics sweep FILE` is `wikics sweep start FILE`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        is_command = bool(args) and self.get_command(ctx, args[0]) is not None
        return super().resolve_command(ctx, args if is_command else [START, *args])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        is_option = bool(args) and args[0].startswith("-") and args[0] != "--help"
        parsed: list[str] = super().parse_args(ctx, [START, *args] if is_option else args)
        return parsed


sweep_app = typer.Typer(
    cls=_FileOrCommand,
    no_args_is_help=True,
    help="Try many settings: `wikics sweep FILE` begins a W&B sweep.yaml; the commands below watch and change it.",
)

SweepArgument = Annotated[str, typer.Argument(metavar="SWEEP", help="A sweep's id or name, or latest.")]


@sweep_app.command(START)
def start_sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="W&B's sweep.yaml, with fields of a run's config.")],
    graph: GraphOption = None,
    preset: Annotated[str | None, typer.Option(metavar="P", help="Preset of runs whose file names none: gcn.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="k=v", help="One field of all its runs.")] = None,
    trials: Annotated[int | None, typer.Option(metavar="N", help="The most trials, instead of run_cap.")] = None,
    backend: BackendOption = None,
    workers: Annotated[
        int, typer.Option(metavar="N", min=0, max=64, help="Trials that train at the same time; 0 for all places.")
    ] = 0,
    detach: Annotated[bool, typer.Option("--detach", help="Return at once; the sweep goes on.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Begin a sweep (`wikics sweep FILE`) and follow it to its end. Ctrl-C stops it; resume goes on."""
    explorer = console.open_explorer()
    text = _read_file(file)
    spec = explorer.sweeps.read_file(text)
    for note in spec.notes:
        err.print(f"{file}: {note}")
    named = graph or next((str(one.distribution.values[0]) for one in spec.parameters if one.name == "graph"), None)
    record = explorer.sweeps.submit(
        text,
        preset=preset,
        graph=open_graph_to_train(explorer, named),
        overrides=parse_overrides(set_ or []),
        trials=trials,
        place=TrialPlace(backend or "", workers),
    )
    if not record.most_trials and record.method != "grid":
        err.print("It has no run_cap: it goes on until you stop it (wikics sweep stop latest)")
    err.print(f"Sweep {record.id} on graph {record.graph}")
    if not detach:
        _follow(explorer, record.id)
    details = explorer.sweeps.read_details(record.id)
    _write(details, as_json=as_json)
    if details.state in ("failed", "crashed"):
        raise TrainingError(f"sweep {details.id} {details.state}: {details.message}")


@sweep_app.command("list")
def list_sweeps(graph: GraphOption = None, as_json: JsonOption = False) -> None:
    """All sweeps, newest first."""
    records = console.open_explorer().sweeps.list(graph)
    if as_json:
        print_json({"sweeps": [asdict(record) for record in records]})
        return
    rows = [
        [one.id, one.name, one.state, one.method, str(sum(one.counts.values())), _show(one.best and one.best.value)]
        for one in records
    ]
    write_table(
        ("sweep", "name", "state", "method", "trials", "best"),
        rows,
        least={0: max((len(one.id) for one in records), default=0)},
    )


@sweep_app.command("status")
def show_sweep(sweep: SweepArgument = "latest", as_json: JsonOption = False) -> None:
    """How a sweep stands: its trials and the best of them."""
    _write(console.open_explorer().sweeps.read_details(sweep), as_json=as_json)


@sweep_app.command("pause")
def pause_sweep(sweep: SweepArgument, as_json: JsonOption = False) -> None:
    """Begin no trial any more; those that train go on to their end."""
    explorer = console.open_explorer()
    _write(explorer.sweeps.read_details(explorer.sweeps.pause(sweep).id), as_json=as_json)


@sweep_app.command("resume")
def resume_sweep(sweep: SweepArgument, as_json: JsonOption = False) -> None:
    """Go on with a sweep that was paused or stopped, or whose process is gone."""
    explorer = console.open_explorer()
    _write(explorer.sweeps.read_details(explorer.sweeps.resume(sweep).id), as_json=as_json)


@sweep_app.command("stop")
def stop_sweep(sweep: SweepArgument, as_json: JsonOption = False) -> None:
    """Begin no trial any more, and stop those that train; resume goes on with them."""
    explorer = console.open_explorer()
    _write(explorer.sweeps.read_details(explorer.sweeps.stop(sweep).id), as_json=as_json)


@sweep_app.command("narrow")
def narrow_sweep(
    sweep: SweepArgument,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="One of its parameters.")],
    low: Annotated[float | None, typer.Option("--min", help="The least that is drawn from now on.")] = None,
    high: Annotated[float | None, typer.Option("--max", help="The most.")] = None,
    values: Annotated[str | None, typer.Option(metavar="A,B", help="Of a list of values those that stay.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a parameter from a part of its range from now on; earlier trials stay what is known."""
    chosen = None if values is None else tuple(one.strip() for one in values.split(","))
    details = console.open_explorer().sweeps.narrow(sweep, Range(field, low, high, chosen))
    _write(details, as_json=as_json)


@sweep_app.command("best")
def show_best(sweep: SweepArgument = "latest", as_json: JsonOption = False) -> None:
    """The best trial: its run, its value, its config."""
    record = console.open_explorer().sweeps.read(sweep)
    if record.best is None:
        raise TrainingError(f"no trial of sweep {record.id} has finished yet: look again once one has")
    if as_json:
        print_json(asdict(record.best))
        return
    out.print(f"{record.best.run}: {record.metric} {_show(record.best.value)}")
    out.print_json(data=record.best.config, default=str)


@sweep_app.command("confirm")
def confirm_sweep(
    sweep: SweepArgument,
    count: Annotated[int, typer.Option(metavar="N", help="How many of the best.")] = 3,
    as_json: JsonOption = False,
) -> None:
    """Benchmark the configs of the best trials on every split, in the background."""
    ids = console.open_explorer().sweeps.confirm(sweep, count=count)
    if as_json:
        print_json({"benchmarks": ids})
    else:
        out.print(f"started {', '.join(ids)}")


@sweep_app.command("delete")
def delete_sweep(sweep: SweepArgument, as_json: JsonOption = False) -> None:
    """Delete a sweep that does not go on; its runs stay."""
    deleted = console.open_explorer().sweeps.delete(sweep)
    if as_json:
        print_json({"deleted": deleted})
    else:
        out.print(f"deleted {deleted}")


def _read_file(file: Path) -> str:
    """The text of a sweep.yaml. Raises ConfigError."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is no UTF-8 text: give W&B's sweep.yaml") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{file} cannot be read ({reason}): give W&B's sweep.yaml, or one of status, pause, resume, stop, narrow, "
            "best, confirm, list, delete"
        ) from error


def _follow(explorer: Explorer, sweep_id: str) -> None:
    """Shows a sweep's progress on stderr until it ends. Ctrl-C asks it to stop; a second one lets it go on alone."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    stop_asked = False
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(sweep_id, total=None)
        while True:
            try:
                record = explorer.sweeps.read(sweep_id)
                if record.state not in GOES_ON:
                    break
                best = f", best {_show(record.best.value)}" if record.best else ""
                text = f"{tell_progress(record)}{best}"
                bar.update(task, description=text, completed=count_ended(record), total=count_most(record) or None)
                time.sleep(POLL_SECONDS)
            except KeyboardInterrupt:
                if stop_asked:
                    raise
                stop_asked = True
                explorer.sweeps.stop(sweep_id)
    if stop_asked:
        err.print(f"stopped; to go on: wikics sweep resume {sweep_id}")
        sys.exit(INTERRUPTED)


def _write(details: SweepDetails, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(details))
        return
    name = f" ({details.name})" if details.name else ""
    out.print(f"{details.id}{name}: {tell_state(details)}{': ' if details.message else ''}{details.message}")
    out.print(tell_progress(details))
    names = [parameter.name for parameter in details.parameters if len(parameter.values) != 1]
    rows: list[list[Any]] = [
        [
            str(trial.number),
            tell_trial(details, trial.number, trial.state),
            _show(trial.value),
            *(_show(trial.params.get(name)) for name in names),
            trial.run,
        ]
        for trial in details.trials
    ]
    if rows:
        runs = {len(names) + 3: max(len(trial.run) for trial in details.trials)}
        write_table(("trial", "state", details.metric, *names, "run"), rows, least=runs)
    if details.best:
        best = details.best
        out.print(f"best: trial {best.trial}, {details.metric} {_show(best.value)}, run {best.run}")


def _show(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
