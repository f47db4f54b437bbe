"""`wikics reports …`: what people wrote about runs, listed, shown, written, exported as one HTML file, deleted."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from core.app.columns import title_of_chart
from core.app.report_page import say_value
from core.app.reports import FIELDS, METRICS, ReportDetails
from core.cli import console
from core.cli.console import out, write_output, write_table
from core.cli.options import JsonOption, print_json
from core.errors import InvalidInputError
from core.runs.reports import MAX_TEXT_CHARACTERS

MOST_BYTES = 4 * MAX_TEXT_CHARACTERS + 4  # of a text's file: a character has four, and a mark may stand before all

reports_app = typer.Typer(
    no_args_is_help=True, help="List, show, create, export and delete reports: text, charts and a table of runs."
)

ReportArgument = Annotated[
    str, typer.Argument(metavar="REPORT", help="A report's id, a unique prefix of it, its name, or 'latest'.")
]


@reports_app.command("list")
def list_reports(as_json: JsonOption = False) -> None:
    """All reports, newest first."""
    found = console.open_explorer().reports.list()
    if as_json:
        print_json(asdict(found))
        return
    rows = [[one.id, one.name, str(one.num_runs), _say_date(one.created_at)] for one in found.reports]
    longest = max((len(one.id) for one in found.reports), default=0)
    write_table(("report", "name", "runs", "written"), rows, least={0: longest})
    for damage in found.damaged:
        console.err.print(damage.message)


@reports_app.command("show")
def show_report(report: ReportArgument, as_json: JsonOption = False) -> None:
    """One report: its text, what its runs say now, and which of them have changed since."""
    _write(console.open_explorer().reports.read(report), as_json=as_json)


@reports_app.command("create")
def create_report(
    runs: Annotated[list[str], typer.Argument(metavar="RUN…", help="Runs by id, unique prefix or name.")],
    name: Annotated[str, typer.Option(help="What the report is called.")],
    text: Annotated[
        Path | None, typer.Option("--text", metavar="FILE", help="File with its words, in Markdown.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            metavar="M",
            help="A chart of this column, or over another one as val_loss@elapsed_seconds; "
            f"without it {' and '.join(METRICS)}.",
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="C", help=f"What the table says of each run; without it {', '.join(FIELDS)}."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a report about runs, which remembers what their data are now."""
    words = _read_text(text) if text else ""
    made = console.open_explorer().reports.create(runs, name=name, text=words, metrics=metric, fields=column)
    _write(made, as_json=as_json)


@reports_app.command("export")
def export_report(
    report: ReportArgument,
    output: Annotated[
        Path | None, typer.Option("--output", "--out", help="File to write; without it one named after the report.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a report as one HTML file, which needs neither this program nor a network."""
    report_id, content = console.open_explorer().reports.export(report, now=time.time())
    path = output or Path(f"{report_id}.html")
    write_output(path, content)
    if as_json:
        print_json({"id": report_id, "file": str(path), "size_bytes": len(content)})
    else:
        out.print(f"wrote {path}")


@reports_app.command("delete")
def delete_report(report: ReportArgument, as_json: JsonOption = False) -> None:
    """Delete a report; its runs stay."""
    deleted = console.open_explorer().reports.delete(report)
    if as_json:
        print_json({"deleted": deleted})
    else:
        out.print(f"deleted {deleted}")


def _read_text(path: Path) -> str:
    """What a file says. Raises InvalidInputError for one that is no text of that length."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig", "strict" if len(content) <= MOST_BYTES else "replace")
    except (OSError, ValueError) as error:  # ValueError: other bytes, or a name with a null character
        reason = getattr(error, "strerror", None) or error
        raise InvalidInputError(f"{str(path)!r} cannot be read ({reason}): name a file of UTF-8 text") from error
    return text  # one that is too long has too many characters for a report too


def _write(report: ReportDetails, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(report))
        return
    out.print(f"{report.id}: {report.name}, written {_say_date(report.created_at)}")
    for line in filter(None, (report.notice, report.text)):
        out.print(line)
    rows = [
        [run.id, *(say_value(field, run.values.get(field)) for field in report.fields), run.since]
        for run in report.runs
    ]
    write_table(("run", *report.fields, "data"), rows, least={0: max(len(run.id) for run in report.runs)})
    if report.panels:
        out.print(f"Charts: {', '.join(title_of_chart(one.metric, one.x) for one in report.panels)}")


def _say_date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
