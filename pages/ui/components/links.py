"""The links of one article as a table that sorts and filters; titles are links, and what is left out is counted."""

from collections.abc import Callable, Mapping, Sequence

from pages.ui.components.assets import load_component
from pages.ui.theme import category_colors

WISHES = ("sort", "category", "predicted", "direction", "wrong")  # what a person sets, named as in the URL


def links(
    *,
    graph: str,
    article: int,
    class_names: Sequence[str],
    wishes: Mapping[str, str],
    run: str | None = None,
    trail: Sequence[int] = (),
    longest_trail: int = 6,
    key: str = "links",
    on_event: Callable[[], None] = lambda: None,
) -> None:
    """Draws every link of an article; it asks for them itself.

    graph, run: ids. class_names: [C], in index order. wishes: of `WISHES`, what is set. trail: articles by which one
    came. `on_event` runs after a click on a title ("chosen") and after another sort or filter ("wishes"), found under
    st.session_state[key].
    """
    load_component("links")(
        key=key,
        data={
            "graph": graph,
            "article": article,
            "run": run,
            "classes": list(class_names),
            "colors": list(category_colors(len(class_names))),
            "wishes": {name: wishes.get(name, "") for name in WISHES},
            "trail": list(trail),
            "longest": longest_trail,
        },
        on_chosen_change=on_event,
        on_wishes_change=on_event,
    )
