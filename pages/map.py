"""Where do categories live, and where is the model wrong?"""

import streamlit as st

from pages.ui import cards, columns, inputs, map_filters, offers
from pages.ui.components.map import map_view
from pages.ui.components.search import search
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown

COLORS = {
    "category": "Category",
    "pred": "Predicted category",
    "correct": "Right or wrong",
    "confidence": "Confidence",
    "degree": "Degree",
    "role": "Role in the split",
}
SIZES = {"even": "All alike", "degree": "By degree"}
NEEDS_RUN = ("pred", "correct", "confidence")

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]
run = st.session_state["open_run"]
graph = explorer.graphs.load(graph_id)
predicted = run if run and run.has_predictions else None


def on_event(key: str) -> None:
    """An article that was clicked or searched, or a filter of the legend, goes into the URL."""
    event = st.session_state[key]
    if event.get("chosen") is not None:
        inputs.write_params(article=graph.key_of(int(event["chosen"])))
    if event.get("cleared"):
        inputs.write_params(article=None)
    if event.get("filter") is not None:
        inputs.write_params(filter=",".join(str(category) for category in event["filter"]))


def draw_panel(article: int | None) -> None:
    """The chosen article's card, or what to do."""
    if article is None:
        st.caption("Choose an article to see it and its links.")
    else:
        card = explorer.articles.read(graph_id, article, run=predicted.id if predicted else None)
        cards.draw_head(card)
        with st.container(horizontal=True, vertical_alignment="center", key="map_chosen"):
            st.page_link(
                "article.py",
                label="Open its neighbourhood",
                icon=":material/arrow_forward:",
                query_params=inputs.kept_params(article=graph.key_of(article)),
            )
            st.button(
                "Deselect",
                icon=":material/close:",
                type="tertiary",
                key="map_deselect",
                on_click=inputs.write_params,
                kwargs={"article": None},
            )
        cards.draw_rest(card, key="map", run=predicted)


chosen = inputs.read_article(graph)
only = map_filters.read_only(graph, predicted.id if predicted else None)
options = [name for name in COLORS if predicted or name not in NEEDS_RUN]

st.title("Map")
parts = columns.split((1, 3), (2, 4), widths=(3, 1), key="map")
with parts[2]:
    with st.container(key="map_looks"):
        color = inputs.choose(
            st.selectbox,
            "Colour by",
            options,
            param="color",
            default="category",
            key="map_color",
            format_func=COLORS.get,
        )
        size = inputs.choose(
            st.segmented_control,
            "Size",
            list(SIZES),
            param="size",
            default="even",
            key="map_size",
            format_func=SIZES.get,
        )
    map_filters.draw_filters(graph, predicted=predicted is not None, folded=chosen is not None)
with parts[4]:
    draw_panel(chosen)
    if not predicted:
        offers.offer_prediction(
            explorer,
            graph_id,
            run,
            key="map",
            reason="With a model, the map shows what it predicts and where it is wrong.",
        )
with parts[1]:
    search(
        graph=graph_id,
        key="map_search",
        label="Search articles on the map",
        placeholder="Find an article on the map",
        on_chosen=lambda: on_event("map_search"),
    )
with parts[3]:
    if only:
        with st.container(horizontal=True, vertical_alignment="center", key="map_only"):
            st.markdown(f"{escape_markdown(only.sentence)}: **{len(only.indices):,}**.")
            st.button(
                "Show all articles",
                icon=":material/close:",
                type="tertiary",
                key="map_only_clear",
                on_click=inputs.write_params,
                kwargs={"only": None},
            )
    opened = map_view(
        graph=graph_id,
        class_names=graph.class_names,
        run=predicted.id if predicted else None,
        color=color,
        size=size,
        hidden=map_filters.read_hidden(graph),
        limits=map_filters.read_limits(predicted=predicted is not None) | {"only": only.indices if only else None},
        chosen=chosen,
        key="map_view",
        on_event=lambda: on_event("map_view"),
    )
    if opened is not None:
        st.switch_page("article.py", query_params=inputs.kept_params(article=graph.key_of(opened)))
