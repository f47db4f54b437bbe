"""What opens training on an app that is not open to all: its token; and what a visitor may without it."""

from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.app.access import Access
from core.app.explorer import Explorer
from pages.ui import logins

MAY_TRAIN: Final = "router_may_train"  # where a session keeps that its token was right


def session_id() -> str:
    """Which session this page is drawn for, as Streamlit's own addresses name it."""
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


def ask_for_token(access: Access) -> None:
    """A field for the token, which admits this session."""
    entered = st.text_input(
        "Token", type="password", key="router_token", help="This app trains for holders of its token."
    )
    if access.knows(entered.strip()):
        st.session_state[MAY_TRAIN] = True
        access.admit(session_id())
        st.rerun()
    elif entered:
        st.error("This is not the token of this app.", icon=":material/error:")


def draw_quotas(explorer: Explorer) -> None:
    """What a visitor may train here, and the way beyond."""
    if explorer.guests.must_log_in_to_train():
        st.caption("Training here takes a login: what you train is then seen by you alone.")
        logins.offer_login("Log in to train", key="router_login_to_train", width="stretch")
        _offer_token(explorer)
        return
    quotas = explorer.guests.quotas
    assert quotas is not None
    st.caption(
        f"A visitor trains one run at a time, of at most {quotas.epochs:,} epochs and {quotas.minutes} min. It is seen "
        "by you alone."
    )
    _offer_token(explorer)


def _offer_token(explorer: Explorer) -> None:
    if explorer.settings.has_token:
        with st.popover("I have the token", type="tertiary", key="router_token_popover"):
            ask_for_token(explorer.access)
