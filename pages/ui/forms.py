"""The form of a run's config, drawn from the config's own fields: help, bounds and choices stand there."""

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from core.config.train import TrainConfig


def list_fields(*, basic: bool, used: Callable[[str], bool]) -> list[str]:
    """The fields that a person may change, those that matter most or the rest, as far as the model uses them."""
    chosen = []
    for name, field in TrainConfig.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        if extra.get("form", True) and bool(extra.get("basic", False)) == basic and used(name):
            chosen.append(name)
    return chosen


def read_bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """The least and the greatest value of a field, inclusive where the field says so."""
    limits: dict[str, float] = {
        kind: getattr(item, kind) for item in field.metadata for kind in ("ge", "gt", "le", "lt") if hasattr(item, kind)
    }
    return limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))


def draw_field(name: str, value: Any, *, key: str, max_value: float | None = None) -> Any:
    """The input that fits a field's type. Returns what stands in it."""
    field = TrainConfig.model_fields[name]
    label = field.title or name.replace("_", " ").capitalize()
    kind = field.annotation
    if get_origin(kind) is Literal:
        options = list(get_args(kind))
        return st.selectbox(label, options, index=options.index(value), help=field.description, key=key)
    if kind is bool:
        return st.toggle(label, value=value, help=field.description, key=key)
    low, high = read_bounds(field)
    high = min(limit for limit in (high, max_value, float("inf")) if limit is not None)
    if kind is int:
        top = None if high == float("inf") else int(high)
        return st.number_input(label, int(low or 0), top, int(value), step=1, help=field.description, key=key)
    assert kind not in (str, NoneType), name
    return st.number_input(
        label,
        min_value=float(low or 0.0),
        max_value=None if high == float("inf") else float(high),
        value=float(value),
        step=float(value) / 10 or 0.1,
        format="%.4g",
        help=field.description,
        key=key,
    )


def draw_fields(
    names: list[str], values: Mapping[str, Any], *, key: str, limits: Mapping[str, float]
) -> dict[str, Any]:
    """Inputs for several fields, two in a row. Returns those whose value differs from `values`."""
    changed: dict[str, Any] = {}
    columns = st.columns(2)
    for position, name in enumerate(names):
        with columns[position % 2]:
            entered = draw_field(name, values[name], key=f"{key}_{name}", max_value=limits.get(name))
        if entered != values[name]:
            changed[name] = entered
    return changed
