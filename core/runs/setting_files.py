"""YAML files that a person writes and a setting names."""

from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError
from core.graph.titles import shorten

MAX_BYTES: Final = 2**20


def read_yaml(path: Path, setting: str) -> Any:
    """What a file holds, a longer one cut off. setting: the variable that names it. Raises ConfigError."""
    import yaml  # for those alone who have such a file

    try:
        with path.expanduser().open("rb") as file:
            return yaml.safe_load(file.read(MAX_BYTES))
    except (OSError, ValueError, RuntimeError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise ConfigError(f"{setting} is {shorten(str(path))!r}, which cannot be read ({reason})") from error
