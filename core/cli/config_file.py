"""The file of `--config`: one config's fields as YAML or JSON, and what is said of files that are something else."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from core.errors import ConfigError

MAX_BYTES: Final = 2**18
MAX_REASON: Final = 300  # characters of what the reader says of a file
# What the reader raises of text that is no YAML, or none that Python can hold.
_UNREADABLE: Final = (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
SWEEP_KEYS: Final = frozenset({"parameters", "method", "metric", "sampler", "trials", "search_space", "sweep"})
CHOICE_KEYS: Final = frozenset({"values", "distribution", "min", "max", "low", "high", "choices"})


def load_config_file(path: Path) -> dict[str, Any]:
    """A YAML or JSON file of config fields, each told once. Raises ConfigError."""
    try:
        with path.open("rb") as file:
            written = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist: give a YAML or JSON file of config fields") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{path} cannot be read ({reason}): give a YAML or JSON file of config fields") from error
    if len(written) > MAX_BYTES:
        raise ConfigError(
            f"{path} is larger than {MAX_BYTES >> 10} kB: give a YAML or JSON file of config fields alone"
        )
    try:
        content = yaml.load(written.decode("utf-8-sig"), Loader=_PlainLoader)
    except _RefusedError as error:
        raise ConfigError(f"{path} {error}") from error
    except _UNREADABLE as error:
        reason = " ".join(str(error).split())[:MAX_REASON] or type(error).__name__
        raise ConfigError(f"{path} cannot be read as YAML: {reason}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds {type(content).__name__}: expected config fields, such as 'lr: 0.01'")
    if not all(isinstance(name, str) for name in content):
        raise ConfigError(f"{path} has a key that is no text: expected config fields, such as 'lr: 0.01'")
    _refuse_others(path, content)
    return content


def _refuse_others(path: Path, content: dict[Any, Any]) -> None:
    """Raises ConfigError for a sweep, which asks for many runs, and for a preset, whose fields lie one deeper."""
    many = sorted(str(name) for name, value in content.items() if _is_choice(value))
    if SWEEP_KEYS & content.keys() or many:
        told = sorted(SWEEP_KEYS & content.keys()) or many
        raise ConfigError(
            f"{path} is a sweep (it tells {', '.join(told[:5])}): --config takes one value a field, such as "
            "'lr: 0.01'; write one config, or train once for each value with --set"
        )
    if isinstance(content.get("config"), dict):
        raise ConfigError(f"{path} has its fields under 'config', as a preset has: give those fields alone")


def _is_choice(value: Any) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and bool(CHOICE_KEYS & value.keys()))


class _RefusedError(Exception):
    """Something that YAML has and a config does not: the end of a sentence that begins with the file."""


class _PlainLoader(yaml.SafeLoader):
    """YAML of plain values in which each key of a mapping stands once, and nothing stands for something else."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise _RefusedError(
                f"has {mark}{event.anchor} in line {event.start_mark.line + 1}: write each value out, without aliases"
            )
        if getattr(event, "tag", None) is not None:
            raise _RefusedError(
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
                raise _RefusedError(
                    f"has the key {key!r} twice, in lines {seen[key]} and {line}: keep the one that is meant"
                )
            if isinstance(key, Hashable):
                seen[key] = line
        return super().construct_mapping(node, deep)
