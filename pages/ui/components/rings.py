"""The neighbourhood of one article in rings: it draws itself from the HTTP interface and reports a chosen article."""

from collections.abc import Callable, Sequence

from pages.ui.components.assets import load_component
from pages.ui.theme import category_colors

MOST_DRAWN = 300  # articles; more cannot be told apart


def rings(
    *,
    graph: str,
    article: int,
    class_names: Sequence[str],
    hops: int = 2,
    limit: int = MOST_DRAWN,
    run: str | None = None,
    height: int = 620,
    key: str = "rings",
    on_chosen: Callable[[], None] = lambda: None,
) -> int | None:
    """Draws the articles up to `hops` links away and returns the index of the one just chosen, else None.

    graph, run: ids. class_names: [C], in index order. hops: 1 to 3. limit: articles drawn at most. height: px.
    A new article, run or number of hops moves the picture; it is not mounted anew.
    """
    result = load_component("rings")(
        key=key,
        data={
            "graph": graph,
            "article": article,
            "hops": hops,
            "limit": min(limit, MOST_DRAWN),
            "run": run,
            "classes": list(class_names),
            "colors": list(category_colors(len(class_names))),
            "height": height,
        },
        on_chosen_change=on_chosen,
    )
    chosen = result.get("chosen")
    return None if chosen is None else int(chosen)
