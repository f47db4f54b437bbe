"""What a button does to a run: a refusal is kept for the head of that run, and said there."""

from collections.abc import Callable

import streamlit as st

from core.errors import WikicsError

REFUSAL = "report_refusal"  # the run that was last refused something, and why


def act(action: Callable[..., object], *arguments: object) -> None:
    """Does what a button says to a run, the first argument."""
    st.session_state.pop(REFUSAL, None)
    try:
        action(*arguments)
    except WikicsError as error:
        st.session_state[REFUSAL] = (arguments[0], str(error))
