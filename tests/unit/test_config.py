"""The config: bounds, contradictions, and the way to JSON and back."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.presets import load_preset
from core.config.train import TrainConfig, build_config
from core.errors import ConfigError


@given(
    st.builds(
        TrainConfig,
        model=st.sampled_from(["mlp", "gcn", "sgc", "appnp"]),
        hidden_channels=st.integers(1, 4096),
        dropout=st.floats(0, 0.999),
        lr=st.floats(1e-6, 10),
        norm=st.sampled_from(["none", "batch", "layer"]),
        residual=st.booleans(),
        graph=st.text(max_size=20),
    )
)
def test_survives_json(config):
    assert build_config(json.loads(json.dumps(config.model_dump()))) == config


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"dropuot": 0.5}, "no config field is called 'dropuot': did you mean dropout? There are model, "),
        ({"zzz": 0.5}, "no config field is called 'zzz': there are model, "),
        ({"dropout": 1.5}, "dropout is 1.5: input should be less than 1"),
        ({"num_layers": 0}, "num_layers is 0: input should be greater than or equal to 1"),
        ({"model": "transformer"}, "model is 'transformer': input should be 'mlp', 'gcn'"),
        ({"lr": float("nan")}, "lr is nan: "),
        ({"model": "gat", "hidden_channels": 10, "heads": 4}, "heads: 4 does not divide hidden_channels 10"),
        ({"consistency": 1.0}, "consistency: it needs a mean of the weights"),
        ({"partitions": 2, "average_decay": 0.9}, "partitions: average_decay, consistency, distribution_alignment"),
        ({"partitions": 2, "distribution_alignment": True}, "partitions: average_decay, consistency, distribution_al"),
        ({"partitions": 2, "smoothing_steps": 5}, "partitions: average_decay, consistency, distribution_alignment"),
        ({"precision": "bf16-mixed", "device": "cpu"}, "precision: bf16 is slower"),
    ],
)
def test_says_which_field_is_wrong(values, message):
    with pytest.raises(ConfigError) as caught:
        build_config(values)
    assert str(caught.value).startswith(message)


def test_every_field_helps_and_is_frozen():
    assert all(field.description for field in TrainConfig.model_fields.values())
    with pytest.raises(ValueError, match="frozen"):
        TrainConfig().lr = 1.0


def test_form_side_loads_no_torch():
    code = "import sys, core.config.presets, core.config.train, core.config.fields, core.evaluation.report, \
core.inference.predict, core.app.sweeps, core.cli.sweep; \
print([m for m in ('torch', 'lightning', 'torch_geometric', 'optuna') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_i14_choices_and_presets_are_known_in_any_case():
    config = build_config({"model": "GCN", "norm": "Layer", "precision": "32-True"})
    assert (config.model, config.norm, config.precision) == ("gcn", "layer", "32-true")
    assert load_preset("Tuned-GCN") == load_preset("tuned-gcn")
