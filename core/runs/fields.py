"""What can be asked of a run by name: its columns, and the fields of its config."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from core.runs.record import RunRecord

Value = bool | int | float | str | tuple[str, ...] | None

CONFIG_PREFIX: Final = "config."  # in front of a config's field that a column hides, or that no config of ours has

WORDS: Final = (
    "id",
    "name",
    "state",
    "preset",
    "model",
    "graph",
    "backend",
    "device",
    "machine",
    "notes",
    "message",
    "imported",
    "parent",
)
NUMBERS: Final = (
    *("split", "seed", "epoch", "epochs", "max_epochs", "best_epoch"),
    *("test_acc", "val_acc", "last_val_acc", "best_val_acc", "stopping_acc", "fallen"),
    *("seconds", "seconds_per_epoch", "cost", "energy_wh", "version"),
)
SWITCHES: Final = ("starred", "archived")
# By which value a run is told by its validation accuracy: the field of a record that holds it.
ValueKind = Literal["kept", "last", "best"]
VALUE_KINDS: Final[Mapping[ValueKind, str]] = {"kept": "val_acc", "last": "last_val_acc", "best": "best_val_acc"}
TAGS: Final = "tags"
ALIASES: Final = "aliases"  # as a model: candidate, production, previous
LISTS: Final = (TAGS, ALIASES)
AGE: Final = "age"  # seconds since the run was made
VARIANT: Final = "variant"  # the same for runs that differ in split, seed and device alone
COLUMNS: Final = (*WORDS, *NUMBERS, *SWITCHES, *LISTS, AGE, VARIANT)


@cache
def read_defaults() -> Mapping[str, Any]:
    """What a config says that says nothing."""
    from core.config.train import TrainConfig  # with Pydantic 0.2 s, which a list of known runs does without

    return TrainConfig().model_dump()


@cache
def list_config_fields() -> tuple[str, ...]:
    """The fields of a config that no column hides."""
    return tuple(name for name in read_defaults() if name not in COLUMNS)


def is_field(name: str) -> bool:
    """Whether something is called so that can be asked of a run."""
    return name in COLUMNS or name in list_config_fields() or name.startswith(CONFIG_PREFIX)


def read_field(record: "RunRecord", name: str, now: float) -> Value:
    """What a run says under a name; None where it says nothing. now: Unix seconds, for its age.

    A config's field that came after the run was made has its default.
    """
    if name == AGE:
        return max(now - record.created_at, 0.0)
    if name in COLUMNS:
        value: Value = getattr(record, name)
        return value if value != "" else None
    name = name.removeprefix(CONFIG_PREFIX)
    found: Value = record.config.get(name, None if record.imported else read_defaults().get(name))
    return found
