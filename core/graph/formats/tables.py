"""A folder with nodes.csv (id, category, title, split, numbers) and edges.csv (source, target)."""

import csv
import io
import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.graph.formats.columns import Columns, draft_columns
from core.graph.formats.draft import Draft
from core.graph.formats.given import Given
from core.graph.limits import MAX_ARTICLES, MAX_LINKS, check_count

NODES: Final = "nodes.csv"
EDGES: Final = "edges.csv"
IDS: Final = ("id", "node", "node_id", "index")
# What both ends of a link are called; spaces, dots, colons and hyphens count as underscores.
ENDS: Final = (
    *(("source", "target"), ("from", "to"), ("src", "dst"), ("source", "destination"), ("u", "v")),
    *(("start", "end"), ("tail", "head"), ("source_id", "target_id"), ("from_id", "to_id"), ("src_id", "dst_id")),
    *(("start_id", "end_id"), ("id_from", "id_to"), ("source_node", "target_node"), ("from_node", "to_node")),
    *(("fromnodeid", "tonodeid"), ("fromid", "toid"), ("sourceid", "targetid"), ("node1", "node2")),
)
_WHOLE: Final = re.compile(r"-?\d+\.0+")
_NAMELESS: Final = re.compile(r"|Unnamed: ?\d+")


def is_table_folder(given: Given) -> bool:
    """Whether both tables are there, in whatever case."""
    return {NODES, EDGES} <= {name.lower() for name in given.files}


def read_tables(given: Given) -> Draft:
    """The draft of both tables. Raises ArchiveError with the line that does not fit."""
    names = {name.lower(): name for name in given.files}
    ids, columns = _read_nodes(given, names[NODES])
    counted = next((column for column, values in columns.items() if _counts_rows(column, values)), None)
    columns = {column: values for column, values in columns.items() if column != counted}
    draft = draft_columns(NODES, ids, columns, _read_edges(given, names[EDGES], ids))
    if counted is not None:
        draft.notices.append(f"Left out, since it numbers the rows: the column {counted or 'without a name'}.")
    return draft


def _counts_rows(column: str, values: list[str]) -> bool:
    """Whether a column is the one that pandas writes before the others: without a name, another number in each row."""
    is_counted = all(value.strip().isdecimal() for value in values) and len(set(values)) == len(values)
    return _NAMELESS.fullmatch(column) is not None and is_counted


def _read_nodes(given: Given, name: str) -> tuple[list[str], Columns]:
    header, *rows = _read_rows(given, name) or [[]]
    check_count(name, len(rows), "articles", most=MAX_ARTICLES)
    if not rows:
        raise ArchiveError(f"{name} has no row beside its header: expected one an article, such as 'id,category,title'")
    keys = [column.strip() for column in header]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ArchiveError(f"{name} has two columns called {twice!r}: give every column a name of its own")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(keys):
            raise ArchiveError(f"line {line} of {name} has {len(row)} values: expected {len(keys)}, as in its header")
    columns: Columns = {key: [row[place] for row in rows] for place, key in enumerate(keys)}
    id_key = next((key for key in keys if key.lower() in IDS), None)
    if id_key is None and _counts_rows(keys[0], columns[keys[0]]):
        id_key = keys[0]
    ids = (
        [value.strip() for value in columns.pop(id_key)]
        if id_key is not None
        else [str(number) for number in range(len(rows))]
    )
    if len(set(ids)) < len(ids):
        first = next(id_ for place, id_ in enumerate(ids) if id_ in set(ids[:place]))
        raise ArchiveError(f"{name} has two rows with the id {first!r}: give every article an id of its own")
    return ids, columns


def _read_edges(given: Given, name: str, ids: list[str]) -> NDArray[np.int64]:
    """[2, E]; a first line that names no article is a header, and names both ends."""
    places = _Places(ids)
    rows = [row for row in _read_rows(given, name) if any(value.strip() for value in row)]
    check_count(name, len(rows), "links", most=MAX_LINKS)
    columns, first = (0, 1), 1
    if rows and not all(value in places for value in rows[0][:2]):
        columns, first, rows = _find_ends(name, rows[0], places), 2, rows[1:]
    edges: list[tuple[int, int]] = []
    for line, row in enumerate(rows, start=first):
        try:
            edges.append((places[row[columns[0]]], places[row[columns[1]]]))
        except IndexError as error:
            raise ArchiveError(
                f"line {line} of {name} has {len(row)} values: expected a source and a target"
            ) from error
        except KeyError as error:
            raise ArchiveError(
                f"line {line} of {name} names {error.args[0][:80]!r}, which is the id of no row of {NODES}: "
                "expected ids of articles"
            ) from error
    return np.array(edges, dtype=np.int64).reshape(-1, 2).T


def _find_ends(name: str, header: list[str], places: "_Places") -> tuple[int, int]:
    """The columns of both ends by a header's names. Raises ArchiveError for a line that names neither."""
    keys = [re.sub(r"[\s:._-]+", "_", value.strip().lower()).strip("_") for value in header]
    for source, target in ENDS:
        if keys.count(source) == keys.count(target) == 1:
            return keys.index(source), keys.index(target)
    line = ",".join(header)
    said = line if len(line) <= 80 else f"{line[:79]}…"
    unknown = [value.strip()[:80] for value in header[:2] if value not in places]
    if len(unknown) == 1 and len(header) > 1:
        raise ArchiveError(
            f"line 1 of {name} is {said!r}, where {unknown[0]!r} is the id of no row of {NODES}: "
            "expected ids of articles, or a header such as 'source,target'"
        )
    raise ArchiveError(
        f"line 1 of {name} is {said!r}, which names neither two articles of {NODES} nor both ends of a link: "
        "expected a header such as 'source,target', 'from,to' or 'src,dst'"
    )


class _Places:
    """Articles by their ids; a whole number is the same however it is written, 3 or 3.0."""

    def __init__(self, ids: list[str]) -> None:
        self._place_of = {id_: place for place, id_ in enumerate(ids)}
        for place, id_ in enumerate(ids):
            self._place_of.setdefault(_shorten(id_), place)

    def __getitem__(self, written: str) -> int:
        id_ = written.strip()
        place = self._place_of.get(id_, self._place_of.get(_shorten(id_)))
        if place is None:
            raise KeyError(id_)
        return place

    def __contains__(self, written: str) -> bool:
        id_ = written.strip()
        return id_ in self._place_of or _shorten(id_) in self._place_of


def _shorten(id_: str) -> str:
    return id_.partition(".")[0] if _WHOLE.fullmatch(id_) else id_


def _read_rows(given: Given, name: str) -> list[list[str]]:
    """The rows that are not empty, separated by whatever the first line has most of: comma, semicolon or tab."""
    try:
        text = given.read(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArchiveError(f"{name} is no UTF-8 text: save it as UTF-8") from error
    first: Any = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    except csv.Error as error:
        raise ArchiveError(f"{name} cannot be read as a table ({error}): save it as CSV anew") from error
