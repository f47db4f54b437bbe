"""The presets: configs worth beginning with, one YAML a model. No torch here."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import yaml

from core.config.train import build_config
from core.errors import PresetNotFoundError

# The order in which they are shown, the default first.
PRESETS: Final = (
    *("gcn", "best", "sage", "gat", "gatv2", "appnp", "sgc", "mlp"),
    *("tuned-gcn", "tuned-sage", "tuned-gat"),
)


@dataclass(frozen=True)
class Preset:
    """A named config: title and description for a person, `values` of config fields."""

    name: str
    title: str
    description: str
    values: dict[str, Any]


def list_presets() -> list[Preset]:
    """All presets, the default first."""
    return [load_preset(name) for name in PRESETS]


def load_preset(name: str) -> Preset:
    """The preset of this name. Raises PresetNotFoundError, which names those there are."""
    if name not in PRESETS:
        raise PresetNotFoundError(f"no preset is called {name!r}: there are {', '.join(PRESETS)}")
    content = yaml.safe_load((files("core.config.presets") / f"{name}.yaml").read_text(encoding="utf-8"))
    return Preset(name, content["title"], content["description"], {**content["config"], "preset": name})


def find_changes(preset: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `config` whose values are not the preset's; none when there is no such preset any more."""
    try:
        own = build_config(load_preset(preset).values).model_dump()
    except PresetNotFoundError:
        return {}
    return {name: value for name, value in config.items() if name in own and value != own[name]}
