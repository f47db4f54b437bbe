"""The form of a run's config, drawn from the config's own fields: help and choices stand there.

A field takes any number of its kind: one out of bounds stays as it was entered, and the config says what is wrong.
"""

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import streamlit as st

from core.config.train import TrainConfig
from pages.ui import held, settings

AS_ENTERED = "%.12g"  # a number with all of its digits, and no others


def list_fields(*, basic: bool, used: Callable[[str], bool]) -> list[str]:
    """The fields that a person may change, those that matter most or the rest, as far as the model uses them."""
    chosen = []
    for name, field in TrainConfig.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        if settings.is_offered(name) and bool(extra.get("basic", False)) == basic and used(name):
            chosen.append(name)
    return chosen


def title_of(name: str) -> str:
    """A field's name for a person."""
    return TrainConfig.model_fields[name].title or name.replace("_", " ").capitalize()


def draw_field(name: str, value: Any, own: Any, *, key: str) -> None:
    """The input that fits a field's type, with a value. own: the preset's."""
    field = TrainConfig.model_fields[name]
    label, kind = title_of(name), field.annotation
    options = list(get_args(kind)) if get_origin(kind) is Literal else []
    shared = held.hold(
        key,
        float(value) if kind is int else value,
        lambda chosen: settings.put(name, _whole(chosen), own),
        begins={"index": options.index(value)} if options else None,
    ) | {"help": field.description}
    if options:
        st.selectbox(label, options, **shared)
    elif kind is bool:
        st.toggle(label, **shared)
    elif kind is int:  # as any number: of 1.5 and 1e5 a field of whole numbers would take the 1
        st.number_input(label, step=1.0, format=AS_ENTERED, **shared)
    else:
        assert kind not in (str, NoneType), name
        st.number_input(label, step=float(own) / 10 or 0.1, format=AS_ENTERED, **shared)


def draw_fields(names: list[str], values: Mapping[str, Any], own: Mapping[str, Any], *, key: str) -> None:
    """Inputs for several fields, two in a row, that show `values`, or the preset's own."""
    for start in range(0, len(names), 2):  # row by row: so they are read, tabbed through, and stacked on a phone
        for column, name in zip(st.columns(2), names[start : start + 2], strict=False):
            with column:
                draw_field(name, values.get(name, own[name]), own[name], key=f"{key}_{name}")


def read_entered(names: list[str], own: Mapping[str, Any], *, key: str) -> dict[str, Any]:
    """What stands in these fields now and is not the preset's own: in a callback too, before the page is drawn."""
    entered = {name: st.session_state.get(held.key_of(f"{key}_{name}"), own[name]) for name in names}
    return {name: _whole(value) for name, value in entered.items() if value != own[name]}


def _whole(value: Any) -> Any:
    """A whole number as one, not as 300.0; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
