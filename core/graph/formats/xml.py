"""GraphML and GEXF through networkx: nodes with a category, and whatever else they tell."""

import io
from contextlib import suppress
from typing import Any, Final
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import numpy as np

from core.errors import ArchiveError
from core.graph.formats.columns import Columns, draft_columns
from core.graph.formats.draft import Draft
from core.graph.formats.given import Given

MAX_XML_BYTES: Final = 2**28
MAX_HEAD_BYTES: Final = 2**20  # before the root: comments may be long
ROOTS: Final = ("graphml", "gexf")


# What Python has of an encoding that it does not know, or that is none of single bytes.
_NO_ENCODING: Final = (LookupError, ValueError, TypeError)
# What networkx raises for XML that is not what its readers expect.
_UNREADABLE: Final = (LookupError, ValueError, TypeError, AttributeError, RecursionError, ArithmeticError)


class _DoctypeError(Exception):
    """A document type, whose entities may grow without end or name other files."""


class _BrokenLinkError(Exception):
    """Nodes are told twice, or not at all; the rest of a sentence."""


def read_xml(given: Given) -> Draft:
    """The draft of a GraphML or GEXF file. Raises ArchiveError."""
    (name,) = given.files
    content = given.read(name, limit_bytes=MAX_XML_BYTES)
    try:
        _check_xml(content)
        found = _read_networkx(content, *find_root(given))
    except _DoctypeError as error:
        raise ArchiveError(
            f"{name} declares a document type, whose entities are not read: remove its DOCTYPE"
        ) from error
    except _BrokenLinkError as error:
        raise ArchiveError(f"{name} {error}") from error
    except (expat.ExpatError, ParseError) as error:
        raise ArchiveError(f"{name} is damaged, or cut off ({error}): export it anew") from error
    except _UNREADABLE as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        way = ", without hyperedges" if "hyperedge" in reason.lower() else ""
        raise ArchiveError(f"{name} cannot be read by networkx ({reason}): export it anew{way}") from error
    if not found.number_of_nodes():
        raise ArchiveError(f"{name} has no nodes: expected an article each")
    place_of = {node: place for place, node in enumerate(found)}
    edges = np.array([(place_of[source], place_of[target]) for source, target in found.edges()], dtype=np.int64)
    edge_index = edges.reshape(-1, 2).T
    if not found.is_directed():
        once = edge_index[:, edge_index[0] != edge_index[1]]
        edge_index = np.concatenate([edge_index, once[::-1]], axis=1)
    return draft_columns(name, [str(node) for node in found], _list_columns(found), edge_index)


class _RootFoundError(Exception):
    pass


def find_root(given: Given) -> tuple[str, str]:
    """What the one file's root element is called, without its prefix, and its namespace; nothing for no XML."""
    found: list[tuple[str, str]] = []

    def note(tag: str, told: dict[str, str]) -> None:
        prefix, _, kind = tag.rpartition(":")
        found.append((kind, told.get(f"xmlns:{prefix}" if prefix else "xmlns", "")))
        raise _RootFoundError  # what stands in it is not read yet

    if given.is_folder or len(given.files) != 1:
        return "", ""
    (name,) = given.files
    parser = expat.ParserCreate()
    parser.StartElementHandler = note
    size = 4096
    head = given.read_head(name, size).lstrip()
    if not head.startswith((b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return "", ""
    for chunk in (head, given.read_head(name, MAX_HEAD_BYTES).lstrip()[len(head) :]):
        with suppress(expat.ExpatError, _RootFoundError, *_NO_ENCODING):
            parser.Parse(chunk)
        if found:
            return found[0]
    return "", ""


def _read_networkx(content: bytes, root: str, namespace: str) -> Any:
    import networkx as nx  # half a second, which nobody else waits for
    from networkx.readwrite.gexf import GEXFReader

    try:
        if root == "gexf":
            reader = GEXFReader(version=next((v for v in ("1.1draft", "1.3") if v in namespace), "1.2draft"))
            reader.NS_GEXF = namespace
            return reader(io.BytesIO(content.lstrip()))
        return nx.read_graphml(io.BytesIO(content.lstrip()))
    except nx.NetworkXException as error:
        raise ValueError(str(error)) from error


def _check_xml(content: bytes) -> None:
    """Raises _DoctypeError before anything is expanded, and ExpatError for what is no whole XML."""

    def refuse(*_: object) -> None:
        raise _DoctypeError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    nodes: set[str] = set()
    ends: dict[str, None] = {}
    within: list[str] = []
    graphs = 0

    def note(tag: str, told: dict[str, str]) -> None:
        nonlocal graphs
        kind = tag.rpartition(":")[2]
        graphs += kind == "graph" and len(within) == 1
        within.append(kind)
        if graphs > 1:
            raise _BrokenLinkError("holds several graphs: keep the one that is meant")
        if kind == "node" and "id" in told:
            if told["id"] in nodes:
                raise _BrokenLinkError(f"has two nodes with the id {told['id'][:80]!r}: give each an id of its own")
            nodes.add(told["id"])
        elif kind == "edge":
            ends.update(dict.fromkeys(told[end] for end in ("source", "target") if end in told))

    parser.StartElementHandler = note
    parser.EndElementHandler = lambda _tag: within.pop()
    parser.Parse(content, True)
    unknown = next((end for end in ends if end not in nodes), None)
    if unknown is not None:
        raise _BrokenLinkError(f"has an edge that names {unknown[:80]!r}, which is the id of no node: declare it")


def _list_columns(found: Any) -> Columns:
    """The nodes' attributes of plain values; nested values are left out."""
    common = {name: value for name, value in found.graph.get("node_default", {}).items() if value is not None}
    nodes = [common | attributes for _, attributes in found.nodes(data=True)]
    plain: dict[str, None] = {}
    for attributes in nodes:
        plain.update(
            dict.fromkeys(str(key) for key, value in attributes.items() if isinstance(value, str | int | float))
        )
    return {key: [attributes.get(key) for attributes in nodes] for key in plain}
