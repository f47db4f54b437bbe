"""Reports: text, charts and a table of runs, written, listed, read with what has changed since, exported, deleted."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from core.app.columns import WALL, find_column
from core.app.guests import Guests
from core.app.palette import RUN_COLORS
from core.app.report_page import Cell, Line, Page, PageRun, Plot, build_page, say_value, thin_out
from core.damage import Damage
from core.errors import InvalidInputError, ReportNotFoundError
from core.graph.titles import shorten
from core.runs.digests import RunDigests
from core.runs.fields import Value, is_field, read_field
from core.runs.metrics import Cursor, MetricsChunk
from core.runs.record import RunRecord
from core.runs.reports import EPOCH, Panel, PinnedRun, ReportStore, WrittenReport
from core.runs.state import StateName
from core.runs.store import RunStore

METRICS: Final = ("val_acc", "val_loss")  # drawn where nothing else was asked for
FIELDS: Final = ("preset", "split", "val_acc", "test_acc", "epochs", "seconds")
MOST_POINTS: Final = 36_000  # of one chart
MOST_ON_A_LINE: Final = 2_000
ALONG: Final = "metric."  # in addresses of pages, before the column that an axis is along

Since = Literal["same", "changed", "deleted"]
SINCE: Final[dict[Since, str]] = {"same": "as then", "changed": "changed since", "deleted": "deleted since"}


@dataclass(frozen=True)
class ReportRun:
    """One run of a report as it is now. `since`: what has happened to its data since the report was written."""

    id: str
    name: str  # empty without
    state: StateName | None  # None of one that was deleted
    since: Since
    values: dict[str, Value]  # of the table, by field; none of a run that was deleted


@dataclass(frozen=True)
class ReportDetails:
    """One report. `text` is Markdown; `notice` names the runs whose data have changed since, and is else empty."""

    id: str
    name: str
    text: str
    created_at: float  # Unix seconds
    panels: tuple[Panel, ...]
    fields: tuple[str, ...]
    runs: list[ReportRun]
    notice: str


@dataclass(frozen=True)
class ReportSummary:
    """One report in a list."""

    id: str
    name: str
    created_at: float  # Unix seconds
    num_runs: int


@dataclass(frozen=True)
class ReportList:
    """Reports, newest first."""

    reports: list[ReportSummary]
    damaged: list[Damage]  # files in whose place there would be others


class Reports:
    """The reports on a store's runs. May be used from any thread.

    A `ref` is a report's id, how only one begins, its name, or `latest`. A guest reads those about a run that they see.
    """

    def __init__(self, store: RunStore, *, guests: Guests | None = None) -> None:
        self._store, self._guests = store, guests or Guests()
        self._reports, self._digests = ReportStore(store.storage), RunDigests(store.storage)

    def list(self) -> ReportList:
        """All reports that who asks may read."""
        reports, damaged = self._reports.read_all()
        is_seen = self._build_filter()
        return ReportList(
            [ReportSummary(one.id, one.name, one.created_at, len(one.runs)) for one in reports if is_seen(one)],
            damaged if self._guests.who().trusted else [],
        )

    def create(
        self,
        refs: Sequence[str],
        *,
        name: str,
        text: str = "",
        metrics: Sequence[str] | None = None,
        fields: Sequence[str] | None = None,
    ) -> ReportDetails:
        """Writes a report about runs.

        metrics: a chart each, a column of `metrics.csv` or what follows its part (`loss`), over another as
        `val_loss@elapsed_seconds`. fields: what its table says of each run. Raises RunNotFoundError, InvalidInputError.
        """
        self._guests.check_trusted("to write a report")
        for field in fields or ():
            if not is_field(field):
                raise InvalidInputError(
                    f"{shorten(field)!r} is nothing that is known of a run: name a column as val_acc, or a field as lr"
                )
        records = [self._store.read(run_id) for run_id in dict.fromkeys(map(self._store.resolve, refs))]
        panels = self._build_panels(records, METRICS if metrics is None else metrics, is_asked=metrics is not None)
        digests = self._digests.compute_all(records)
        pinned = (PinnedRun(one.id, one.name, digests[one.id]) for one in records)
        fields = FIELDS if fields is None else fields
        report = WrittenReport(name, text, tuple(pinned), panels, tuple(dict.fromkeys(fields)))
        return self._describe(self._reports.create(report))

    def list_columns(self, refs: Sequence[str]) -> Sequence[str]:
        """The columns of `metrics.csv` in which any of these runs has logged a number: what can be drawn of them."""
        chunks = self._read_rows([self._store.resolve(ref) for ref in refs])
        return list(dict.fromkeys(name for chunk in chunks.values() for name in _list_used(chunk)))

    def read(self, ref: str) -> ReportDetails:
        """One report with its runs as they are now. Raises ReportNotFoundError, DamagedFileError."""
        return self._describe(self._find(ref))

    def delete(self, ref: str) -> str:
        """Deletes a report, whose runs stay, and returns its id."""
        self._guests.check_trusted("to delete a report")
        report = self._find(ref)
        self._reports.delete(report.id)
        return report.id

    def export(self, ref: str, *, now: float) -> tuple[str, bytes]:
        """A report's id, and the report as one HTML file that asks nobody for anything. now: Unix seconds."""
        report = self._describe(self._find(ref))
        rows = self._read_rows([run.id for run in report.runs])
        here = [run for run in report.runs if run.id in rows]
        runs = [PageRun(run.name or run.id, RUN_COLORS[at % len(RUN_COLORS)]) for at, run in enumerate(here)]
        page = Page(
            name=report.name,
            text=report.text,
            notice=report.notice,
            dates=f"Written {say_date(report.created_at)}, this copy made {say_date(now)}",
            runs=runs,
            plots=[_draw(panel, [rows[run.id] for run in here]) for panel in report.panels],
            fields=report.fields,
            rows=[_write_row(run, report.fields) for run in report.runs],
        )
        return report.id, build_page(page)

    def _find(self, ref: str) -> WrittenReport:
        report = self._reports.find(ref)
        if not self._build_filter()(report):
            raise ReportNotFoundError(f"no report {shorten(ref)!r}")
        return report

    def _build_filter(self) -> Callable[[WrittenReport], bool]:
        """Which reports who asks may read."""
        if self._guests.who().trusted:
            return lambda _: True
        seen = {record.id for record in self._store.list_seen()}
        return lambda report: any(run.id in seen for run in report.runs)

    def _read_rows(self, run_ids: Sequence[str]) -> dict[str, MetricsChunk]:
        """What these runs have logged, by id; those that are gone are left out."""
        found = self._store.follow(dict.fromkeys(run_ids, Cursor()))
        return {run_id: found[run_id].chunk for run_id in run_ids if run_id in found}

    def _build_panels(
        self, records: Sequence[RunRecord], metrics: Sequence[str], *, is_asked: bool
    ) -> tuple[Panel, ...]:
        """The charts of what was asked for; of what is drawn otherwise, those that there are."""
        columns = self.list_columns([record.id for record in records])
        panels = [_read_panel(metric, columns) for metric in metrics if is_asked or metric in columns]
        return tuple(dict.fromkeys(panels))

    def _describe(self, report: WrittenReport) -> ReportDetails:
        records = {record.id: record for record in self._store.list_seen()}
        here = [records[run.id] for run in report.runs if run.id in records]
        digests, now = self._digests.compute_all(here), time.time()
        named = self._guests.who().trusted
        runs = [
            _describe_run(records[run.id], is_same=digests[run.id] == run.digest, fields=report.fields, now=now)
            if run.id in records
            else ReportRun(run.id, run.name if named else "", None, "deleted", {})
            for run in report.runs
        ]
        return ReportDetails(
            id=report.id,
            name=report.name,
            text=report.text,
            created_at=report.created_at,
            panels=report.panels,
            fields=report.fields,
            runs=runs,
            notice=_build_notice(runs),
        )


def _describe_run(record: RunRecord, *, is_same: bool, fields: Sequence[str], now: float) -> ReportRun:
    values = {field: read_field(record, field, now) for field in fields}
    return ReportRun(record.id, record.name, record.state, "same" if is_same else "changed", values)


def _list_used(chunk: MetricsChunk) -> list[str]:
    """The columns that hold any number."""
    return [name for name, values in chunk.columns.items() if any(value is not None for value in values)]


def _read_panel(text: str, columns: Sequence[str]) -> Panel:
    """`val_acc`, or `val_acc@lr` over another column. Raises InvalidInputError for what these runs have not logged."""
    metric, _, x = text.partition("@")
    found = find_column(metric, columns)
    over = find_column(x.removeprefix(ALONG) or EPOCH, [*columns, WALL])
    if found is None or over is None:
        wrong = metric if found is None else x
        raise InvalidInputError(
            f"{shorten(wrong)!r} is no metric that these runs have logged: name one of {', '.join(columns) or 'none'}"
        )
    return Panel(found, over)


def _build_notice(runs: Sequence[ReportRun]) -> str:
    """What has happened since the report was written, each run named; empty where all is as it was."""
    said = {"changed": "Data changed since this was written", "deleted": "Deleted since"}
    named = {since: [run for run in runs if run.since == since] for since in said}
    return " ".join(f"{said[since]}: {', '.join(map(_name, found))}." for since, found in named.items() if found)


def _name(run: ReportRun) -> str:
    return f"{run.name} ({run.id})" if run.name else run.id


def _draw(panel: Panel, chunks: Sequence[MetricsChunk]) -> Plot:
    """A chart of what the runs have logged, in no more points than a browser draws at once."""
    most = min(MOST_ON_A_LINE, MOST_POINTS // max(len(chunks), 1))
    lines = []
    for place, chunk in enumerate(chunks):
        pairs = zip(_read_axis(panel.x, chunk), chunk.columns.get(panel.metric, ()), strict=False)
        points = thin_out([(x, y) for x, y in pairs if x is not None], most)
        if any(y is not None for _, y in points):
            lines.append(Line(place, [x for x, _ in points], [y for _, y in points]))
    return Plot(panel.metric, panel.x, lines)


def _read_axis(name: str, chunk: MetricsChunk) -> Sequence[float | None]:
    if name != WALL:
        return chunk.columns.get(name, ())
    clock, trained = chunk.columns["logged_at"], chunk.columns["elapsed_seconds"]
    first = next((place for place, value in enumerate(clock) if value is not None), None)
    begun = 0.0 if first is None else (clock[first] or 0.0) - (trained[first] or 0.0)
    return [None if value is None else value - begun for value in clock]


def _write_row(run: ReportRun, fields: Sequence[str]) -> list[Cell]:
    values: list[Any] = [run.values.get(field) for field in fields]
    cells = [Cell(say_value(field, value), is_number(value)) for field, value in zip(fields, values, strict=True)]
    return [Cell(run.name or run.id, False), *cells, Cell(SINCE[run.since], False)]


def is_number(value: Any) -> bool:
    """Whether a value stands to the right in a table."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def say_date(at: float) -> str:
    """A day and a time, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
