"""Documents, the JSON files of a storage: written so that a person can read them, read with nothing taken on trust."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from json import dumps
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
import orjson

from core.errors import DamagedFileError
from core.storage.base import Storage
from core.storage.streams import open_to_read

MAX_DOCUMENT_BYTES: Final = 2**24
FIRST_BYTES: Final = 2**16  # of which room is made at first: most documents are smaller
MAX_DEPTH: Final = 32  # of lists and objects inside each other
LAST_SECOND: Final = 253_402_300_799.0  # of the year 9999, after which no calendar goes on


# What msgspec raises of bytes that are no JSON, or not of the type that is expected.
UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

T = TypeVar("T")
Read = Callable[[Any], Any]  # of JSON's value the field's; None where it is of another kind


def dump_json(content: Mapping[str, Any]) -> bytes:
    """A file's bytes. NaN and infinity are refused by ValueError."""
    return dumps(content, indent=2, allow_nan=False).encode() + b"\n"


def load_json(storage: Storage, name: str, *, called: str = "") -> dict[str, Any]:
    """A stored JSON object; `called` is what messages call it. Raises FileNotStoredError, DamagedFileError."""
    try:
        with open_to_read(storage, name, buffering=0) as file:
            content = file.read(FIRST_BYTES)
            if len(content) == FIRST_BYTES:
                content += file.read(MAX_DOCUMENT_BYTES + 1 - FIRST_BYTES)
    except OSError as error:  # this user may not, or the disk does not answer
        raise DamagedFileError(f"{called or name} cannot be read ({error.strerror or error})") from error
    return parse_json(content, called or name)


def parse_json(content: bytes, name: str) -> dict[str, Any]:
    """The JSON object in a file's bytes, which `name` is; whatever comes back can be written as JSON again.

    Whole numbers of more than 64 bits come as floats. Raises DamagedFileError for what is too large or too deep, no
    JSON (NaN and lone surrogates are none) or no object.
    """
    if len(content) > MAX_DOCUMENT_BYTES:
        raise DamagedFileError(f"{name} is larger than {MAX_DOCUMENT_BYTES >> 20} MB, the most that is read")
    try:
        value = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise DamagedFileError(f"{name} is damaged, or cut off") from error
    if not isinstance(value, dict):
        raise DamagedFileError(f"{name} is damaged, since it holds no JSON object")
    if content.count(b"{") + content.count(b"[") > MAX_DEPTH and is_deep(value):
        raise DamagedFileError(f"{name} is damaged, since it is nested more than {MAX_DEPTH} deep")
    return value


def is_deep(value: Any) -> bool:
    """Whether lists and objects lie inside each other more than MAX_DEPTH deep."""
    inner = [value]
    for _ in range(MAX_DEPTH):
        inner = [item for outer in inner for item in _items(outer) if isinstance(item, dict | list)]
        if not inner:
            return False
    return True


def _items(outer: Any) -> Any:
    return outer.values() if isinstance(outer, dict) else outer


def read_known(kind: type[T], content: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a dataclass whose values are of their types: what was written by any version.

    Numbers are finite, whole ones are not negative, and what ends in `_at` is a time (Unix seconds). A list stands
    for a tuple, an object for a dataclass; of one inside, fields without a value have their defaults.
    """
    found = ((name, read(content[name])) for name, read in find_readers(kind).items() if name in content)
    return {name: value for name, value in found if value is not None}


def read_whole(kind: type[T], content: Mapping[str, Any], name: str) -> T:
    """A dataclass with all fields that have no default. Raises DamagedFileError, which names the file and the field."""
    known = read_known(kind, content)
    lacking = next((field for field in _required(cast(Any, kind)) if field not in known), None)
    if lacking is not None:
        problem = "holds a wrong value under" if lacking in content else "lacks"
        raise DamagedFileError(f"{name} is damaged, since it {problem} {lacking!r}")
    return kind(**known)


def find_readers(kind: type) -> Mapping[str, Read]:
    """What reads each field of a dataclass, in their order."""
    return _find_readers(cast(Any, kind))


@cache
def _find_readers(kind: Any) -> Mapping[str, Read]:
    return {name: _read_time if name.endswith("_at") else _reader(hint) for name, hint in get_type_hints(kind).items()}


@cache
def _required(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING)


def _reader(hint: Any) -> Read:
    """What reads values of a type: plain ones, optional ones, tuples of one type, dataclasses."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _reader(next(option for option in inner if option is not NoneType))
    if origin is Literal:
        return lambda value: value if isinstance(value, str) and value in inner else None
    if origin is tuple:
        return _read_tuple(inner)
    if origin is dict:
        return lambda value: value if isinstance(value, dict) else None
    if is_dataclass(hint):
        return partial(_read_inner, cast(type, hint))
    return _PLAIN[hint]


def _read_tuple(inner: tuple[Any, ...]) -> Read:
    """Of `tuple[X, ...]` or of a tuple of so many."""
    is_open = inner[-1] is ...
    readers = [_reader(hint) for hint in (inner[:1] if is_open else inner)]

    def read_items(value: Any) -> Any:
        if not isinstance(value, list) or not (is_open or len(value) == len(readers)):
            return None
        pairs = zip(readers * len(value) if is_open else readers, value, strict=True)
        items = tuple(reader(item) for reader, item in pairs)
        return None if None in items else items

    return read_items


def _read_inner(kind: type[T], value: Any) -> T | None:
    return kind(**read_known(kind, value)) if isinstance(value, dict) else None


def _read_number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None


def _read_time(value: Any) -> float | None:
    number = _read_number(value)
    return number if number is not None and 0 <= number <= LAST_SECOND else None


def _read_whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


_PLAIN: Final[Mapping[Any, Read]] = {
    float: _read_number,
    int: _read_whole,
    str: lambda value: value if isinstance(value, str) else None,
    bool: lambda value: value if isinstance(value, bool) else None,
}
