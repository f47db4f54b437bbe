"""Streamlit's own login, where the app asks for one: who is logged in, and the ways in and out."""

import hashlib
import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final, Literal

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.app.guests import name_visitor
from core.errors import ConfigError
from core.settings import Login
from pages.ui.text import escape_markdown, quote, shorten

COOKIE: Final = "_streamlit_user"  # Streamlit's, signed by it
_KEYS: Final = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_LONGEST_NAME: Final = 60


def check(login: Login) -> None:
    """Raises ConfigError where a login is asked for that nobody can have."""
    if login == "off":
        return
    if find_spec("authlib") is None:
        raise ConfigError(
            f"WIKICS_LOGIN is {login}, and Authlib is not installed: pip install -c constraints.txt -e '.[login]'"
        )
    section = _read_section()
    if missing := [key for key in _KEYS if not (isinstance(section.get(key), str) and section[key].strip())]:
        raise ConfigError(
            f"WIKICS_LOGIN is {login}, and [auth] of Streamlit's secrets.toml has no {missing[0]}: "
            f"it takes {', '.join(_KEYS)}, as docs/cloud.md says"
        )
    if not str(section["redirect_uri"]).endswith("/oauth2callback"):
        raise ConfigError(
            f"redirect_uri of [auth] is {quote(str(section['redirect_uri']))}: "
            "expected the address of this app and /oauth2callback"
        )


def name_login(claims: Mapping[str, Any]) -> str:
    """The visitor that a person is by the claims of their login, the same at each; nothing for who is not logged in.

    What a provider calls them is mixed with the secret that signs cookies: nobody else finds them by it.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (claims.get("is_logged_in") is True and _is_said(issuer) and _is_said(subject)):
        return ""
    from streamlit.web.server.server_util import get_cookie_secret

    key = hashlib.sha256(get_cookie_secret().encode()).hexdigest()
    return name_visitor(f"{key} {issuer} {subject}")


def read_login(cookies: Mapping[str, str]) -> str:
    """`name_login` of the login that a request bears as cookies."""
    if COOKIE not in cookies:
        return ""
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

    secret = get_cookie_secret()

    def read_part(name: str) -> bytes | None:
        return decode_signed_value(secret, name, cookies.get(name, ""))

    try:
        claims = json.loads(get_cookie_with_chunks(read_part, COOKIE) or b"{}")
    except ValueError:
        return ""
    return name_login(claims) if isinstance(claims, dict) else ""


def offer_login(label: str, *, key: str, width: Literal["stretch", "content"]) -> None:
    """The way to the provider, from which one comes back to the first page."""
    st.button(label, icon=":material/login:", type="primary", width=width, key=key, on_click=st.login)


def draw_way() -> None:
    """The way in for who is not logged in, the way out for who is."""
    context = get_script_run_ctx()
    claims = {} if context is None else context.user_info
    if not name_login(claims):
        st.button("Log in", icon=":material/login:", type="tertiary", key="router_log_in", on_click=st.login)
        return
    name = next((text for key in ("name", "preferred_username", "email") if _is_said(text := claims.get(key))), "")
    said = f"You are logged in as {escape_markdown(shorten(str(name), _LONGEST_NAME))}." if name else None
    st.button("Log out", icon=":material/logout:", type="tertiary", key="router_log_out", help=said, on_click=st.logout)


def _is_said(claim: object) -> bool:
    return isinstance(claim, str) and bool(claim.strip())


def _read_section() -> Mapping[str, Any]:
    from streamlit.auth_util import get_secrets_auth_section

    section = get_secrets_auth_section()
    return section.to_dict() if section else {}
