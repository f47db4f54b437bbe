"""The presets: configs worth beginning with, one YAML each beside this file. No torch here."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import yaml

from core.config.train import build_config
from core.errors import PresetNotFoundError

SUFFIX: Final = ".yaml"


@dataclass(frozen=True)
class Preset:
    """A named config: title and description for a person, `values` of config fields.

    order: where it stands among the others, the default lowest; one whose file gives none comes last.
    merit: why it is among the few that are shown first, in a word or two; empty for the others.
    """

    name: str
    title: str
    description: str
    values: dict[str, Any]
    order: float = math.inf
    merit: str = ""


def list_presets() -> list[Preset]:
    """All presets, the default first."""
    return sorted(map(_read, _list_names()), key=lambda preset: (preset.order, preset.name))


def load_preset(name: str) -> Preset:
    """The preset of this name, whatever its case. Raises PresetNotFoundError, which names those there are."""
    name = next((known for known in _list_names() if known == name.lower()), name)
    if name not in _list_names():
        names = ", ".join(preset.name for preset in list_presets())
        raise PresetNotFoundError(f"no preset is called {name[:80]!r}: there are {names}")
    return _read(name)


def find_changes(preset: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `config` whose values are not the preset's; none when there is no such preset any more."""
    try:
        own = build_config(load_preset(preset).values).model_dump()
    except PresetNotFoundError:
        return {}
    return {name: value for name, value in config.items() if name in own and value != own[name]}


def _list_names() -> list[str]:
    found = (entry.name for entry in files(__name__).iterdir())
    return [name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX)]


def _read(name: str) -> Preset:
    content = yaml.safe_load((files(__name__) / f"{name}{SUFFIX}").read_text(encoding="utf-8"))
    values = {**content["config"], "preset": name}
    order, merit = content.get("order", math.inf), content.get("merit", "")
    return Preset(name, content["title"], content["description"], values, order, merit)
