"""The fields that decide a model's architecture, with their bounds and their help. No torch here."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.config.models import MODEL_SPECS, ModelName


class ModelConfig(BaseModel):
    """One architecture. `core.config.fields` says which fields a model reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: ModelName = Field(
        "gcn",
        description=f"Architecture: {', '.join(spec.title for spec in MODEL_SPECS.values())}.",
        json_schema_extra={"basic": True},
    )
    hidden_channels: int = Field(
        256,
        ge=1,
        le=4096,
        description="Width of every hidden layer (for attention: of all heads together).",
        json_schema_extra={"basic": True},
    )
    num_layers: int = Field(
        2, title="Layers", ge=1, le=16, description="Number of layers.", json_schema_extra={"basic": True}
    )
    dropout: float = Field(
        0.5,
        ge=0.0,
        lt=1.0,
        description="Share of hidden values dropped in training.",
        json_schema_extra={"basic": True},
    )
    norm: Literal["none", "batch", "layer"] = Field(
        "layer", title="Normalisation", description="Normalisation after every hidden layer."
    )
    residual: bool = Field(False, description="Add a linear map of a layer's input to its output.")
    jk: Literal["none", "last", "cat", "max"] = Field(
        "none",
        title="Jumping knowledge",
        description="Layers that a last linear map reads: all hidden ones (cat, max), the last, or no such map (none).",
    )
    self_loops: bool = Field(False, description="Count an article among its own neighbours (sage).")
    link_dropout: float = Field(
        0.0, ge=0.0, lt=1.0, description="Share of links dropped in each training step, other than self-loops."
    )
    feature_dropout: float = Field(
        0.0, ge=0.0, lt=1.0, description="Share of the features' values dropped in each training step."
    )
    distribution_alignment: bool = Field(
        False,
        description="Shift trained predictions until categories are as frequent as among training articles, if "
        "stopping articles gain.",
    )
    smoothing_steps: int = Field(
        0,
        ge=0,
        le=64,
        description="Steps in which trained predictions mix with those around them, if stopping articles gain.",
    )
    heads: int = Field(8, ge=1, le=16, description="Attention heads (gat, gatv2); must divide hidden_channels.")
    attention_dropout: float = Field(
        0.0, ge=0.0, lt=1.0, description="Share of attention weights dropped in training (gat, gatv2)."
    )
    propagation_steps: int = Field(10, ge=1, le=64, description="Propagation steps K (appnp, sgc).")
    alpha: float = Field(
        0.1, ge=0.0, le=1.0, description="Teleport probability back to an article's own prediction (appnp)."
    )
    feature_norm: Literal["none", "row", "standard", "centred", "unit"] = Field(
        "none",
        description="Features as they are, summing to 1 an article (row), each of mean 0 and deviation 1 (standard), "
        "each of mean 0 and all together of deviation 1 (centred), or articles of length 1, then centred (unit).",
    )
