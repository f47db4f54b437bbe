"""What the commands share: the two consoles, tables, and how a graph and settings are named."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from core.errors import ConfigError, UnavailableError
from core.settings import load_settings

if TYPE_CHECKING:
    from core.app.explorer import Explorer

MIN_WIDTH: Final = 5  # below it a column is not readable
_FRAME: Final = 3  # a border and two spaces around each column

# What is printed comes from files and people: it is never read as markup. A sentence is one line, which a terminal
# folds by itself and a pipe does not.
out = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, markup=False, highlight=False, emoji=False)


def open_explorer() -> "Explorer":
    """The Explorer of this process's settings."""
    from core.app.explorer import open_explorer as open_explorer_of  # half a second, which a listing does not wait for

    return open_explorer_of(load_settings())


def write_output(path: Path, content: bytes) -> None:
    """Writes a file that a person asked for. Raises UnavailableError where that cannot be."""
    try:
        path.write_bytes(content)
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = getattr(error, "strerror", None) or error
        raise UnavailableError(
            f"{str(path)!r} cannot be written ({reason}): name another file with --output"
        ) from error


def open_graph(explorer: "Explorer", graph: str | None) -> str:
    """The id of the graph that --graph names; what lies at a path is taken into the library first.

    An id comes before a file or folder here of the same name, which `./` in front means.
    """
    if graph is None or explorer.graphs.exists(graph):
        return explorer.graphs.load(graph).id
    path = Path(graph).expanduser()
    if os.sep in graph or path.exists() or path.suffix:
        return explorer.graphs.register(path)
    return explorer.graphs.load(graph).id


def open_graph_to_train(explorer: "Explorer", graph: str | None) -> str:
    """As `open_graph`; of the default graph, which nobody named, it says on stderr what must be known."""
    graph_id = open_graph(explorer, graph)
    if graph is None:
        for notice in explorer.graphs.read_summary(graph_id).notices:
            err.print(notice, markup=False, soft_wrap=True)
    return graph_id


def write_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, least: Mapping[int, int]) -> None:
    """A table in which no cell is ever cut off: where the terminal is narrow, columns shrink by folding their cells.

    least: by its place, the width that a column keeps, such as that of an id, which is copied whole or not at all.
    Where even that is too wide, so is the table.
    What is not written to a terminal has room, unless COLUMNS says how much.
    """
    columns = [
        Column(header, width=width, overflow="fold")
        for header, width in zip(headers, fit_widths(headers, rows, least=least, room=_find_room()), strict=True)
    ]
    table = Table(*columns)
    for row in rows:
        table.add_row(*map(Text, row))
    Console(width=sum(column.width or 0 for column in columns) + _FRAME * len(columns) + 1).print(table)


def fit_widths(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, least: Mapping[int, int], room: int | None
) -> list[int]:
    """The width of each column in characters: as its cells need, or less where there is no room for it."""
    widths = [max(map(cell_len, column)) for column in zip(headers, *rows, strict=True)]
    if room is None:
        return widths
    lowest = [min(width, least.get(place, MIN_WIDTH)) for place, width in enumerate(widths)]
    excess = sum(widths) + _FRAME * len(widths) + 1 - room
    while excess > 0 and widths != lowest:
        widest = max(range(len(widths)), key=lambda place: (widths[place] > lowest[place], widths[place]))
        widths[widest] -= 1
        excess -= 1
    return widths


def _find_room() -> int | None:
    """Characters in a line; None where there is no end to it."""
    return out.width if out.is_terminal or os.environ.get("COLUMNS", "").isdecimal() else None


def parse_overrides(pairs: list[str]) -> dict[str, Any]:
    """`["lr=0.01", "jk=cat"]` as fields and their texts. Raises ConfigError."""
    values: dict[str, Any] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator or not name:
            raise ConfigError(f"--set {pair!r} is no setting: write field=value, such as lr=0.01")
        values[name] = text  # the config parses "1e-3", "20" and "true" by its fields' types
    return values
