"""What is around this page, and what does the model think of it?"""

import streamlit as st

from pages.ui import cards, inputs
from pages.ui.components.rings import rings
from pages.ui.components.search import search
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown

TRAIL_LENGTH = 6

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]
run = st.session_state["open_run"]
predicted = run if run and run.has_predictions else None
graph = explorer.graphs.load(graph_id)
trail_key = f"article_trail_{graph_id}"


def on_chosen(key: str) -> None:
    """A choice in the search box or a click on a neighbour goes into the URL: one step of the browser's history."""
    chosen = st.session_state[key].get("chosen")
    if chosen is not None:
        inputs.write_params(article=int(chosen))


def on_row(key: str, indices: list[int]) -> None:
    """A click on a row of the table."""
    rows = st.session_state[key].selection.rows
    if rows:
        inputs.write_params(article=indices[rows[0]])


def draw_trail(article: int) -> None:
    """Where one came from: the articles visited last, each a link."""
    trail: list[int] = [index for index in st.session_state.get(trail_key, []) if index != article]
    if trail:
        with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", key="article_trail"):
            for index in trail:
                st.page_link(
                    "article.py",
                    label=escape_markdown(graph.titles[index]),
                    query_params=inputs.kept_params(article=index),
                )
                st.markdown(":material/chevron_right:", width="content")
    st.session_state[trail_key] = [*trail, article][-TRAIL_LENGTH:]


def draw_links(article: int) -> None:
    """The table twin of the picture: every linked article."""
    links = explorer.articles.list_links(graph_id, article, run=predicted.id if predicted else None)
    columns: dict[str, list[object]] = {
        "title": [link.title for link in links],
        "category": [link.label for link in links],
        "direction": [
            {"in": "links here", "out": "linked from here", "both": "both ways"}[link.direction] for link in links
        ],
    }
    if predicted:
        columns["predicted"] = [link.pred for link in links]
    key = f"article_links_{article}"  # a selection belongs to one article's table
    st.dataframe(
        columns,
        key=key,
        hide_index=True,
        height=min(36 * len(links) + 40, 360),
        on_select=lambda: on_row(key, [link.index for link in links]),
        selection_mode="single-row",
        alt="Articles linked with this one",
    )


def draw_start() -> None:
    """Nothing chosen yet: the best-linked article of each category to begin with."""
    st.markdown("Search an article above, or begin with one that many others link to.")
    with st.container(horizontal=True, gap="small", key="article_start"):
        for hit in explorer.articles.suggest(graph_id):
            st.page_link(
                "article.py",
                label=escape_markdown(hit.title),
                icon=":material/article:",
                query_params=inputs.kept_params(article=hit.index),
            )


def draw_article(article: int) -> None:
    """The rings on the left, the card and the links on the right."""
    draw_trail(article)
    left, right = st.columns([2, 1], gap="large")
    with left:
        hops = inputs.choose(
            st.segmented_control,
            "Links away",
            [1, 2, 3],
            param="hops",
            default=2,
            key="article_hops",
            required=True,
        )
        rings(
            graph=graph_id,
            article=article,
            class_names=graph.class_names,
            hops=hops,
            run=predicted.id if predicted else None,
            key="article_rings",
            on_chosen=lambda: on_chosen("article_rings"),
        )
    with right:
        card = explorer.articles.read(graph_id, article, run=predicted.id if predicted else None)
        cards.draw_card(card, key="article")
        if not predicted:
            inputs.offer_default_training(
                explorer, graph_id, key="article", reason="No model has been trained on this graph: no prediction yet."
            )
        draw_links(article)


search(
    graph=graph_id,
    key="article_search",
    on_chosen=lambda: on_chosen("article_search"),
)
wanted = inputs.read_article(graph)
if wanted is None:
    draw_start()
else:
    draw_article(wanted)
