"""A list of articles as a table that sorts; titles are links, and what is left out is counted."""

from collections.abc import Callable, Sequence

from core.app.evidence import PickedArticle
from core.graph.graph import Graph
from pages.ui.components.assets import load_component
from pages.ui.theme import category_colors


def articles(
    listed: Sequence[PickedArticle],
    graph: Graph,
    *,
    total: int,
    run: str,
    before: str = "",
    key: str = "articles",
    on_chosen: Callable[[], None] = lambda: None,
) -> None:
    """Draws articles as they come.

    total: how many there are, of which `listed` are the first. run: whose predictions they have; its id goes into the
    addresses of titles. before: what the run is called that they are compared with. `on_chosen` runs after a click on a
    title ("chosen", an index), found under st.session_state[key].
    """
    numbers = {name: number for number, name in enumerate(graph.class_names)}
    load_component("articles")(
        key=key,
        data={
            "articles": [
                {
                    "index": hit.index,
                    "title": hit.title,
                    "category": hit.category,
                    "predicted": numbers[hit.pred],
                    "before": None if hit.before is None else numbers[hit.before],
                    "confidence": hit.confidence,
                    "degree": hit.degree,
                }
                for hit in listed
            ],
            "total": total,
            "graph": graph.id,
            "run": run,
            "before": before,
            "classes": list(graph.class_names),
            "colors": list(category_colors(graph.num_classes)),
        },
        on_chosen_change=on_chosen,
    )
