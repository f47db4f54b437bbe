"""Which visitor a page is drawn for: the one of the cookie with which its socket was opened."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.app.access import Access
from core.app.guests import Visitor, name_visitor
from core.http.visitors import COOKIE, find_address, read_secret, who_asks
from pages.ui import logins


def ask(access: Access, proxies: int) -> Visitor | None:
    """The visitor for whom a page is drawn or a request answered; None for what goes on beside the server."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return who_asks()
    trusted = access.admits(context.session_id)
    if login := logins.name_login(context.user_info):
        return Visitor(login, trusted=trusted, logged_in=True)
    secret = read_secret(st.context.cookies.get(COOKIE, ""))
    address = find_address(st.context.headers.get_all("x-forwarded-for"), st.context.ip_address or "", proxies)
    return Visitor(name_visitor(secret), address, trusted=trusted)
