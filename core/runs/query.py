"""One language in which runs are chosen, in a page's filter, by `runs list --where` and over HTTP.

    state = finished and test_acc > 77% and (lr in (0.01, 0.003) or tags contains best)
    preset != gcn and not starred and age < 2d and name matches "best*"
    gcn split3

A word by itself is looked for in what a list says of a run; what stands side by side must all be true. Nothing is
ever evaluated but these comparisons. What a run does not say equals `none` alone.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import partial
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from core.errors import QueryError
from core.graph.titles import shorten
from core.runs.fields import COLUMNS, LISTS, SWITCHES, WORDS, Value, is_field, list_config_fields, read_field

if TYPE_CHECKING:
    from core.runs.record import RunRecord

MAX_CHARACTERS: Final = 1_000
MAX_DEPTH: Final = 40

Test = Callable[["RunRecord", float], bool]  # of a run, at a time (Unix seconds)

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<quoted>"[^"]*"|'[^']*')|(?P<sign>==|!=|<=|>=|[=<>(),\[\]])|(?P<word>[^\s()\[\],=<>!"']+))"""
)
_NUMBER: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(%|s|min|h|d|w)?")
_UNITS: Final = {"%": 0.01, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0, "": 1.0}
_ORDERS: Final[dict[str, Callable[[float, float], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_KEYWORDS: Final = ("and", "or", "not", "in", "contains", "matches")
_OPERATORS: Final = ("=", "==", "!=", *_ORDERS, "in", "contains", "matches")
EXAMPLE: Final = "such as test_acc > 77% and state = finished"


class _Token(NamedTuple):
    kind: str  # quoted, sign, word, or end
    text: str  # without quotation marks
    at: int  # counted from 1

    def means(self, *words: str) -> bool:
        return self.kind in ("sign", "word") and self.text.lower() in words


@dataclass(frozen=True)
class Query:
    """A question that each run answers with yes or no."""

    text: str
    test: Test
    fields: frozenset[str]  # that it asks for

    def select(self, records: Sequence["RunRecord"], now: float | None = None) -> list["RunRecord"]:
        """The runs that say yes, in their order."""
        now = time.time() if now is None else now
        return [record for record in records if self.test(record, now)]


def parse_query(text: str) -> Query:
    """The question in a text; an empty one is true of every run. Raises QueryError, which tells the position."""
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"the filter has {len(text):,} characters: at most {MAX_CHARACTERS:,} are read", 1)
    parser = _Parser(_split(text))
    test = parser.read_all()
    return Query(text, test, frozenset(parser.fields))


def _split(text: str) -> list[_Token]:
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            what = (
                "a quotation mark without its other"
                if text[start] in "\"'"
                else f"{text[start]!r}, which means nothing"
            )
            _refuse(start + 1, f"{what} here: write conditions {EXAMPLE}")
        kind = str(found.lastgroup)
        said = found[kind]
        tokens.append(_Token(kind, said[1:-1] if kind == "quoted" else said, found.start(kind) + 1))
        at = found.end()
    return [*tokens, _Token("end", "", len(text) + 1)]


class _Parser:
    """Recursive descent over the tokens, one function a level of binding."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens, self._place, self._depth = tokens, 0, 0
        self.fields: set[str] = set()

    def read_all(self) -> Test:
        if self._next.kind == "end":
            return lambda *_: True
        test = self._read_or()
        if self._next.kind != "end":
            _refuse(self._next.at, f"{self._next.text!r} closes nothing: leave it out")
        return test

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _takes(self, *words: str) -> bool:
        is_there = self._next.means(*words)
        self._place += is_there
        return is_there

    def _read_or(self) -> Test:
        tests = [self._read_and()]
        while self._takes("or"):
            tests.append(self._read_and())
        return tests[0] if len(tests) == 1 else lambda record, now: any(test(record, now) for test in tests)

    def _read_and(self) -> Test:
        tests = [self._read_not()]
        while self._takes("and") or not (self._next.kind == "end" or self._next.means("or", ")", "]", ",")):
            tests.append(self._read_not())
        return tests[0] if len(tests) == 1 else lambda record, now: all(test(record, now) for test in tests)

    def _read_not(self) -> Test:
        opened = self._next
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _refuse(opened.at, f"more than {MAX_DEPTH} conditions lie inside each other here: write a shorter filter")
        if self._takes("not"):
            inner = self._read_not()
            test: Test = lambda record, now: not inner(record, now)  # noqa: E731
        elif self._takes("("):
            test = self._read_or()
            if not self._takes(")"):
                _refuse(self._next.at, f"the bracket of character {opened.at} is not closed: write )")
        else:
            test = self._read_condition()
        self._depth -= 1
        return test

    def _read_condition(self) -> Test:
        field = self._next
        if field.kind == "end" or field.kind == "sign" or field.means(*_KEYWORDS):
            what = f"{field.text!r} stands" if field.text else "the filter ends"
            _refuse(field.at, f"{what} where a condition is expected: write one {EXAMPLE}")
        self._place += 1
        is_not = self._next.means("not") and self._tokens[self._place + 1].means("in", "contains", "matches")
        self._place += is_not
        if field.kind == "quoted" or not self._next.means(*_OPERATORS):
            return self._build_alone(field)
        operator = self._take()
        name = self._find_field(field)
        test = self._build(name, operator)
        return (lambda record, now: not test(record, now)) if is_not else test

    def _build_alone(self, field: _Token) -> Test:
        if field.kind == "word" and field.text.lower() in (*SWITCHES, "imported"):
            name = self._find_field(field)
            return lambda record, now: bool(read_field(record, name, now))
        word = field.text.casefold()
        return lambda record, _now: word in describe(record)

    def _find_field(self, field: _Token) -> str:
        name = field.text if is_field(field.text) else field.text.lower()
        if field.kind == "quoted" or not is_field(name):
            near = get_close_matches(name[:80], (*COLUMNS, *list_config_fields()), n=1)
            way_on = f"did you mean {near[0]}?" if near else f"there are {', '.join(COLUMNS)}, and the config's fields"
            _refuse(field.at, f"nothing of a run is called {shorten(field.text)!r}: {way_on}")
        self.fields.add(name)
        return name

    def _build(self, name: str, operator: _Token) -> Test:
        sign = operator.text.lower()
        if sign == "in":
            tests = [_equals(name, value) for value in self._read_list()]
            return lambda record, now: any(test(record, now) for test in tests)
        value = self._read_value(operator)
        if sign in ("=", "=="):
            return _equals(name, value)
        if sign == "!=":
            equals = _equals(name, value)
            return lambda record, now: not equals(record, now)
        if sign == "contains":
            return _equals(name, value) if name in LISTS else partial(_contains, name, value.text.casefold())
        if sign == "matches":
            return partial(_matches, name, value.text.casefold())
        limit = _parse_number(value)
        if limit is None or value.kind == "quoted" or name in (*WORDS, *SWITCHES, *LISTS):
            _refuse(
                value.at if limit is None else operator.at,
                f"{name} {sign} {shorten(value.text)!r} compares no numbers: write a number, or = instead",
            )
        return partial(_is_ordered, name, _ORDERS[sign], limit)

    def _read_list(self) -> list[_Token]:
        opened = self._take()
        closing = {"(": ")", "[": "]"}.get(opened.text)
        if closing is None:
            _refuse(opened.at, "a list is expected behind 'in': write it in brackets, such as split in (0, 1, 2)")
        values = [self._read_value(opened)]
        while self._takes(","):
            values.append(self._read_value(opened))
        if not self._takes(closing):
            _refuse(self._next.at, f"the list of character {opened.at} is not closed: write {closing}")
        return values

    def _read_value(self, behind: _Token) -> _Token:
        if self._next.kind in ("sign", "end"):
            _refuse(
                self._next.at, f"a value is expected behind {behind.text!r}: write a number, a word, or 'some words'"
            )
        self._place += 1
        return self._tokens[self._place - 1]


def describe(record: "RunRecord") -> str:
    """What a list says of a run, in small letters: words are looked for in it."""
    said = (record.name, record.id, record.state, record.preset, record.model, *record.tags, *record.aliases)
    return " ".join([*said, f"split{record.split}", f"seed{record.seed}"]).casefold()


def _equals(name: str, value: _Token) -> Test:
    """Whether a field is a value: words whatever their case, a tag among the tags, `none` where nothing is said."""
    text, number = value.text.casefold(), _parse_number(value) if value.kind == "word" else None

    def test(record: "RunRecord", now: float) -> bool:
        found = read_field(record, name, now)
        if found is None or found == ():
            return value.kind == "word" and text == "none"
        if isinstance(found, tuple):
            return any(tag.casefold() == text for tag in found)
        if isinstance(found, bool):
            return text in (("true", "yes", "1") if found else ("false", "no", "0"))
        if isinstance(found, int | float):
            return number is not None and (found == number or f"{found:g}" == f"{number:g}")
        return str(found).casefold() == text

    return test


def _contains(name: str, text: str, record: "RunRecord", now: float) -> bool:
    return text in _say(read_field(record, name, now))


def _matches(name: str, pattern: str, record: "RunRecord", now: float) -> bool:
    found = read_field(record, name, now)
    return any(fnmatchcase(_say(item), pattern) for item in (found if isinstance(found, tuple) else (found,)))


def _say(value: Value) -> str:
    return "" if value is None else str(value).casefold()


def _is_ordered(
    name: str, order: Callable[[float, float], bool], limit: float, record: "RunRecord", now: float
) -> bool:
    found = read_field(record, name, now)
    return isinstance(found, int | float) and not isinstance(found, bool) and order(found, limit)


def _parse_number(token: _Token) -> float | None:
    """`0.01`, `77%`, `2h`; None for what is no number."""
    found = _NUMBER.fullmatch(token.text)
    return None if found is None else float(found[1]) * _UNITS[found[2] or ""]


def _refuse(at: int, why: str) -> NoReturn:
    raise QueryError(f"character {at} of the filter: {why}", at)
