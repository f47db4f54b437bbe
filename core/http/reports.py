"""`/reports`: what people wrote about runs, listed, written, read, as one HTML file, deleted."""

import time
from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from core.app.explorer import Explorer
from core.app.reports import ReportDetails, ReportList
from core.errors import ForbiddenError, InvalidInputError, NotFoundError, StorageFullError, UnavailableError
from core.http.access import guard
from core.http.answers import DeletedReport, answer, gives
from core.http.errors import problems
from core.http.slow import slowly
from core.runs.labels import MAX_CHARACTERS
from core.runs.reports import MAX_FIELDS, MAX_PANELS, MAX_RUNS, MAX_TEXT_CHARACTERS


class NewReport(BaseModel):
    """What a report is about, and what it shows."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=MAX_CHARACTERS)
    runs: list[str] = Field(min_length=1, max_length=MAX_RUNS, description="Runs by id, unique prefix or name.")
    text: str = Field("", max_length=MAX_TEXT_CHARACTERS, description="Markdown.")
    metrics: list[str] | None = Field(
        None,
        max_length=MAX_PANELS,
        description="A chart each: a column of metrics.csv, or over another one as val_loss@elapsed_seconds.",
    )
    fields: list[str] | None = Field(None, max_length=MAX_FIELDS, description="What the table says of each run.")


def build_routes(get_explorer: Callable[[], Explorer]) -> APIRouter:
    """The routes of reports. A report is named by id, by a unique prefix, by its name or as `latest`."""
    router = APIRouter(prefix="/reports", tags=["reports"])
    guarded = [guard(get_explorer)]
    finding = problems(NotFoundError, UnavailableError)

    @router.get("", responses=gives(ReportList))
    @slowly
    def list_reports() -> Response:
        """All reports, newest first."""
        return answer(get_explorer().reports.list())

    @router.post(
        "",
        status_code=201,
        dependencies=guarded,
        responses=gives(ReportDetails, 201)
        | problems(ForbiddenError, NotFoundError, InvalidInputError, StorageFullError, UnavailableError),
    )
    @slowly
    def create_report(new: NewReport, request: Request) -> Response:
        """Writes a report about runs, which remembers what their data are now."""
        made = get_explorer().reports.create(
            new.runs, name=new.name, text=new.text, metrics=new.metrics, fields=new.fields
        )
        return answer(made, status=201, headers={"Location": f"{request.scope['root_path']}/reports/{made.id}"})

    @router.get("/{report}.html", response_class=HTMLResponse, responses=finding)
    @slowly
    def export_report(report: str) -> Response:
        """One HTML file with all that the report shows now, to be read without this app or any network."""
        report_id, content = get_explorer().reports.export(report, now=time.time())
        # To be kept, not shown here: what people wrote is never a page of this app's own address.
        headers = {"content-disposition": f'attachment; filename="{report_id}.html"'}
        return HTMLResponse(content, headers=headers)

    @router.get("/{report}", responses=gives(ReportDetails) | finding)
    @slowly
    def read_report(report: str) -> Response:
        """One report: its text and charts, and its runs as they are now, with what has changed since."""
        return answer(get_explorer().reports.read(report))

    @router.delete(
        "/{report}", dependencies=guarded, responses=gives(DeletedReport) | problems(ForbiddenError) | finding
    )
    @slowly
    def delete_report(report: str) -> Response:
        """Deletes a report; its runs stay."""
        return answer(DeletedReport(get_explorer().reports.delete(report)))

    return router
