"""Which config fields a model reads, so that a form hides the others. No torch here."""

from typing import Final

from core.config.model import ModelConfig, ModelName

_STACK: Final = frozenset({"hidden_channels", "num_layers", "dropout", "norm", "residual", "jk"})
# What each model's constructor takes beside the widths that the graph decides.
ARCHITECTURE_FIELDS: Final[dict[ModelName, frozenset[str]]] = {
    "mlp": _STACK,
    "gcn": _STACK | {"link_dropout", "feature_dropout", "distribution_alignment", "smoothing_steps"},
    "sage": _STACK,
    "gat": _STACK | {"heads", "attention_dropout"},
    "gatv2": _STACK | {"heads", "attention_dropout"},
    "appnp": _STACK | {"propagation_steps", "alpha"},
    "sgc": frozenset({"propagation_steps"}),
}


def fields_of(model: ModelName) -> set[str]:
    """The fields of ModelConfig that this model reads."""
    of_links = {"self_loops"} if model == "sage" else set()
    return {"model", "feature_norm", *of_links, *ARCHITECTURE_FIELDS[model]}


def uses_field(model: ModelName, name: str) -> bool:
    """Whether a field of a run's config means anything to this model; those of training always do."""
    return name not in ModelConfig.model_fields or name in fields_of(model)
