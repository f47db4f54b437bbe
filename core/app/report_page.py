"""A report as one HTML file that asks nobody for anything: its text, its charts, plotly.js to draw them, its table."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from core.app.columns import SHARE, title_of, title_of_chart, unit_of
from core.errors import UnavailableError
from core.runs.fields import CONFIG_PREFIX

TEMPLATE: Final = Path(__file__).with_suffix(".html")
UNKNOWN: Final = "–"
_SLOT: Final = re.compile(r"\{\{(\w+)\}\}")
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class PageRun:
    """A run as its lines are drawn."""

    name: str
    color: str  # hex


@dataclass(frozen=True)
class Line:
    """One run's line: its place among the runs, and its points; y is None where nothing was logged."""

    run: int
    x: list[float]
    y: list[float | None]


@dataclass(frozen=True)
class Plot:
    """One chart: the columns along its axes, and its lines."""

    metric: str
    x: str
    lines: list[Line]


@dataclass(frozen=True)
class Cell:
    """One cell of the table."""

    text: str
    is_number: bool


@dataclass(frozen=True)
class Page:
    """All that stands in the file. `text` is Markdown; rows begin with the run and end with what became of its data."""

    name: str
    text: str
    notice: str
    dates: str
    runs: Sequence[PageRun]
    plots: Sequence[Plot]
    fields: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def build_page(page: Page) -> bytes:
    """The file. Nothing of the report's own words can run in it: the policy knows its two scripts by their digests."""
    template = TEMPLATE.read_text(encoding="utf-8")
    plotly = _load_plotly()
    own = _SCRIPT.findall(template)[-1]
    slots = {
        "scripts": " ".join(_digest(script) for script in (plotly, own)),
        "name": escape(page.name),
        "dates": escape(page.dates),
        "notice": f'<p class="notice" role="note">{escape(page.notice)}</p>' if page.notice else "",
        "text": render_markdown(page.text),
        "legend": "".join(map(_write_run, page.runs)) if page.plots else "",
        "charts": "".join(map(_write_chart, page.plots)),
        "table": _write_table(page),
        "data": _write_json({"runs": [asdict(run) for run in page.runs], "plots": [*map(_describe, page.plots)]}),
        "plotly": plotly,
    }
    return _SLOT.sub(lambda slot: slots[slot[1]], template).encode()


def render_markdown(text: str) -> str:
    """Markdown as HTML: markup of its own is shown as text, no picture is fetched, and links lead to pages alone."""
    from markdown_it import MarkdownIt  # with its rules, not needed before a report is exported

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    return str(reader.render(text))


def thin_out(points: Sequence[tuple[float, float | None]], most: int) -> Sequence[tuple[float, float | None]]:
    """At most so many points of a line, in their order: of each stretch the lowest and the highest, spikes too."""
    if len(points) <= most:
        return points
    size = -(-2 * len(points) // most)
    kept: list[tuple[float, float | None]] = []
    for start in range(0, len(points), size):
        stretch = [(place, y) for place, (_, y) in enumerate(points[start : start + size], start) if y is not None]
        ends = (
            {min(stretch, key=lambda one: one[1])[0], max(stretch, key=lambda one: one[1])[0]} if stretch else {start}
        )
        kept += [points[place] for place in sorted(ends)]
    return kept


def say_value(field: str, value: Any) -> str:
    """What a run says under a name, as text; shares as per cent."""
    if value is None or value == ():
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    if isinstance(value, int | float) and unit_of(field) == SHARE:
        return f"{100 * value:.1f} %"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@cache
def _load_plotly() -> str:
    """plotly.js as its package ships it, found without importing the package. Raises UnavailableError."""
    found = find_spec("plotly")
    path = Path(found.origin).parent / "package_data" / "plotly.min.js" if found and found.origin else None
    try:
        return path.read_text(encoding="utf-8") if path else ""
    except OSError as error:
        raise UnavailableError(
            f"plotly.js cannot be read ({error.strerror}): install the package plotly again, then export once more"
        ) from error


def _digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _write_json(content: Mapping[str, Any]) -> str:
    """JSON that ends no script element, whatever stands in it."""
    return json.dumps(content, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _describe(plot: Plot) -> dict[str, Any]:
    """A chart for the file's script. Plotly reads a small HTML in titles, which no name gets into."""
    return {
        "unit": unit_of(plot.metric),
        "x": escape(title_of(plot.x), quote=False),
        "xUnit": unit_of(plot.x),
        "isDate": plot.x == "logged_at",
        "lines": [asdict(line) for line in plot.lines],
    }


def _write_run(run: PageRun) -> str:
    return f'<li><span style="background:{run.color}"></span>{escape(run.name)}</li>'


def _write_chart(plot: Plot) -> str:
    title = title_of_chart(plot.metric, plot.x)
    empty = "" if plot.lines else "<p>Nothing of it has been logged.</p>"
    return f'<figure><figcaption>{escape(title)}</figcaption><div class="chart">{empty}</div></figure>'


def _write_table(page: Page) -> str:
    names = ["Run", *(title_of(field.removeprefix(CONFIG_PREFIX)) for field in page.fields), "Data"]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = "".join(f"<tr>{''.join(map(_write_cell, row))}</tr>" for row in page.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _write_cell(cell: Cell) -> str:
    return f"<td{' class=number' if cell.is_number else ''}>{escape(cell.text)}</td>"
