"""YAML that a person gives: plain values, each key of a mapping once, and the line in which each stands."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

MAX_REASON: Final = 300  # characters of what the reader says of a text
# What the reader raises of text that is no YAML, or none that Python can hold.
UNREADABLE: Final = (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
Path = tuple[str | int, ...]  # of keys and places in lists, from the outermost on


@dataclass(frozen=True)
class Marked:
    """A text's content, and the line (from 1) of each key and item in it."""

    content: Any
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Where this stands, or what it would stand in."""
        return self.lines[path] if path in self.lines else self.line(path[:-1]) if path else 1


def load_plain(text: str) -> Any:
    """The content of a text. Raises RefusedError, and `UNREADABLE`."""
    return yaml.load(text, Loader=PlainLoader)


def load_marked(text: str) -> Marked:
    """The content of a text with its lines. Raises RefusedError, and `UNREADABLE`."""
    loader = PlainLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return Marked(None, {})
        lines: dict[Path, int] = {}
        content = loader.construct_document(node)
        _mark(node, (), lines)
    finally:
        loader.dispose()
    return Marked(content, lines)


def explain_unreadable(error: Exception) -> str:
    """What the reader says of a text, in a line."""
    return " ".join(str(error).split())[:MAX_REASON] or type(error).__name__


def _mark(node: yaml.Node, path: Path, lines: dict[Path, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            lines[inner] = key.start_mark.line + 1
            _mark(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            lines[(*path, place)] = item.start_mark.line + 1
            _mark(item, (*path, place), lines)


class RefusedError(Exception):
    """Something that YAML has and a config does not: the end of a sentence that begins with the file."""


class PlainLoader(yaml.SafeLoader):
    """YAML of plain values in which each key of a mapping stands once, and nothing stands for something else."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise RefusedError(
                f"has {mark}{event.anchor} in line {event.start_mark.line + 1}: write each value out, without aliases"
            )
        if getattr(event, "tag", None) is not None:
            raise RefusedError(
                f"has the tag {event.tag[:40]!r} in line {event.start_mark.line + 1}: write plain values"
            )
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[Hashable, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if isinstance(key, Hashable) and key in seen:
                raise RefusedError(
                    f"has the key {key!r} twice, in lines {seen[key]} and {line}: keep the one that is meant"
                )
            if isinstance(key, Hashable):
                seen[key] = line
        return super().construct_mapping(node, deep)
