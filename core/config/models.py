"""One ModelSpec a model: what others must know of it without building it. No torch here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

Normalisation = Literal["symmetric", "mean", "looped_mean"]

_STACK: Final = frozenset({"hidden_channels", "num_layers", "dropout", "norm", "residual", "jk"})
_ATTENTION: Final = frozenset({"heads", "attention_dropout"})


@dataclass(frozen=True)
class ModelSpec:
    """One model: its class of this name is in `core.models.build`.

    title: its name, for a person.
    fields: of ModelConfig, what its constructor takes beside the widths that the graph decides.
    links: how the links are weighed that it is called with; None for a model blind to them. Attention reads only
    who links to whom, themselves included.
    looped_links: the same where the config asks for `self_loops`; None for a model without that choice.
    is_replicable: whether `core.training.replicas` can train many of it as one.
    """

    title: str
    fields: frozenset[str]
    links: Normalisation | None = "symmetric"
    looped_links: Normalisation | None = None
    is_replicable: bool = False


# What goes around any model; dropout of links around those alone that read them.
REFINEMENTS: Final = frozenset({"link_dropout", "feature_dropout", "distribution_alignment", "smoothing_steps"})

MODEL_SPECS: Final[dict[str, ModelSpec]] = {
    "mlp": ModelSpec("MLP", _STACK, links=None, is_replicable=True),
    "gcn": ModelSpec("GCN", _STACK, is_replicable=True),
    "sage": ModelSpec("GraphSAGE", _STACK, links="mean", looped_links="looped_mean", is_replicable=True),
    "gat": ModelSpec("GAT", _STACK | _ATTENTION, is_replicable=True),
    "gatv2": ModelSpec("GATv2", _STACK | _ATTENTION),
    "appnp": ModelSpec("APPNP", _STACK | {"propagation_steps", "alpha"}, is_replicable=True),
    "sgc": ModelSpec("SGC", frozenset({"propagation_steps"}), is_replicable=True),
}

# The type checker cannot read the names out of the table; pydantic, the form and OpenAPI can.
if TYPE_CHECKING:
    ModelName = str
else:
    ModelName = Literal[tuple(MODEL_SPECS)]
