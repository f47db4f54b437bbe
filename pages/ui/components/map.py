"""The map of the whole graph: it draws itself from the HTTP interface and reports what a person chose or filtered."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pages.ui.components.assets import load_component
from pages.ui.theme import RIGHT, WRONG, category_colors, run_colors

Color = Literal["category", "pred", "correct", "confidence", "degree", "role"]
Size = Literal["even", "degree"]

UNREMARKABLE = "#8b95a7"  # legible on both backgrounds, and no category's
ROLE_COLORS = [*run_colors(3), UNREMARKABLE, "#c3c9d4"]  # train, stopping, validation, test, unused


def map_view(
    *,
    graph: str,
    class_names: Sequence[str],
    run: str | None = None,
    color: Color = "category",
    size: Size = "even",
    hidden: Sequence[int] = (),
    limits: Mapping[str, Any] | None = None,
    chosen: int | None = None,
    height: int = 640,
    key: str = "map",
    on_event: Callable[[], None] = lambda: None,
) -> int | None:
    """Draws every article at its place; pan and zoom outlive reruns, and a new color, size or filter only restyles.

    Returns the index of the article that was just asked to be opened, else None.

    graph, run: ids; with a run, wrong predictions are outlined. class_names: [C], in index order. hidden: categories
    not shown. limits: what else is shown alone: `roles`, fewest and most links (`least`, `most`), by `error` "right" or
    "wrong", and `only` some indices. chosen: index of the article in the light, with its links. height: px. `on_event`
    runs after a click on an article ("chosen"), on nothing ("cleared"), or on a category of the legend ("filter"),
    found under st.session_state[key].
    """
    result = load_component("map")(
        key=key,
        data={
            "graph": graph,
            "run": run,
            "color": color,
            "size": size,
            "hidden": list(hidden),
            "limits": {"roles": None, "least": None, "most": None, "error": None, "only": None, **(limits or {})},
            "chosen": chosen,
            "height": height,
            "palette": {
                "categories": list(category_colors(len(class_names))),
                "right": RIGHT,
                "wrong": WRONG,
                "roles": ROLE_COLORS,
            },
        },
        on_chosen_change=on_event,
        on_open_change=lambda: None,
        on_cleared_change=on_event,
        on_filter_change=on_event,
    )
    opened = result.get("open")
    return None if opened is None else int(opened)
