"""Small expressions over config fields, as `when:` and `constraints:` of a sweep write them; nothing is ever called."""

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.errors import ConfigError

MAX_CHARACTERS: Final = 500
MAX_PARTS: Final = 200
EXAMPLE: Final = "write comparisons of fields, such as model == 'gat' or hidden_channels * num_layers <= 1024"

_BINARY: Final[Mapping[type[ast.AST], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_ARITHMETIC: Final = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
_UNARY: Final[Mapping[type[ast.AST], Callable[[Any], Any]]] = {ast.Not: operator.not_, ast.USub: operator.neg}
_NODES: Final = (ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Name, ast.Constant, ast.List, ast.Tuple)
_KNOWN: Final[tuple[type[ast.AST], ...]] = (*_NODES, ast.And, ast.Or, ast.Load, *_BINARY, *_UNARY)
_WORDS: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Expression:
    """An expression that is true or not of a config."""

    text: str
    names: frozenset[str]  # of the fields that it asks about
    _tree: ast.expr = field(repr=False, compare=False)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it is true of these values. Raises ConfigError where they are of kinds that do not go together."""
        try:
            return bool(_evaluate(self._tree, values))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ConfigError(f"{self.text!r} cannot be computed ({error}): {EXAMPLE}") from error


def parse_expression(text: Any, fields: Collection[str]) -> Expression:
    """An expression over these fields. Raises ConfigError for anything that is more than that."""
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(f"{str(text)[:80]!r} is no expression: {EXAMPLE}")
    if len(text) > MAX_CHARACTERS:
        raise ConfigError(f"an expression of {len(text):,} characters is too long: expected at most {MAX_CHARACTERS}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConfigError(f"{text!r} cannot be read as an expression: {EXAMPLE}") from error
    parts = list(ast.walk(tree))
    if len(parts) > MAX_PARTS:
        raise ConfigError(f"{text!r} has too many parts: expected at most {MAX_PARTS}")
    for part in parts:
        _check(part, text)
    names = {part.id for part in parts if isinstance(part, ast.Name)} - _WORDS.keys()
    for name in sorted(names - set(fields)):
        raise ConfigError(f"{text!r} asks about {name!r}, which is no config field: texts stand in quotes; {EXAMPLE}")
    return Expression(text.strip(), frozenset(names), tree)


def _check(part: ast.AST, text: str) -> None:
    is_known = isinstance(part, _KNOWN)
    is_plain = not isinstance(part, ast.Constant) or isinstance(part.value, str | int | float)
    is_arithmetic = not isinstance(part, ast.BinOp) or isinstance(part.op, _ARITHMETIC)
    if not (is_known and is_plain and is_arithmetic):
        raise ConfigError(f"{text!r} holds what no expression may ({type(part).__name__}): {EXAMPLE}")


def _evaluate(node: ast.AST, values: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return _WORDS[node.id] if node.id in _WORDS else values[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [_evaluate(item, values) for item in node.elts]
    if isinstance(node, ast.UnaryOp):
        return _UNARY[type(node.op)](_evaluate(node.operand, values))
    if isinstance(node, ast.BoolOp):
        told = (_evaluate(item, values) for item in node.values)
        return all(told) if isinstance(node.op, ast.And) else any(told)
    if isinstance(node, ast.Compare):
        sides = [_evaluate(side, values) for side in (node.left, *node.comparators)]
        pairs = zip(node.ops, sides, sides[1:], strict=False)
        return all(_BINARY[type(mark)](left, right) for mark, left, right in pairs)
    assert isinstance(node, ast.BinOp)
    left, right = _evaluate(node.left, values), _evaluate(node.right, values)
    if isinstance(left, str | list) or isinstance(right, str | list):
        raise TypeError("texts and lists have no arithmetic")
    return _BINARY[type(node.op)](left, right)
