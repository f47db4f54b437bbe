"""What is this graph, and what has been learned from it?"""

import streamlit as st

from core.app.graphs import GraphDescription
from core.graph.limits import MAX_CATEGORIES
from core.runs.record import RunRecord
from core.runs.versions import PRODUCTION
from pages.ui import charts, inputs, matrix, offers, sources, stages
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown, percent, say_time

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]


def draw_graph(description: GraphDescription) -> None:
    """The paragraph, the six numbers, the source."""
    graph, statistics = description.graph, description.statistics
    st.title(graph.name)
    sources.draw_notices(graph)
    features = f"{statistics.num_features:,} features"
    has_words = bool(explorer.graphs.load(graph_id).tokens)
    seen = f"the words of every article ({features})" if has_words else f"{features} of every article"
    st.markdown(
        f"{statistics.num_articles:,} articles, each of one of {len(statistics.class_names)} categories, "
        f"tied by {statistics.num_links:,} links between {statistics.num_pairs:,} pairs. A model sees {seen} and the "
        "links, learns the category from a few articles, and has to tell that of all others."
    )
    numbers = {
        "Articles": f"{statistics.num_articles:,}",
        "Linked pairs": f"{statistics.num_pairs:,}",
        "Categories": str(len(statistics.class_names)),
        "Median degree": f"{statistics.degree_median:.0f}",
        "Homophily": percent(statistics.homophily),
        "Splits": str(len(statistics.splits)),
    }
    helps = {
        "Linked pairs": "Two articles of which one links to the other, or both.",
        "Homophily": "Share of links whose two articles have the same category.",
        "Median degree": "Half of the articles have more distinct neighbours, half have fewer.",
        "Splits": "Ways to set articles aside for training, stopping and validation; all share the test articles.",
    }
    with st.container(horizontal=True, gap="small", key="overview_numbers"):  # two in a row on a phone
        for label, value in numbers.items():
            st.metric(label, value, help=helps.get(label), width=140)
    st.caption(f"{escape_markdown(graph.source)} Digest {graph.digest[:12]}.")


def draw_learned(records: list[RunRecord]) -> None:
    """The best run so far, or the offer to train one."""
    st.header("What has been learned")
    best = explorer.runs.choose_default(graph_id)
    if best is None:
        estimate = explorer.estimates.estimate(explorer.configs.build_default(graph_id))
        takes = f": the default takes {say_time(estimate)} on this machine" if estimate else ""
        offers.offer_default_training(explorer, graph_id, key="overview", reason=f"No model yet{takes}.")
        return
    alike = [record for record in records if record.has_predictions and record.state == best.state]
    kind, one = (
        ("finished runs", "finished run")
        if best.state == "finished"
        else ("runs that ended early (none has finished)", "run that can predict, which ended early,")
    )
    # The choice is by validation accuracy: picking by test accuracy would flatter it.
    which = f"The best of {len(alike)} {kind} by validation accuracy is" if len(alike) > 1 else f"The only {one} is"
    if PRODUCTION in best.aliases:
        which = f"In production, as v{best.version} of this graph's models, is"
    low, high = explorer.predictions.test_interval(best)
    st.markdown(
        f"{which} **{escape_markdown(stages.name_run(best))}** ({best.preset}, split {best.split}"
        f"{stages.say_equals(best, alike)}): it names the "
        f"category of **{100 * (best.test_acc or 0):.1f} %** of the test articles "
        f"(95 % interval over articles {100 * low:.1f} to {100 * high:.1f})."
    )
    st.page_link(
        "runs.py",
        label="Open this run",
        icon=":material/arrow_forward:",
        query_params={"graph": graph_id, "run": best.id},
    )


def draw_doors() -> None:
    """The three ways onward."""
    doors = (
        (
            "train.py",
            ":material/model_training:",
            "Train a model",
            "Choose a preset, press start, watch the curves grow.",
        ),
        (
            "map.py",
            ":material/bubble_chart:",
            "Walk the graph",
            "See where categories live, and step from article to article.",
        ),
        (
            "article.py",
            ":material/search:",
            "Ask about an article",
            "Search a title, see its links and what a model thinks of it.",
        ),
    )
    for column, (page, icon, title, text) in zip(st.columns(3), doors, strict=True):
        with column.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{title}**", icon=icon, query_params=inputs.kept_params())
            st.caption(text)


description = explorer.graphs.describe(graph_id)
statistics = description.statistics
left, right = st.columns([5, 6], gap="large")
with left:
    draw_graph(description)
    draw_learned(explorer.runs.list(graph_id))
    sources.draw_upload()
with right:
    st.markdown("**Articles in every category**")
    st.plotly_chart(
        charts.build_category_sizes(statistics.class_names, statistics.class_sizes),
        key="overview_sizes",
        config=charts.CONFIG,
        alt="Number of articles of every category",
    )
    if statistics.link_rates:
        st.markdown(
            "**Links between categories**, from one (row) to another (column), per 1,000 pairs of their articles"
        )
        matrix.draw_matrix(
            charts.build_link_rates(statistics.class_names, statistics.link_rates),
            statistics.class_names,
            key="overview_rates",
            alt="Links from every category to every other per 1,000 pairs of their articles",
        )
    else:
        st.caption(f"Links between categories are not shown for more than {MAX_CATEGORIES} of them.")
    with st.expander("As tables", icon=":material/table:"):
        st.dataframe(
            {"category": statistics.class_names, "articles": statistics.class_sizes},
            hide_index=True,
            key="overview_sizes_table",
        )
        if statistics.link_rates:
            per_mille = [[1000 * rate for rate in row] for row in statistics.link_rates]
            matrix.draw_table(statistics.class_names, per_mille, corner="from", key="overview_rates_table", unit="%.2f")
draw_doors()
