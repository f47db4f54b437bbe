"""Which config fields a model reads, so that a form hides the others. No torch here."""

from core.config.model import ModelConfig
from core.config.models import MODEL_SPECS, REFINEMENTS, ModelName


def fields_of(model: ModelName) -> set[str]:
    """The fields of ModelConfig that this model reads."""
    spec = MODEL_SPECS[model]
    found = {"model", "feature_norm", *spec.fields, *REFINEMENTS}
    if spec.looped_links:
        found.add("self_loops")
    return found if spec.links else found - {"link_dropout"}


def uses_field(model: ModelName, name: str) -> bool:
    """Whether a field of a run's config means anything to this model; those of training always do."""
    return name not in ModelConfig.model_fields or name in fields_of(model)
