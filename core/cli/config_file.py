"""The file of `--config`: one config's fields as YAML or JSON, and what is said of files that are something else."""

from pathlib import Path
from typing import Any, Final

from core.config.plain_yaml import UNREADABLE, RefusedError, explain_unreadable, load_plain
from core.errors import ConfigError

MAX_BYTES: Final = 2**18
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
        content = load_plain(written.decode("utf-8-sig"))
    except RefusedError as error:
        raise ConfigError(f"{path} {error}") from error
    except UNREADABLE as error:
        raise ConfigError(f"{path} cannot be read as YAML: {explain_unreadable(error)}") from error
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
