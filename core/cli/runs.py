"""`wikics runs …`: show, compare, stop, resume, fork, label, delete, import, export and upload runs."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.app.compared import name_apart
from core.app.configs import FORKABLE
from core.app.runs import ExportKind
from core.cli import console
from core.cli.comparison import write_comparison
from core.cli.console import err, out, parse_overrides, write_output
from core.cli.histograms import write_histograms
from core.cli.options import JsonOption, print_json
from core.config.command import build_command, build_fork_command
from core.runs.labels import LabelChanges
from core.runs.record import RunRecord
from core.runs.versions import describe_standing

# What `wikics runs` is for stands in core.cli, its list in core.cli.listing.
runs_app = typer.Typer(add_completion=False)

RunArgument = Annotated[str, typer.Argument(metavar="R", help="A run's id, a unique prefix of it, or 'latest'.")]
OffOption = Annotated[bool, typer.Option("--off", help="Take it back.")]


def write_record(record: RunRecord, *, as_json: bool) -> None:
    """One run in a line or two, or as JSON."""
    if as_json:
        print_json(asdict(record))
        return
    accuracy = "-" if record.test_acc is None else f"{100 * record.test_acc:.2f} %"
    validation = "-" if record.val_acc is None else f"{100 * record.val_acc:.2f} %"
    standing = describe_standing(record.version, record.aliases)
    name = "".join(f" ({said})" for said in (record.name, standing) if said) + "".join(
        f" #{tag}" for tag in record.tags
    )
    out.print(
        f"{record.id}{name}: {record.state} after {record.epochs} epochs, test {accuracy}, validation {validation}"
    )
    for line in filter(None, (record.message, record.notes)):
        out.print(line)


@runs_app.command("show")
def show_run(run: RunArgument, as_json: JsonOption = False) -> None:
    """One run: how it stands, its config, its report."""
    details = console.open_explorer().runs.read_details(run)
    if as_json:
        print_json(asdict(details))
    else:
        write_record(details, as_json=False)
        if command := build_fork_command(details.environment) or build_command(details.config):
            out.print(f"Once more: {command}")
        if details.execution:
            out.print(f"{details.execution.sentence} {details.execution.url}".rstrip(), soft_wrap=True)
        for found in details.diagnoses:
            out.print(found.sentence, soft_wrap=True)
        out.print_json(data=asdict(details), default=str)


@runs_app.command("histograms")
def show_histograms(
    run: RunArgument,
    tensor: Annotated[str, typer.Option(metavar="T", help="Of this one alone, such as logits:logits.")] = "",
    as_json: JsonOption = False,
) -> None:
    """How weights, gradients and logits are spread: at the last epoch that is kept, as JSON at each."""
    found = console.open_explorer().runs.read_histograms(run, tensor)
    if as_json:
        print_json(asdict(found))
    else:
        write_histograms(found)


@runs_app.command("compare")
def compare_runs(
    runs: Annotated[list[str], typer.Argument(metavar="A B…", help="Runs, the one to compare with first.")],
    as_json: JsonOption = False,
) -> None:
    """What differs between runs, and whether the second is better than the first."""
    explorer = console.open_explorer()
    found = explorer.comparisons.compare(runs)
    if as_json:
        print_json(asdict(found))
    else:
        write_comparison(found, name_apart([explorer.runs.read(run) for run in found.runs]))


@runs_app.command("stop")
def stop_run(run: RunArgument, as_json: JsonOption = False) -> None:
    """Ask a run to stop: after its epoch, or within one that takes long."""
    write_record(console.open_explorer().runs.stop(run), as_json=as_json)


@runs_app.command("resume")
def resume_run(
    run: RunArgument,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="k=v", help="More epochs or patience, with which a finished run goes on too."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Let a run that ended go on from its last checkpoint, as the same curve."""
    write_record(console.open_explorer().runs.resume(run, parse_overrides(set_ or [])), as_json=as_json)


@runs_app.command("fork")
def fork_run(
    run: RunArgument,
    epoch: Annotated[
        int | None, typer.Option(min=1, help="The epoch to go on from: the kept one, without it too, or the last.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="k=v", help=f"What is other from there on: {', '.join(FORKABLE)}."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Start a run with another's epochs up to one that has a checkpoint, and other settings from there on."""
    write_record(console.open_explorer().forks.fork(run, parse_overrides(set_ or []), epoch=epoch), as_json=as_json)


@runs_app.command("rename")
def rename_run(
    run: RunArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it; '' takes its name away.")],
    as_json: JsonOption = False,
) -> None:
    """Give a run a name of your choice; its id stays."""
    write_record(console.open_explorer().runs.rename(run, name), as_json=as_json)


@runs_app.command("tag")
def tag_run(
    run: RunArgument,
    tags: Annotated[list[str], typer.Argument(metavar="TAG…", help="Words, which a run bears once each.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take them away instead.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Tag a run, beside the tags that it has."""
    write_record(console.open_explorer().runs.tag(run, tags, remove=remove), as_json=as_json)


@runs_app.command("note")
def note_run(
    run: RunArgument,
    notes: Annotated[str, typer.Argument(metavar="TEXT", help="Markdown; '' takes the notes away.")],
    as_json: JsonOption = False,
) -> None:
    """Write notes on a run, instead of those that it has."""
    write_record(console.open_explorer().runs.label(run, LabelChanges(notes=notes)), as_json=as_json)


@runs_app.command("star")
def star_run(run: RunArgument, off: OffOption = False, as_json: JsonOption = False) -> None:
    """Give a run a star."""
    write_record(console.open_explorer().runs.label(run, LabelChanges(starred=not off)), as_json=as_json)


@runs_app.command("archive")
def archive_run(run: RunArgument, off: OffOption = False, as_json: JsonOption = False) -> None:
    """Put a run away: lists leave it out until it is asked for."""
    write_record(console.open_explorer().runs.label(run, LabelChanges(archived=not off)), as_json=as_json)


@runs_app.command("delete")
def delete_run(run: RunArgument, as_json: JsonOption = False) -> None:
    """Delete a run that has ended."""
    runs = console.open_explorer().runs
    record = runs.read(run)
    deleted = runs.delete(record.id)
    if as_json:
        print_json({"deleted": deleted} | ({} if record.version is None else {"version": record.version}))
    else:
        was = "" if record.version is None else f", which was v{record.version} of graph {record.graph}"
        out.print(f"deleted {deleted}{was}")


@runs_app.command("import")
def import_runs(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH…", help="Folders, archives, CSV files: TensorBoard, W&B, our own exports."),
    ],
    graph: Annotated[
        str | None, typer.Option(metavar="G", help="Id of the graph that they were trained on; guessed without it.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take in runs of other programs, to be compared with those of this one."""
    result = console.open_explorer().imports.read_paths(paths, graph=graph)
    if as_json:
        print_json(asdict(result))
    else:
        for skipped in result.skipped:
            err.print(f"skipped {skipped.path}: {skipped.reason}")
        out.print(f"took in {len(result.runs):,} runs, skipped {len(result.skipped):,}")
    if result.skipped and not result.runs:
        raise typer.Exit(1)


@runs_app.command("export")
def export_run(
    run: RunArgument,
    output: Annotated[
        Path | None,
        typer.Option(help="File to write, for TensorBoard a folder; without it one named after the run, here."),
    ] = None,
    format_: Annotated[
        ExportKind,
        typer.Option("--format", help="zip: all its files. csv: its rows. json: all of it but arrays and weights."),
    ] = "zip",
    as_json: JsonOption = False,
) -> None:
    """Write a run for elsewhere: an archive that `runs import` reads, CSV, JSON, or what TensorBoard opens."""
    run_id, name, content = console.open_explorer().runs.export(run, format_)
    path = output or Path(name)
    if format_ == "tensorboard":
        path = (output or Path()) / name
        path.parent.mkdir(parents=True, exist_ok=True)
    write_output(path, content)
    if as_json:
        print_json({"id": run_id, "file": str(path), "size_bytes": len(content)})
    else:
        out.print(f"wrote {path}")


@runs_app.command("upload")
def upload_run(run: RunArgument, as_json: JsonOption = False) -> None:
    """Register a finished run in Vertex AI's model registry, from its folder in the bucket."""
    uploaded = console.open_explorer().registry.upload(run)
    if as_json:
        print_json(asdict(uploaded))
    else:
        out.print(f"uploaded {uploaded.id} as {uploaded.model} {uploaded.url}")
