"""Search as you type over article titles; the script runs only when an article is chosen."""

from collections.abc import Callable

from pages.ui.components.assets import load_component
from pages.ui.theme import category_colors

_COLORS = 40  # categories beyond take their colours from the first again


def search(
    graph: str,
    *,
    key: str,
    label: str = "Search articles by title",
    placeholder: str = "Search a title",
    limit: int = 8,
    shortcut: bool = True,
    on_chosen: Callable[[], None] = lambda: None,
) -> int | None:
    """Draws the search box and returns the index of the article just chosen, else None.

    graph: its id. limit: titles offered at most. The box asks the API 80 ms after the last key; arrow keys and
    Enter choose, Escape closes. shortcut: whether "/" anywhere on the page begins here.
    """
    result = load_component("search")(
        key=key,
        data={
            "graph": graph,
            "label": label,
            "placeholder": placeholder,
            "limit": limit,
            "shortcut": shortcut,
            "colors": list(category_colors(_COLORS)),
        },
        on_chosen_change=on_chosen,
    )
    chosen = result.get("chosen")
    return None if chosen is None else int(chosen)
