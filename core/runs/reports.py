"""What people write about runs: text, charts and a table, each report one file that is never written again."""

import random
import re
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Final

from core.damage import Damage
from core.errors import DamagedFileError, FileNotStoredError, InvalidInputError, ReportNotFoundError
from core.graph.titles import shorten
from core.runs import files
from core.runs.labels import MAX_CHARACTERS, check_line, check_text
from core.runs.metrics import MAX_COLUMN_NAME
from core.runs.names import LATEST, build_id, is_run_id, list_some
from core.storage.base import Storage, StoredFile
from core.storage.documents import dump_json, load_json, read_whole

MAX_RUNS: Final = 100  # of a report
MAX_PANELS: Final = 24
MAX_FIELDS: Final = 24  # columns of its table
MAX_TEXT_CHARACTERS: Final = 50_000
EPOCH: Final = "epoch"
_BASE36: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Panel:
    """One chart of a report: a column of `metrics.csv` over another."""

    metric: str = ""
    x: str = EPOCH


@dataclass(frozen=True)
class PinnedRun:
    """A run that a report is about, as it was then: what it was called, and a digest of its data."""

    id: str = ""
    name: str = ""
    digest: str = ""


@dataclass(frozen=True)
class WrittenReport:
    """A report as it is stored. `text` is Markdown, `fields` are what its table says of each run."""

    name: str
    text: str
    runs: tuple[PinnedRun, ...]
    panels: tuple[Panel, ...]
    fields: tuple[str, ...]
    created_at: float = 0.0  # Unix seconds
    id: str = ""


def check_report(report: WrittenReport) -> WrittenReport:
    """The report, its words without space around them. Raises InvalidInputError for what is more than one may hold."""
    name = check_line(report.name, "name a report", MAX_CHARACTERS)
    if not name:
        raise InvalidInputError("the report has no name: give it one, by which it is found again")
    text = check_text(report.text.replace("\r\n", "\n"), "the words of the report", MAX_TEXT_CHARACTERS)
    for what, count, most in (
        ("runs", len(report.runs), MAX_RUNS),
        ("charts", len(report.panels), MAX_PANELS),
        ("columns of its table", len(report.fields), MAX_FIELDS),
    ):
        if count > most:
            raise InvalidInputError(f"{count} {what} are too many: a report holds at most {most}; leave some out")
    for column in (name for panel in report.panels for name in (panel.metric, panel.x)):
        if not column or len(column) > MAX_COLUMN_NAME or not column.isprintable():
            raise InvalidInputError(f"{shorten(column)!r} is no column of metrics.csv: name one, such as val_acc")
    if not report.runs:
        raise InvalidInputError("the report is about no run: name one or more")
    return replace(report, name=name, text=text)


class ReportStore:
    """The reports below `reports/` of a storage. May be used from any thread."""

    def __init__(self, storage: Storage, *, now: Callable[[], float] = time.time) -> None:
        """`now` is the clock (Unix seconds)."""
        self._storage, self._now = storage, now
        self._known: dict[StoredFile, WrittenReport | Damage] = {}
        self._reading = threading.Lock()

    def create(self, report: WrittenReport) -> WrittenReport:
        """Stores a new report and returns it with its id. Raises InvalidInputError, StorageFullError."""
        report = replace(check_report(report), created_at=self._now())
        what = report.name if re.search("[a-z0-9]", report.name.lower()) else "report"
        while True:
            made = replace(report, id=build_id(report.created_at, what, "".join(random.choices(_BASE36, k=3))))
            if self._storage.create(_name(made.id), dump_json(asdict(made))):
                return made

    def read_all(self) -> tuple[list[WrittenReport], list[Damage]]:
        """All reports, newest first, and the files in whose place there would be others."""
        listed = self._storage.list(f"{files.REPORTS}*.json")
        with self._reading:
            found = [one for file in listed if (one := self._read(file))]
            for gone in self._known.keys() - set(listed):
                del self._known[gone]
        reports = [one for one in found if isinstance(one, WrittenReport)]
        reports.sort(key=lambda report: (report.created_at, report.id), reverse=True)
        return reports, [one for one in found if isinstance(one, Damage)]

    def find(self, ref: str) -> WrittenReport:
        """The report that `ref` means: an id, how only one begins, a name, or `latest`. Raises ReportNotFoundError."""
        ref = ref.strip()
        reports, damaged = self.read_all()
        if match := next((damage for damage in damaged if ref and damage.file == _name(ref)), None):
            raise DamagedFileError(match.message)
        by_id = {report.id: report for report in reports}
        if ref in by_id:
            return by_id[ref]
        if ref == LATEST and reports:
            return reports[0]
        found = [report for report in reports if report.name == ref] or [
            report for report in reports if ref and report.id.startswith(ref)
        ]
        if len(found) == 1:
            return found[0]
        raise _not_found(ref, [report.id for report in found], by_id)

    def delete(self, report_id: str) -> None:
        """Deletes a report; its runs stay."""
        self._storage.delete(_name(report_id))

    def _read(self, file: StoredFile) -> WrittenReport | Damage | None:
        """One report, read once as long as its file is as it is; None where it was deleted meanwhile."""
        known = self._known.get(file)
        if known is None:
            try:
                known = _parse(self._storage, file.name)
            except FileNotStoredError:
                return None
            except DamagedFileError as error:
                known = Damage(file.name, f"{error}: restore it, or delete it; its runs stay")
            self._known[file] = known
        return known


def _parse(storage: Storage, name: str) -> WrittenReport:
    """A stored report, checked as a new one is. Raises DamagedFileError."""
    report = read_whole(WrittenReport, load_json(storage, name), name)
    if _name(report.id) != name or not is_run_id(report.id):
        raise DamagedFileError(f"{name} is damaged, since it is called otherwise inside")
    if not all(is_run_id(run.id) for run in report.runs):
        raise DamagedFileError(f"{name} is damaged, since it names something under 'runs' that is no run")
    with suppress(InvalidInputError):
        return check_report(report)
    raise DamagedFileError(f"{name} is damaged, since it holds what no report may")


def _not_found(ref: str, found: list[str], known: Collection[str]) -> ReportNotFoundError:
    if found:
        return ReportNotFoundError(f"{shorten(ref)!r} means {list_some(found)}: write the id")
    there_are = list_some(list(known)) or "none yet (write one: wikics reports create RUN… --name NAME)"
    return ReportNotFoundError(f"no report {shorten(ref)!r}: there are {there_are}")


def _name(report_id: str) -> str:
    return f"{files.REPORTS}{report_id}.json"
