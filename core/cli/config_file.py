"""The file of `--config`: one config's fields as YAML or JSON, and what is said of files that are something else."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from core.errors import ConfigError

SWEEP_KEYS: Final = frozenset({"parameters", "method", "metric", "sampler", "trials", "search_space", "sweep"})
CHOICE_KEYS: Final = frozenset({"values", "distribution", "min", "max", "low", "high", "choices"})


def load_config_file(path: Path) -> dict[str, Any]:
    """A YAML or JSON file of config fields, each told once. Raises ConfigError."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist: give a YAML or JSON file of config fields") from error
    except _DuplicateKeyError as error:
        raise ConfigError(f"{path} {error}: keep the one that is meant") from error
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}): give a YAML or JSON file of config fields"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} cannot be read as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds {type(content).__name__}: expected config fields, such as 'lr: 0.01'")
    _refuse_others(path, content)
    return {str(name): value for name, value in content.items()}


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


class _DuplicateKeyError(Exception):
    """A mapping tells a key twice, which YAML forbids and its readers take the last of."""


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML of plain values in which each key of a mapping stands once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[Hashable, int] = {}
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if isinstance(key, Hashable) and key in seen:
                raise _DuplicateKeyError(f"has the key {key!r} twice, in lines {seen[key]} and {line}")
            if isinstance(key, Hashable):
                seen[key] = line
        return super().construct_mapping(node, deep)
