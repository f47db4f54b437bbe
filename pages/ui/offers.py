"""What a page offers where it has no prediction to show."""

import streamlit as st

from core.app.explorer import Explorer
from core.errors import WikicsError
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from pages.ui import inputs, stages
from pages.ui.text import escape_markdown, percent


def offer_prediction(explorer: Explorer, graph_id: str, run: RunRecord | None, *, key: str, reason: str) -> None:
    """Why there is no prediction, and the way to one: the best run, or the default preset where none can predict.

    run: the chosen one, which cannot predict. reason: said where there is none.
    """
    best = explorer.runs.choose_default(graph_id)
    if run is None or (best is None and run.state not in ACTIVE):
        offer_default_training(explorer, graph_id, key=key, reason=reason)
        return
    why = "still trains" if run.state in ACTIVE else f"{run.state} before it could predict"
    with st.container(border=True, key=f"{key}_offer"):
        st.markdown(f"**{escape_markdown(stages.name_run(run))}** {why}: no prediction of it yet.")
        if best is not None:
            st.button(
                f"Show the best run (test {percent(best.test_acc)})",
                icon=":material/emoji_events:",
                key=f"{key}_best",
                on_click=inputs.write_params,
                kwargs={"run": best.id},
            )


def offer_default_training(explorer: Explorer, graph_id: str, *, key: str, reason: str) -> None:
    """Says that a page needs a run, and trains the default preset in one click."""
    with st.container(border=True, key=f"{key}_offer"):
        st.markdown(reason)
        if inputs.may_train(explorer, guests=True) and st.button(
            "Train the default model", icon=":material/play_arrow:", type="primary", key=f"{key}_train"
        ):
            _start_default(explorer, graph_id)


def _start_default(explorer: Explorer, graph_id: str) -> None:
    """Queues the default preset and shows it on the Train page; an error is said where the button is."""
    try:
        record = explorer.runs.submit(explorer.configs.build_default(graph_id))
    except WikicsError as error:
        inputs.show_error(error)
        return
    st.switch_page("train.py", query_params={"graph": graph_id, "preset": record.preset, "run": record.id})
