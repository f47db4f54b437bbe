"""One run's config: the form, the presets' YAML, `--set` and `config.json` are all this model. No torch here."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from core.config.model import ModelConfig
from core.config.models import MODEL_SPECS
from core.errors import ConfigError


class TrainConfig(ModelConfig):
    """Everything that decides a run's result, as plain values."""

    preset: str = Field(
        "", description="Name of the preset that the config began as.", json_schema_extra={"form": False}
    )
    graph: str = Field("", description="Id of the graph.", json_schema_extra={"form": False})
    split: int = Field(
        0,
        ge=0,
        description="A split says which articles train, which stop (choose the epoch) and which validate; WikiCS has "
        "20, numbered from 0, all with the same test articles. Another one moves accuracy a little by chance: compare "
        "runs on the same split.",
        json_schema_extra={"basic": True},
    )
    seed: int = Field(0, ge=0, lt=2**31, description="Seed of weights and dropout.", json_schema_extra={"basic": True})
    lr: float = Field(
        0.01,
        gt=0.0,
        le=10.0,
        title="Learning rate",
        description="Learning rate of Adam.",
        json_schema_extra={"basic": True},
    )
    weight_decay: float = Field(5e-4, ge=0.0, le=1.0, description="Weight decay (L2) of Adam.")
    epochs: int = Field(
        300, ge=1, le=1_000_000, description="The most epochs to train.", json_schema_extra={"basic": True}
    )
    patience: int = Field(
        50, ge=1, le=1_000_000, description="Epochs without a better stopping accuracy before training ends."
    )
    average_decay: float = Field(
        0.0,
        ge=0.0,
        lt=1.0,
        description="Evaluate a running mean of the weights, which keeps this share of itself in a step (0: no mean).",
    )
    consistency: float = Field(
        0.0,
        ge=0.0,
        le=100.0,
        description="How much the mean of the weights teaches on articles not trained on (0: not at all).",
    )
    teacher_temperature: float = Field(
        0.5, gt=0.0, le=1.0, description="Below 1 the teacher's predictions are sharpened before they are learnt from."
    )
    race_epochs: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Epochs that GCN, with residuals too, GraphSAGE and GAT race for; the one that stopping and "
        "validation articles prefer trains on (0: no race, the model as given).",
    )
    partitions: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="Random parts that the articles fall into each epoch, one step each (1: the full graph).",
    )
    devices: int = Field(
        1, ge=1, le=64, description="Processes that train together, each on parts of its own; one a GPU."
    )
    histogram_every: int = Field(
        10,
        ge=0,
        le=1_000_000,
        description="Epochs between two histograms of weights, gradients and logits; a benchmark keeps none (0: none).",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("auto", description="Where to compute.")
    precision: Literal["32-true", "bf16-mixed"] = Field("32-true", description="Number format of dense products.")

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> Self:
        if "heads" in MODEL_SPECS[self.model].fields and self.hidden_channels % self.heads:
            raise ValueError(
                f"heads: {self.heads} does not divide hidden_channels {self.hidden_channels}; choose a divisor"
            )
        if self.precision != "32-true" and self.device == "cpu":
            raise ValueError("precision: bf16 is slower than 32-true on a CPU; set precision=32-true or another device")
        if self.consistency and not self.average_decay:
            raise ValueError(
                "consistency: it needs a mean of the weights that teaches; set average_decay=0.9 or consistency=0"
            )
        if self.partitions > 1 and (self.average_decay or self.distribution_alignment or self.smoothing_steps):
            raise ValueError(
                "partitions: average_decay, consistency, distribution_alignment and smoothing_steps work on the full "
                "graph alone; set them to 0, or partitions=1"
            )
        if self.race_epochs and self.partitions > 1:
            raise ValueError("partitions: a race is run on the full graph alone; set race_epochs=0, or partitions=1")
        if self.race_epochs and self.hidden_channels % self.heads:
            raise ValueError(
                f"heads: {self.heads} does not divide hidden_channels {self.hidden_channels}, and GAT is in the race; "
                "choose a divisor, or race_epochs=0"
            )
        if self.partitions < self.devices:
            raise ValueError(
                f"partitions: {self.partitions} is fewer than devices {self.devices}, so that a process would have "
                f"no part to train on; set partitions={self.devices} or more"
            )
        return self


MAX_SHOWN: Final = 200  # characters of a value that a message repeats


def build_config(values: Mapping[str, Any]) -> TrainConfig:
    """A checked config. Raises ConfigError, which names the field, its value and its bounds."""
    check_known(values)
    try:
        return TrainConfig.model_validate({name: _settle_case(name, value) for name, value in values.items()})
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise ConfigError(first["msg"].removeprefix("Value error, ")) from error
        raise ConfigError(_explain(str(first["loc"][0]), first)) from error


def check_known(names: Iterable[str]) -> None:
    """Raises ConfigError for a name that no field has, with the one that is likely meant."""
    unknown = sorted(set(names) - set(TrainConfig.model_fields))
    if unknown:
        near = get_close_matches(unknown[0][:80].lower(), TrainConfig.model_fields, n=1)
        meant = f"did you mean {near[0]}? There" if near else "there"
        raise ConfigError(
            f"no config field is called {unknown[0][:80]!r}: {meant} are {', '.join(TrainConfig.model_fields)}"
        )


def check_field(name: str, value: Any) -> Any:
    """A value as its field has it, whatever the others are. Raises ConfigError, as `build_config` does."""
    check_known([name])
    try:
        return _adapter(name).validate_python(_settle_case(name, value))
    except ValidationError as error:
        raise ConfigError(_explain(name, error.errors()[0])) from error


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    field = TrainConfig.model_fields[name]
    kind: Any = Annotated[field.annotation, field]
    return TypeAdapter(kind)


def _explain(name: str, problem: Mapping[str, Any]) -> str:
    return f"{name} is {_show(problem['input'])}: {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _settle_case(name: str, value: Any) -> Any:
    """A choice as it is spelt here, whatever its case: `GCN` is `gcn`; any other value as it is."""
    choices = [choice for choice in get_args(TrainConfig.model_fields[name].annotation) if isinstance(choice, str)]
    return next((choice for choice in choices if isinstance(value, str) and value.lower() == choice), value)


def _show(value: Any) -> str:
    """A value as a message repeats it, of whatever kind and size."""
    try:
        shown = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits
        shown = f"a very large {type(value).__name__}"
    return shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…"
