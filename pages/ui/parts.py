"""A part of a page that is drawn alone when a person sets something in it; the rest stays as it is."""

from collections.abc import Callable

import streamlit as st

from pages.ui import inputs
from pages.ui.loaders import get_explorer


def draw_part(draw: Callable[[], None], *, page: str, rest: tuple[str, ...] = ()) -> None:
    """Draws a part of a page.

    The whole page is drawn anew where a parameter changes that goes along from page to page, or one of `rest`; and
    after `inputs.ask_for_page`. page: the one whose parameters a link back to it carries.
    """
    relied_on = (*inputs.KEPT, *rest)
    before = [inputs.read_param(name) for name in relied_on]

    def part() -> None:
        notices = st.container()
        if inputs.is_fragment():
            inputs.catch_up()
            if inputs.is_page_asked_for() or [inputs.read_param(name) for name in relied_on] != before:
                inputs.draw_page_anew()
            st.session_state[inputs.NOTICES] = notices  # those above the page stay until that is drawn
        with get_explorer().runs.one_look():
            draw()
        inputs.remember_params(page)

    st.fragment(part)()
