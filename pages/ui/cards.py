"""One article in short, as the map and the article page show it."""

import streamlit as st

from core.inference.articles import ArticleCard
from core.runs.record import RunRecord
from core.runs.state import REPORTED
from pages.ui import charts, inputs, stages
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown, percent, say_sure

ROLES = {
    "train": "a training article",
    "stopping": "a stopping article (those choose the epoch)",
    "validation": "a validation article",
    "test": "a test article",
    "unused": "in no set",
}


ORDERS = {"probability": "Likeliest first", "category": "By category"}


def draw_probabilities(card: ArticleCard, probs: dict[str, float], pred: str, *, key: str) -> None:
    """A bar a category, the likeliest first or in the graph's order; what is left out is counted."""
    order = inputs.choose(
        st.segmented_control,
        "Order of categories",
        list(ORDERS),
        param="order",
        default="probability",
        key=f"{key}_order",
        format_func=ORDERS.get,
        label_visibility="collapsed",
        required=True,
    )
    names = list(probs) if order == "category" else charts.choose_likeliest(probs, label=card.label)
    st.plotly_chart(
        charts.build_probabilities(probs, names, label=card.label, pred=pred),
        key=f"{key}_probabilities",
        config=charts.CONFIG,
        alt="Probability of every category for " + card.title,
    )
    if len(names) < len(probs):
        rest = max(0.0, 1 - sum(probs[name] for name in names))
        st.caption(f"The other {len(probs) - len(names)} categories share {percent(rest)}.")


def draw_head(card: ArticleCard) -> None:
    """Title, true and predicted category."""
    st.header(escape_markdown(card.title))
    if card.url:
        st.link_button("Read on Wikipedia", card.url, icon=":material/open_in_new:", type="tertiary")
    sentence = (
        f"Category **{escape_markdown(card.label)}**" if card.category >= 0 else "It has no category (unlabelled)"
    )
    if card.pred is not None and card.category < 0:
        sentence += f", predicted as **{escape_markdown(card.pred)}** with {say_sure(card.confidence)} confidence"
    elif card.pred is not None:
        verdict = "rightly" if card.pred == card.label else "wrongly"
        sentence += (
            f", {verdict} predicted as **{escape_markdown(card.pred)}** with {say_sure(card.confidence)} confidence"
        )
    st.markdown(sentence + ".")


def draw_rest(card: ArticleCard, *, key: str, run: RunRecord | None = None) -> None:
    """Probabilities, role, degree, agreement of its neighbours, words. run: what predicts, to which there is a way."""
    if card.probs is not None and card.pred is not None:
        draw_probabilities(card, card.probs, card.pred, key=key)
    if run is not None and card.pred is not None:
        name = escape_markdown(stages.name_run(run))
        label = f"Predicted by {name}"
        if run.state not in REPORTED:
            label += " as it was at its last stop"
        params = {"graph": run.graph, "run": run.id}
        st.page_link("runs.py", label=label, icon=":material/account_tree:", query_params=params, help=name)
    neighbours = (
        "no neighbours" if card.agreement is None else f"{percent(card.agreement)} of its neighbours share its category"
    )
    st.caption(
        f"{card.degree:,} linked articles ({card.out_degree:,} links out, {card.in_degree:,} in); {neighbours}. "
        f"In this split it is {ROLES[card.role]}."
    )
    if card.tokens:
        with st.expander("Its words", icon=":material/notes:"):
            _draw_words(card, card.tokens, key=key)


def _draw_words(card: ArticleCard, words: list[str], *, key: str) -> None:
    """The first words, and on demand all."""
    total = card.num_tokens or 0
    if total > len(words):
        label = f"All {total:,} words, not the first {len(words):,}"
        if st.toggle(label, key=f"{key}_words_{card.index}"):
            words = get_explorer().articles.list_words(st.session_state["open_graph"], card.index)
    st.text(" ".join(words))
