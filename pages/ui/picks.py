"""The articles that a part of a picture stands for: clicked in it or chosen by name, listed, and shown on the map."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from core.app.evidence import Pick
from core.errors import ConflictError, DamagedFileError, InvalidInputError, NotFoundError
from core.graph.graph import Graph
from pages.ui import held, inputs
from pages.ui.components.articles import articles
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown

PARAM: Final = "pick"
MOST_LISTED: Final = 500


def take_click(key: str) -> Callable[[], None]:
    """What runs after a click in a picture of this key, whose points have picks as their data."""

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"]
        data = points[0].get("customdata") if points else None
        inputs.write_params(**{PARAM: data[0] if isinstance(data, list) and data else data})

    return clicked


def choose(label: str, options: Mapping[str, str], *, key: str) -> str | None:
    """The same by keyboard: a select box of what can be clicked, each as it is called. What is picked of it."""
    picked = inputs.read_param(PARAM)
    value = picked if picked in options else None
    names = list(options)

    def changed(chosen: str | None) -> None:
        if chosen is None or chosen in options:
            inputs.write_params(**{PARAM: chosen})

    st.selectbox(
        label,
        names,
        format_func=lambda text: options.get(text, text),
        placeholder="Click in the picture, or choose here",
        **held.hold(key, value, changed, begins={"index": names.index(value) if value else None}),
    )
    return value


def draw_picked(graph: Graph, run_id: str, text: str, *, key: str, can_clear: bool = True) -> None:
    """The articles of a pick: as a list, and the way to see them on the map."""
    evidence = get_explorer().evidence
    try:
        pick = evidence.pick(graph.id, run_id, text)
    except (ConflictError, DamagedFileError, InvalidInputError, NotFoundError) as error:
        st.caption(escape_markdown(str(error)))
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_picked"):
        st.markdown(f"{escape_markdown(pick.sentence)}: **{len(pick.indices) or 'none'}**.")
        if pick.indices:
            st.page_link(
                "map.py",
                label="Show on the map",
                icon=":material/bubble_chart:",
                query_params=inputs.kept_params(graph=graph.id, run=run_id, only=text, color="pred"),
            )
        if can_clear:
            clear, icon = {PARAM: None}, ":material/close:"
            st.button(
                "Clear", icon=icon, type="tertiary", key=f"{key}_unpick", on_click=inputs.write_params, kwargs=clear
            )
    if pick.indices:
        _draw_list(graph, run_id, pick, key=f"{key}_articles")


def _draw_list(graph: Graph, run_id: str, pick: Pick, *, key: str) -> None:
    """The titles are links; a plain click on one opens its page within this session."""
    articles(
        get_explorer().evidence.list_picked(graph.id, run_id, pick, limit=MOST_LISTED),
        graph,
        total=len(pick.indices),
        run=run_id,
        before="First" if pick.against else "",
        key=key,
        on_chosen=lambda: st.session_state.update({f"{key}_opened": st.session_state[key].get("chosen")}),
    )
    if (opened := st.session_state.pop(f"{key}_opened", None)) is not None:
        params = inputs.kept_params(graph=graph.id, run=run_id, article=graph.key_of(int(opened)))
        st.switch_page("article.py", query_params=params)
