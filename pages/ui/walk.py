"""Walking from article to article: the trail behind one, where a walk may begin, and the path to another article."""

import random
from typing import Any

import streamlit as st

from core.app.explorer import Explorer
from core.graph.graph import Graph
from core.inference.articles import ArticleHit
from core.runs.record import RunRecord
from pages.ui import inputs
from pages.ui.components.paths import paths
from pages.ui.components.search import search
from pages.ui.text import escape_markdown, say_sure, shorten

TRAIL_LENGTH = 6
LONGEST_TITLE = 32  # characters of a title in the trail or to begin with; pointing at it says the whole
COLUMNS = 4  # of articles to begin with


def read_trail(graph: Graph) -> list[int]:
    """The articles by which one came, the latest last: they are in the URL, and so "back" goes back along them."""
    words = inputs.read_param("from").split(",")
    return [int(word) for word in words if word.isdecimal() and int(word) < graph.num_nodes][-TRAIL_LENGTH:]


def walk_to(graph: Graph, article: int) -> None:
    """Opens an article, with the open one added to the trail."""
    wanted = inputs.read_param("article")
    trail = read_trail(graph)
    if wanted and (open_one := graph.index_of(wanted)) != article:
        trail = [*trail, open_one][-TRAIL_LENGTH:]
    inputs.write_params(article=graph.key_of(article), **{"from": ",".join(map(str, trail))})


def draw_trail(graph: Graph, article: int) -> None:
    """The way one came, each article a link that goes back to it, and at its end where one is; nothing at first."""
    trail = read_trail(graph)
    if not trail:
        return
    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", key="article_trail"):
        for at, index in enumerate(trail):
            _link(graph.titles[index], article=graph.key_of(index), **{"from": ",".join(map(str, trail[:at]))})
            st.markdown(":material/chevron_right:", width="content")
        st.markdown(f"**{escape_markdown(graph.titles[article])}**", width="content")


def draw_start(explorer: Explorer, graph: Graph, predicted: RunRecord | None) -> None:
    """Nothing chosen yet: well-linked articles, a random one, and those of which the model is most surely wrong."""
    with st.container(key="article_start"):
        st.header("Where shall the walk begin?")
        hits, total = explorer.articles.suggest(graph.id)
        which = "each category" if len(hits) == total else f"{len(hits)} of the {total:,} categories"
        st.caption(f"Search a title above, or start from the best-linked article of {which}.")
        _draw_doors(graph, [(hit, f"{hit.label} · {hit.degree:,} links") for hit in hits])
        somewhere = graph.key_of(random.randrange(graph.num_nodes))
        _link("A random article", icon=":material/casino:", article=somewhere)
        if predicted is None:
            return
        errors = explorer.articles.list_errors(graph.id, run=predicted.id)
        if errors:
            st.header("Where the model is most surely wrong")
            _draw_doors(
                graph,
                [(card, f"{card.label}, taken for {card.pred} ({say_sure(card.confidence)} sure)") for card in errors],
            )
            st.page_link(
                "map.py",
                label="All that are wrong, on the map",
                icon=":material/map:",
                query_params=inputs.kept_params(error="wrong"),
            )


def draw_path(explorer: Explorer, graph: Graph, article: int) -> None:
    """The box that asks for another article, and once there is one, the shortest paths to it."""
    wanted = inputs.read_param("to")
    with st.expander("The path to another article", icon=":material/route:", expanded=bool(wanted), key="article_path"):
        search(
            graph=graph.id,
            key="article_to",
            label="Search the article to find a path to",
            placeholder="The path to which article?",
            shortcut=False,
            on_chosen=lambda: _on_path(graph, "article_to", "to"),
        )
        if not wanted:
            return
        directed = inputs.switch("Follow links in their direction only", param="directed", key="article_directed")
        found = explorer.articles.find_paths(graph.id, article, wanted, directed=directed)
        target = escape_markdown(graph.titles[found.target])
        st.markdown(_describe_paths(found.distance, found.num_paths, len(found.paths), target))
        if found.distance:
            hits = explorer.articles.list_hits(graph.id, sorted({index for path in found.paths for index in path}))
            paths(
                found,
                hits,
                num_classes=graph.num_classes,
                key="article_paths",
                on_chosen=lambda: _on_path(graph, "article_paths", "article"),
            )
        _link("Close the path", to=None, directed=None)


def _describe_paths(distance: int | None, num_paths: int, listed: int, target: str) -> str:
    if distance is None:
        return f"No path leads to **{target}**."
    if distance == 0:
        return f"**{target}** is the article itself: choose another."
    links = "one link" if distance == 1 else f"{distance} links"
    shortest = "one shortest path" if num_paths == 1 else f"{num_paths:,} shortest paths"
    rest = f", of which {listed:,} are listed" if listed < num_paths else ""
    return f"**{target}** is {links} away, by {shortest}{rest}."


def _on_path(graph: Graph, key: str, param: str) -> None:
    """A choice in the box, or an article of the picture, goes into the URL."""
    chosen = st.session_state[key].get("chosen")
    if chosen is not None:
        inputs.write_params(**{param: graph.key_of(int(chosen))}, **({"from": None} if param == "article" else {}))


def _draw_doors(graph: Graph, doors: list[tuple[ArticleHit, str]]) -> None:
    """Articles to begin with, each with a line about it, in rows."""
    for start in range(0, len(doors), COLUMNS):
        for column, (hit, about) in zip(st.columns(COLUMNS), doors[start : start + COLUMNS], strict=False):
            with column.container(border=True, height="stretch", gap="xxsmall"):
                _link(hit.title, article=graph.key_of(hit.index))
                st.caption(escape_markdown(about))


def _link(text: str, *, icon: str | None = None, **changes: Any) -> None:
    """A link to this page with some parameters changed."""
    st.page_link(
        "article.py",
        label=escape_markdown(shorten(text, LONGEST_TITLE)),
        icon=icon,
        help=escape_markdown(text) if len(text) > LONGEST_TITLE else None,
        query_params=inputs.changed_params(**changes),
    )
