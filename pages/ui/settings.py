"""What a person has set for the next run, in the URL as `set=epochs=30,lr=0.02`: it outlives reload and navigation."""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args, get_origin

from core.config.command import write_value
from core.config.presets import Preset
from core.config.train import TrainConfig
from pages.ui import inputs

PARAM: Final = "set"
_GREATEST: Final = 2**53 - 1  # whole numbers beyond are not told apart by a browser


def is_offered(name: str) -> bool:
    """Whether a config field stands in the form."""
    field = TrainConfig.model_fields.get(name)
    extra = field.json_schema_extra if field and isinstance(field.json_schema_extra, dict) else {}
    return field is not None and name != "model" and bool(extra.get("form", True))  # the preset decides the model


def read_own(preset: Preset) -> dict[str, Any]:
    """The values of all fields as a preset has them."""
    return TrainConfig.model_validate(preset.values).model_dump()


def find_changes(preset: Preset, config: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the form in which a config is not the preset's."""
    own = read_own(preset)
    return {name: value for name, value in config.items() if is_offered(name) and name in own and value != own[name]}


def as_param(values: Mapping[str, Any]) -> dict[str, str]:
    """The parameter that holds these values; none for no values."""
    return {PARAM: ",".join(f"{name}={write_value(value)}" for name, value in values.items())} if values else {}


def read(notices: list[str]) -> dict[str, Any]:
    """The values in the URL. What is no field or no value of its field is noticed, and taken out of the URL."""
    found: dict[str, Any] = {}
    wrong = []
    for item in filter(None, inputs.read_param(PARAM).split(",")):
        name, _, text = item.partition("=")
        value = _read_value(name, text) if is_offered(name) else None
        if value is None:
            wrong.append(item)
        else:
            found[name] = value
    if wrong:
        some = wrong[0] if len(wrong[0]) <= 40 else f"{wrong[0][:40]}…"
        notices.append(f"No setting can be read from {some!r} in the address: it is left out, set it below.")
        write(found)
    return found


def write(values: Mapping[str, Any]) -> None:
    """Puts these values, and no others, into the URL."""
    inputs.write_params(**{PARAM: None} | as_param(values))


def put(name: str, value: Any, own: Any) -> None:
    """Puts one value into the URL, or takes it out where it is the preset's own."""
    values = {kept: held for kept, held in read([]).items() if kept != name}
    write(values if value == own else values | {name: value})


def _read_value(name: str, text: str) -> Any:
    """A field's value out of text, whatever its bounds, which the config checks; None where it is of another kind."""
    kind = TrainConfig.model_fields[name].annotation
    if get_origin(kind) is Literal:
        return text if text in get_args(kind) else None
    if kind is bool:
        return {"true": True, "false": False}.get(text)
    try:
        value = int(text) if kind is int else float(text)
    except ValueError:
        return None
    return value if abs(value) <= _GREATEST else None
