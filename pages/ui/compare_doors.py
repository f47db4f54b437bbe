"""The ways to *Compare*: from the runs that are ticked, and from the one that is shown."""

from collections.abc import Sequence

import streamlit as st

from core.app.comparisons import FEWEST_RUNS, MOST_RUNS
from core.runs.record import RunRecord
from pages.ui import inputs, stages
from pages.ui.loaders import get_explorer


def link_selected(run_ids: Sequence[str]) -> None:
    """A link that compares the runs that are ticked, the oldest first; nothing where they are too few."""
    if len(run_ids) < FEWEST_RUNS:
        return
    asked = list(reversed(run_ids[:MOST_RUNS]))
    label = f"Compare these {len(asked)} runs" if len(run_ids) <= MOST_RUNS else f"Compare the first {MOST_RUNS}"
    st.page_link(
        "compare.py",
        label=label,
        icon=":material/compare_arrows:",
        query_params=inputs.kept_params(runs=",".join(asked)),
    )


def draw_compare_with(record: RunRecord, *, key: str) -> None:
    """A box of the graph's other runs, of which one is chosen to compare with."""
    others = {other.id: other for other in get_explorer().runs.list(record.graph) if other.id != record.id}
    if not record.graph or not others:
        return
    with st.popover("Compare", icon=":material/compare_arrows:", type="tertiary", key=f"{key}_compare"):
        chosen = st.selectbox(
            "Compare with",
            list(others),
            index=None,
            format_func=lambda id_: stages.name_run(others[id_]) if id_ in others else id_,
            placeholder="Choose a run",
            key=f"{key}_compare_with_{record.id}",
        )
        if chosen:
            st.switch_page("compare.py", query_params=inputs.kept_params(runs=f"{chosen},{record.id}"))
