"""A comparison of runs on a page: its metrics, what differs, and how sure its verdict is."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from math import floor, isfinite, log10
from typing import Any, Final

import streamlit as st

from core.app.compared import (
    DIRECTIONS,
    SHARES,
    TITLES,
    ChangedArticles,
    RunComparison,
    is_cut_short,
)
from core.errors import RunNotFoundError
from core.runs.record import RunRecord
from pages.ui import inputs
from pages.ui.loaders import get_explorer
from pages.ui.stages import EVERY_SECONDS
from pages.ui.text import UNKNOWN, escape_markdown, shorten, write_minus
from pages.ui.theme import run_colors

LONGEST_VALUE: Final = 60  # characters
MOST_DECIMALS: Final = 6
PARTS: Final = {"config": "Config", "data": "Data", "environment": "Environment"}


def color_runs(ids: Sequence[str], *, newest_first: Sequence[str]) -> dict[str, str]:
    """A colour by id, the one that *Runs* gives when the same runs are drawn there: by age, in whatever order here."""
    among = set(ids)
    drawn = [id_ for id_ in newest_first if id_ in among]
    return dict(zip(drawn, run_colors(len(drawn)), strict=True))


def name_columns(runs: Sequence[RunRecord], names: Mapping[str, str]) -> dict[str, str]:
    """What stands above the numbers of each run, by id: its name, and how it was cut short."""
    return {run.id: f"{names[run.id]} ({run.state})" if is_cut_short(run) else names[run.id] for run in runs}


def describe_mcnemar(changes: ChangedArticles) -> str:
    """What McNemar's test says of the changes."""
    p = changes.mcnemar_p
    verdict = "more of one kind than chance would give" if p < 0.05 else "no more of one kind than chance would give"
    said = f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"
    fixed, broken = f"{len(changes.fixed):,} fixed", f"{len(changes.broken):,} broken"
    return f"Of {changes.num_articles:,} test articles {fixed} and {broken}: {verdict} (McNemar's exact test, {said})."


def draw_certainty(found: RunComparison) -> None:
    """The numbers behind the verdict, folded."""
    difference = found.difference
    if difference is None:
        return
    low, high = difference.interval
    rows = {
        "Difference": write_minus(f"{100 * difference.mean:+.2f} points"),
        "95 % interval": write_minus(f"{100 * low:+.2f} to {100 * high:+.2f}"),
        "Over": f"{difference.num_splits} common splits, test articles"
        if difference.basis != "articles"
        else "the test articles of these two runs",
    }
    if difference.t_p is not None:
        rows |= {
            "Paired t test over splits": f"p = {difference.t_p:.3g}",
            "Wilcoxon test over splits": f"p = {difference.wilcoxon_p:.3g}",
            "Effect size (mean over deviation of splits)": UNKNOWN
            if difference.effect_size is None
            else f"{difference.effect_size:.2f}",
        }
    with st.expander("How sure is that?", icon=":material/query_stats:"):
        st.table(
            [{"number": name, "value": value} for name, value in rows.items()], border="horizontal", hide_index=True
        )
        st.caption(
            "The interval draws test articles and splits anew. The two tests look at splits alone: since all splits "
            "share their test articles, they are too sure of themselves, and do not decide."
        )


def draw_metrics(metrics: Mapping[str, Sequence[float | None]], ids: Sequence[str], names: Mapping[str, str]) -> None:
    """A row a metric, a column a run, each with its difference to the first, green where it is better."""
    heads = [escape_markdown(names[run]) for run in ids]
    rows = [
        {"metric": TITLES.get(name, name)} | dict(zip(heads, say_metric(name, values), strict=True))
        for name, values in metrics.items()
    ]
    if not rows:
        st.caption("No run has reached its first epoch yet.")
        return
    st.table(rows, border="horizontal", hide_index=True)


@st.fragment(run_every=EVERY_SECONDS)
def follow_metrics(ids: Sequence[str], names: Mapping[str, str]) -> None:
    """The same of runs that train, as they stand when this part is drawn."""
    with suppress(RunNotFoundError):  # deleted meanwhile
        draw_metrics(get_explorer().comparisons.read_metrics(ids), ids, names)


def say_metric(name: str, values: Sequence[float | None]) -> list[str]:
    """What each run reached, and after it how far that is from the first: green where it is better, red where worse.

    All have as many decimals as it takes for a difference to be that of the two numbers beside it.
    """
    is_share = name in SHARES
    unit, scale = (" %", 100) if is_share else ("", 1)
    known = [scale * value for value in values if value is not None and isfinite(value)]
    decimals = find_decimals(known, fewest=1 if is_share else count_decimals(known))
    written = [
        None if value is None or not isfinite(value) else Decimal(f"{scale * value:.{decimals}f}") for value in values
    ]
    return [
        UNKNOWN if value is None else f"{value:,}{unit}{_say_change(name, value, written[0]) if at else ''}"
        for at, value in enumerate(written)
    ]


def _say_change(name: str, value: Decimal, first: Decimal | None) -> str:
    if first is None or value == first:
        return ""
    sign = "+" if value > first else "\u2212"
    color = {1: "green", -1: "red"}.get(DIRECTIONS.get(name, 0) * (1 if value > first else -1), "gray")
    return f" :{color}[{sign}{abs(value - first):,}]"


def count_decimals(values: Sequence[float]) -> int:
    """The decimals that numbers take: none where all are whole, one, or those that show a digit of the least."""
    if all(value == round(value) for value in values):
        return 0
    least = min(abs(value) for value in values if value)
    return min(max(1, -floor(log10(least))), MOST_DECIMALS)


def find_decimals(values: Sequence[float], *, fewest: int) -> int:
    """The decimals with which what differs from the first is written as another number, and the difference of the
    two as written is what it is, rounded; two more than the fewest at most.
    """
    for decimals in range(fewest, fewest + 2):
        written = [round(value, decimals) for value in values]
        if all(
            shown != written[0] and round(shown - written[0], decimals) == round(value - values[0], decimals)
            for value, shown in zip(values, written, strict=True)
            if value != values[0]
        ):
            return decimals
    return fewest + 2


def draw_differences(found: RunComparison, names: Mapping[str, str]) -> None:
    """The fields of config, data and environment that differ, or all; a step at a time by J and K."""
    differs = [(part, name, values) for part in PARTS for name, values in getattr(found, part).items()]
    _draw_step(differs, names, found)
    everything = inputs.switch("Show what is alike too", param="alike", key="compare_alike")
    rows = [_build_row(part, name, values, names, found) for part, name, values in differs]
    if everything:
        count = len(found.runs)
        same = [(part, name, value) for part in PARTS for name, value in found.same.get(part, {}).items()]
        rows += [_build_row(part, name, [value] * count, names, found) for part, name, value in same]
    if rows:
        st.table(rows, border="horizontal", hide_index=True)
    else:
        st.caption("Nothing: config, data and environment are the same.")


def _draw_step(differs: list[tuple[str, str, list[Any]]], names: Mapping[str, str], found: RunComparison) -> None:
    """One difference large, and the way to the next and the one before: by click, or by the keys J and K."""
    if len(differs) < 2:
        return
    at = inputs.read_int("at", 1, low=1, high=len(differs))
    part, name, values = differs[at - 1]
    with st.container(horizontal=True, vertical_alignment="center", key="compare_step"):
        for label, key, icon, to in (
            ("Previous", "K", ":material/keyboard_arrow_up:", at - 1),
            ("Next", "J", ":material/keyboard_arrow_down:", at + 1),
        ):
            st.button(
                label,
                icon=icon,
                key=f"compare_{label.lower()}",
                shortcut=key,
                disabled=not 1 <= to <= len(differs),
                on_click=inputs.write_params,
                kwargs={"at": to if to > 1 else None},
            )
        st.caption(f"{at:,} of {len(differs):,}")
    told = " · ".join(
        f"{escape_markdown(names[run])}: **{_say(value)}**" for run, value in zip(found.runs, values, strict=True)
    )
    st.markdown(f"{PARTS[part]} **{escape_markdown(name)}**: {told}")


def _build_row(
    part: str, name: str, values: list[Any], names: Mapping[str, str], found: RunComparison
) -> dict[str, str]:
    row = {"field": f"{PARTS[part]} {escape_markdown(name)}"}
    return row | {escape_markdown(names[run]): _say(value) for run, value in zip(found.runs, values, strict=True)}


def _say(value: Any) -> str:
    return UNKNOWN if value is None else escape_markdown(shorten(str(value), LONGEST_VALUE))
