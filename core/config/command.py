"""The shell command that trains a config. No torch here."""

import shlex
from collections.abc import Mapping
from typing import Any, Final

from core.config.presets import find_changes, list_presets

_NAMED: Final = ("preset", "graph")  # by options of their own


def write_value(value: Any) -> str:
    """A field's value as the command line takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def list_words(graph: str, preset: str, changes: Mapping[str, Any]) -> list[str]:
    """`wikics train` of a preset in which some fields differ, word by word."""
    words = ["wikics", "train", "--graph", graph, "--preset", preset]
    for name, value in changes.items():
        words += ["--split", str(value)] if name == "split" else ["--set", f"{name}={write_value(value)}"]
    return words


def build_command(config: Mapping[str, Any]) -> str:
    """The command that trains a run's config once more; empty where it names no graph, as a damaged one."""
    graph, named = config.get("graph"), config.get("preset")
    if not isinstance(graph, str) or not graph:
        return ""
    presets = [preset.name for preset in list_presets()]
    preset = named if named in presets else presets[0]
    changes = {name: value for name, value in find_changes(preset, config).items() if name not in _NAMED}
    return shlex.join(list_words(graph, preset, changes))


def build_fork_command(environment: Mapping[str, Any]) -> str:
    """The command that forks a run's parent once more; empty for one that is no fork."""
    fork = environment.get("fork")
    if not isinstance(fork, Mapping) or not isinstance(fork.get("run"), str):
        return ""
    words = ["wikics", "runs", "fork", fork["run"], "--epoch", str(fork.get("epoch"))]
    changes = fork.get("set")
    for name, value in (changes if isinstance(changes, Mapping) else {}).items():
        words += ["--set", f"{name}={write_value(value)}"]
    return shlex.join(words)
