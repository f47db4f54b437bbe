"""What is around this page, and what does the model think of it?"""

import streamlit as st

from core.inference.articles import ArticleCard
from pages.ui import cards, columns, inputs, offers, walk
from pages.ui.components.links import WISHES, links
from pages.ui.components.rings import rings
from pages.ui.components.search import search
from pages.ui.loaders import get_explorer

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]
run = st.session_state["open_run"]
predicted = run if run and run.has_predictions else None
run_id = predicted.id if predicted else None
graph = explorer.graphs.load(graph_id)


def on_event(key: str) -> None:
    """An article chosen in a box, a picture or a table goes into the URL, and so do the table's sort and filters."""
    event = st.session_state[key]
    if event.get("chosen") is not None:
        walk.walk_to(graph, int(event["chosen"]))
    if event.get("wishes") is not None:
        inputs.write_params(**{name: event["wishes"].get(name) for name in WISHES})


def draw_picture(article: int) -> None:
    """The rings, and how far they reach."""
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
        run=run_id,
        key="article_rings",
        on_chosen=lambda: on_event("article_rings"),
    )


def draw_rest(card: ArticleCard, article: int) -> None:
    """What else is known of the article, and the way to its place on the map."""
    cards.draw_rest(card, key="article", run=predicted)
    st.page_link(
        "map.py",
        label="Show on the map",
        icon=":material/my_location:",
        query_params=inputs.kept_params(article=graph.key_of(article)),
    )
    if not predicted:
        offers.offer_prediction(
            explorer, graph_id, run, key="article", reason="No model has been trained on this graph: no prediction yet."
        )


def draw_article(article: int) -> None:
    """The way here, the path to another article, the rings with the card beside them, and all links."""
    walk.draw_trail(graph, article)
    walk.draw_path(explorer, graph, article)
    card = explorer.articles.read(graph_id, article, run=run_id)
    parts = columns.split((2,), (1, 3), widths=(2, 1), key="article")
    with parts[1]:
        cards.draw_head(card)
    with parts[2]:
        draw_picture(article)
    with parts[3]:
        draw_rest(card, article)
    st.header("Its links")
    links(
        graph=graph_id,
        article=article,
        class_names=graph.class_names,
        wishes={name: inputs.read_param(name) for name in WISHES},
        run=run_id,
        trail=walk.read_trail(graph),
        longest_trail=walk.TRAIL_LENGTH,
        key="article_links",
        on_event=lambda: on_event("article_links"),
    )


st.title("Article")
search(graph=graph_id, key="article_search", on_chosen=lambda: on_event("article_search"))
wanted = inputs.read_article(graph)
if wanted is not None:
    draw_article(wanted)
else:
    walk.draw_start(explorer, graph, predicted)
    if not predicted:
        offers.offer_prediction(
            explorer, graph_id, run, key="article", reason="With a model, every article shows what it predicts of it."
        )
