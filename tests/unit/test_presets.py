"""The presets: all load, all are sound configs, and they say in one line what they are."""

import pytest

from core.config.fields import fields_of
from core.config.models import MODEL_SPECS
from core.config.presets import list_presets, load_preset
from core.config.race import RACERS
from core.config.train import TrainConfig, build_config
from core.errors import PresetNotFoundError

PRESETS = [preset.name for preset in list_presets()]
OF_OLD = ("gcn", "best", "sage", "gat", "gatv2", "appnp", "sgc", "mlp", "tuned-gcn", "tuned-sage", "tuned-gat")


def test_at_least_one_a_model_the_default_first():
    presets = list_presets()
    assert tuple(name for name in PRESETS if name in OF_OLD) == OF_OLD
    assert presets[0].name == TrainConfig().model == "gcn"
    assert {preset.values["model"] for preset in presets} == set(MODEL_SPECS)


@pytest.mark.parametrize("name", PRESETS)
def test_is_a_sound_config_of_fields_that_its_model_reads(name):
    preset = load_preset(name)
    config = build_config(preset.values)
    assert config.preset == name
    training = set(TrainConfig.model_fields) - set(TrainConfig.__base__.model_fields)
    models = {racer["model"] for racer in RACERS.values()} if config.race_epochs else {config.model}
    assert set(preset.values) <= training.union(*map(fields_of, models))
    assert preset.title
    assert "\n" not in preset.description
    assert len(preset.description) <= 90


def test_a_file_is_all_that_a_preset_takes(tmp_path, monkeypatch):
    text = "title: T\ndescription: D\n{order}config:\n  model: mlp\n  lr: 0.5\n"
    for name, order in (("zebra", ""), ("apple", ""), ("late", "order: 20\n"), ("first", "order: 1.5\n")):
        (tmp_path / f"{name}.yaml").write_text(text.format(order=order))
    (tmp_path / "notes.txt").write_text("no preset")
    monkeypatch.setattr("core.config.presets.files", lambda _: tmp_path)
    assert [preset.name for preset in list_presets()] == ["first", "late", "apple", "zebra"]
    assert load_preset("zebra").values == {"model": "mlp", "lr": 0.5, "preset": "zebra"}


def test_an_unknown_preset_names_those_there_are():
    with pytest.raises(PresetNotFoundError, match="no preset is called 'gnc': there are gcn, best, sage, gat"):
        load_preset("gnc")
    with pytest.raises(PresetNotFoundError):
        load_preset("../config")
