"""The table of runs in groups: mean ± σ (N) of what each reaches, and how far that is from the baseline's group."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.evaluation.groups import RunGroup, Spread
from core.runs.record import RunRecord
from pages.ui import held, inputs, run_choice
from pages.ui.loaders import get_explorer
from pages.ui.run_fields import name_field, name_variants, read_text
from pages.ui.run_table import (
    HEIGHT,
    ROW_HEIGHT,
    Look,
    color_differences,
    label_validation,
    read_values,
    subtract,
)
from pages.ui.text import UNKNOWN


def build_rows(
    records: Sequence[RunRecord], groups: Sequence[RunGroup], field: str, look: Look
) -> dict[str, list[Any]]:
    """One row a group. Their deviations are those of a sample; of one run alone there is none."""
    found = {record.id: record for record in records}
    variants = name_variants(records) if field == "variant" else {}
    firsts = [found[group.runs[0]] for group in groups]
    columns: dict[str, list[Any]] = {
        name_field(field): [variants.get(first.variant) or read_text(first, field) for first in firsts],
        "N": [group.n for group in groups],
    }
    own = next((group for group in groups if look.baseline and look.baseline.id in group.runs), None)
    for name, metric in look.shares.items():
        spreads = [group.metrics.get(metric) for group in groups]
        columns[name] = [None if spread is None else 100 * spread.mean for spread in spreads]
        if own is not None:
            columns[f"Δ {name}"] = _subtract_all(spreads, own.metrics.get(metric), metric)
        columns[f"{name} ± σ"] = [None if s is None or s.std is None else 100 * s.std for s in spreads]
        columns[f"{name} min to max"] = [
            "" if spread is None else f"{100 * spread.min:.1f} to {100 * spread.max:.1f} %" for spread in spreads
        ]
    times = [group.metrics.get("seconds") for group in groups]
    columns["time"] = [spread.mean if spread else None for spread in times]
    if own is not None:
        columns["Δ time"] = _subtract_all(times, own.metrics.get("seconds"), "seconds")
    return columns


def _subtract_all(spreads: Sequence[Spread | None], own: Spread | None, metric: str) -> list[float | None]:
    """How much more each mean is than the baseline's group's."""
    return [subtract(spread.mean if spread else None, own.mean if own else None, metric) for spread in spreads]


def draw_groups(records: Sequence[RunRecord], selected: Sequence[str], field: str, look: Look) -> None:
    """The table; a group that is checked has all its runs drawn."""
    records = read_values(records, look)
    groups = get_explorer().runs.group(records, [field])
    among = set(selected)
    ticked = run_choice.tick([place for place, group in enumerate(groups) if among >= set(group.runs)])

    def changed(state: run_choice.TableState) -> None:
        rows = [row for row in state["selection"]["rows"] if row < len(groups)]
        chosen = [run_id for row in rows for run_id in groups[row].runs]
        every = [record.id for record in records]
        run_choice.save_choice(chosen, chosen, every=every)
        inputs.write_params(group=field)

    rows = build_rows(records, groups, field, look)
    holding = held.hold(f"runs_groups_{field}", ticked, changed, same=run_choice.ticks_same, begins={})
    percent = st.column_config.NumberColumn(format="%.2f %%")
    points = st.column_config.NumberColumn(format="%+.2f", help="Percentage points more than the baseline's group")
    st.dataframe(
        color_differences(rows),
        key=holding["key"],
        hide_index=True,
        height=min(ROW_HEIGHT * len(groups) + 40, HEIGHT),
        on_select=holding["on_change"],
        selection_default=ticked,
        selection_mode="multi-row",
        column_config={
            **dict.fromkeys(look.shares, percent),
            "validation": st.column_config.NumberColumn(label_validation(look), format="%.2f %%"),
            **{f"{name} ± σ": percent for name in look.shares},
            **{f"Δ {name}": points for name in look.shares},
            "Δ time": st.column_config.NumberColumn(format="%+.4g", help="Seconds more than the baseline's group"),
            "time": st.column_config.NumberColumn("mean time", format="%.0f s"),
        },
        placeholder=UNKNOWN,
        alt="Groups of runs with mean, deviation and range",
    )
