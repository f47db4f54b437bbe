"""The shortest paths between two articles, as a picture in layers and as lines of links."""

from collections.abc import Callable, Iterable

from core.graph.paths import Paths
from core.inference.articles import ArticleHit
from pages.ui.components.assets import load_component
from pages.ui.theme import category_colors


def paths(
    found: Paths,
    hits: Iterable[ArticleHit],
    *,
    num_classes: int,
    key: str = "paths",
    on_chosen: Callable[[], None] = lambda: None,
) -> None:
    """Draws the paths that are listed in `found`; `hits` says what their articles are.

    `on_chosen` runs after a click on one of them ("chosen"), found under st.session_state[key].
    """
    load_component("paths")(
        key=key,
        data={
            "paths": [list(path) for path in found.paths],
            "articles": {
                str(hit.index): {"title": hit.title, "label": hit.label, "category": hit.category} for hit in hits
            },
            "colors": list(category_colors(num_classes)),
            "directed": found.directed,
        },
        on_chosen_change=on_chosen,
    )
