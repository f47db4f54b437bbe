"""All formats that a graph is read from, which of them a file is, and what is said of every other."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.errors import ArchiveError
from core.graph.archive import (
    MASKS,
    REQUIRED,
    Arrays,
    check_arrays,
    describe_unlabelled,
    load_given_arrays,
    settle_labels,
)
from core.graph.formats import npz, planetoid, tables, torch, xml
from core.graph.formats.draft import Draft, build_arrays
from core.graph.formats.given import Given
from core.graph.limits import MAX_CATEGORIES, check_count, check_sizes, read_headers


@dataclass(frozen=True)
class Imported:
    """A checked archive's arrays, where they come from, and what a person must know of them."""

    arrays: Arrays
    source: str
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Format:
    """One format: its name for a person, whether what is given is of it, and how it is read."""

    title: str
    fits: Callable[[Given], bool]
    read: Callable[[Given], Draft | Arrays]


def _read_archive(given: Given) -> Arrays:
    (name,) = given.files
    with given.open(name) as file:
        return settle_labels(load_given_arrays(file, name, limit_bytes=given.limit_bytes))


def _is_xml(given: Given) -> bool:
    return xml.find_root(given)[0] in xml.ROOTS


def _is_archive(given: Given) -> bool:
    keys = _keys(given)
    return bool(keys & {*REQUIRED, *MASKS}) and not npz.is_sparse_npz(keys)


FORMATS: Final = (
    Format("an .npz archive with features, edge_index, labels and masks", _is_archive, _read_archive),
    Format(
        "an .npz with a sparse matrix adj_… and labels",
        lambda given: npz.is_sparse_npz(_keys(given)),
        npz.read_sparse_npz,
    ),
    Format("a PyTorch Geometric Data (.pt)", lambda given: torch.is_torch_file(_members(given)), torch.read_data),
    Format("GraphML or GEXF", _is_xml, xml.read_xml),
    Format("a folder with nodes.csv and edges.csv", tables.is_table_folder, tables.read_tables),
    Format("Planetoid's ind.* files", lambda given: bool(planetoid.list_datasets(given)), planetoid.read_planetoid),
)
READ: Final = ", ".join(format_.title for format_ in FORMATS[:-1]) + f", or {FORMATS[-1].title}"

# How files of other formats begin.
_OTHERS: Final = (
    (b"PAR1", "a Parquet table"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a single NumPy array (.npy)"),
    (b"\x1f\x8b", "packed with gzip: unpack it first"),
    (b"BZh", "packed with bzip2: unpack it first"),
    (b"7z\xbc\xaf", "packed with 7-Zip: unpack it first"),
    (b"MATLAB", "a MATLAB file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"<", "XML that is neither GraphML nor GEXF"),
)


def read_given(given: Given) -> Imported:
    """A graph out of what a person has, with splits by WikiCS's protocol where there are none.

    Nothing in it is ever executed. Raises ArchiveError, which says what it is and what would be read.
    """
    found = next((format_ for format_ in FORMATS if format_.fits(given)), None)
    if found is None:
        raise ArchiveError(f"{given.name} is {describe_other(given)}. What is read: {READ}.")
    read = found.read(given)
    arrays = build_arrays(read, limit_bytes=given.limit_bytes) if isinstance(read, Draft) else read
    notices = tuple(read.notices) if isinstance(read, Draft) else ()
    try:
        check_sizes(read_headers(arrays), limit_bytes=given.limit_bytes)
        check_arrays(arrays)
        check_count(given.name, int(arrays["labels"].max()) + 1, "categories", most=MAX_CATEGORIES)
    except ArchiveError as error:
        if isinstance(read, Draft):
            raise ArchiveError(f"{given.name}, read as {found.title}: {error}") from error
        raise
    kind = "Folder" if given.is_folder else "Archive" if isinstance(read, dict) else "File"
    return Imported(arrays, f"{kind} {given.name}.", (*notices, *describe_unlabelled(arrays)))


def describe_other(given: Given) -> str:
    """What files are that no format fits, as the end of "x is …"."""
    if given.is_folder:
        names = ", ".join(sorted(given.files)[:5]) or "nothing"
        lacking = {tables.NODES, tables.EDGES} - {name.lower() for name in given.files}
        if len(lacking) == 1:
            return f"a folder without {lacking.pop()} (it holds {names})"
        return f"a folder of no graph (it holds {names})"
    (name,) = given.files
    content = _head(given)
    if not content:
        return "empty: fetch or save it anew"
    if name.lower() in (tables.NODES, tables.EDGES):
        return "one table of two: give the folder that holds nodes.csv and edges.csv"
    if content.startswith(b"PK"):
        return _describe_zip(given)
    if content.startswith(torch.LEGACY):
        return "of torch.save before version 1.6: load it with torch and save it anew"
    if content[:1] == b"\x80" and content[1:2] <= b"\x05":
        return "a pickle, which could run anything when it is read"
    other = next((what for start, what in _OTHERS if content.startswith(start)), None)
    if other is not None:
        return other
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "of a format that is not read, or damaged"
    is_table = any(separator in content.partition(b"\n")[0] for separator in (b",", b";", b"\t"))
    return "a text table: give a folder with nodes.csv and edges.csv" if is_table else "text"


def _describe_zip(given: Given) -> str:
    members = _members(given)
    if not members:
        return "a zip archive that is damaged, or cut off: fetch it or make it anew with numpy.savez_compressed"
    if all(member.endswith(".npy") for member in members):
        keys = ", ".join(sorted(_keys(given))[:12])
        return f"an .npz archive with the keys {keys}; one of a graph has {', '.join(REQUIRED)}"
    return f"a zip archive of {', '.join(members[:3])}: unpack it first"


def _infos(given: Given) -> list[zipfile.ZipInfo]:
    """The directory of the one file that is given, if it is a zip archive and whole."""
    if given.is_folder or len(given.files) != 1:
        return []
    (name,) = given.files
    try:
        with given.open(name) as file, zipfile.ZipFile(file) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def _members(given: Given) -> list[str]:
    return [info.filename for info in _infos(given)]


def _keys(given: Given) -> set[str]:
    return {member.removesuffix(".npy") for member in _members(given) if member.endswith(".npy")}


def _head(given: Given) -> bytes:
    """How the one file begins, without a mark of its byte order and spaces."""
    if given.is_folder or len(given.files) != 1:
        return b""
    (name,) = given.files
    return given.read_head(name).removeprefix(b"\xef\xbb\xbf").lstrip()
