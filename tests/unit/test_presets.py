"""The presets: all load, all are sound configs, and they say in one line what they are."""

import pytest

from core.config.models import fields_of
from core.config.presets import PRESETS, list_presets, load_preset
from core.config.train import TrainConfig, build_config
from core.errors import PresetNotFoundError


def test_at_least_one_a_model_the_default_first():
    presets = list_presets()
    assert tuple(preset.name for preset in presets) == PRESETS
    assert presets[0].name == TrainConfig().model == "gcn"
    assert {preset.values["model"] for preset in presets} == {"mlp", "gcn", "sage", "gat", "gatv2", "appnp", "sgc"}


@pytest.mark.parametrize("name", PRESETS)
def test_is_a_sound_config_of_fields_that_its_model_reads(name):
    preset = load_preset(name)
    config = build_config(preset.values)
    assert config.preset == name
    training = set(TrainConfig.model_fields) - set(TrainConfig.__base__.model_fields)
    assert set(preset.values) <= fields_of(config.model) | training
    assert preset.title
    assert "\n" not in preset.description
    assert len(preset.description) <= 90


def test_an_unknown_preset_names_those_there_are():
    with pytest.raises(PresetNotFoundError, match="no preset is called 'gnc': there are gcn, best, sage, gat"):
        load_preset("gnc")
    with pytest.raises(PresetNotFoundError):
        load_preset("../config")
