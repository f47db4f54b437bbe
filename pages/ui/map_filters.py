"""What the map leaves out: filters by category, role, number of links and error, all at once and all in the URL."""

from typing import Any, get_args

import streamlit as st

from core.app.evidence import Pick
from core.errors import ConflictError, InvalidInputError, NotFoundError
from core.graph.graph import Graph
from core.inference.articles import Role
from pages.ui import held, inputs
from pages.ui.loaders import get_explorer
from pages.ui.text import explain_parts

ROLES: tuple[Role, ...] = get_args(Role)
ANY = 1_000_000_000  # links: more than an article has
DEGREES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, ANY)
ERRORS = {"right": "Right", "wrong": "Wrong"}
PARAMS = ("filter", "role", "least", "most", "error", "only")


def read_hidden(graph: Graph) -> list[int]:
    """The categories that are not shown."""
    every = [str(category) for category in range(graph.num_classes)]
    return [int(word) for word in inputs.read_several("filter", every, what="category") or []]


def read_limits(*, predicted: bool) -> dict[str, Any]:
    """What else is set: `roles` shown, fewest and most links, `error` right, wrong or neither; None for no limit."""
    error = inputs.read_param("error")
    return {
        "roles": _read_roles() or None,
        "least": _read_degree("least"),
        "most": _read_degree("most"),
        "error": error if predicted and error in ERRORS else None,
    }


def read_only(graph: Graph, run_id: str | None) -> Pick | None:
    """The articles that a picture of a run stood for, which alone are shown; what means none is refused."""
    text = inputs.read_param("only")
    if not text:
        return None
    try:
        if run_id is None:
            raise InvalidInputError("there is no run whose predictions pick articles")
        return get_explorer().evidence.pick(graph.id, run_id, text)
    except (ConflictError, InvalidInputError, NotFoundError):
        inputs.refuse("only", "what a click in a picture of this run has picked")
        return None


def draw_filters(graph: Graph, *, predicted: bool, folded: bool) -> None:
    """The widgets, each showing what the URL says and changing it. folded: also where some are set."""
    count = sum(bool(inputs.read_param(name)) for name in PARAMS)
    label = f"Filter ({count} set)" if count else "Filter"
    with st.expander(label, icon=":material/filter_alt:", expanded=bool(count) and not folded, key="map_filters"):
        _draw_categories(graph)
        _draw_roles()
        _draw_degrees()
        if predicted:
            inputs.choose(
                st.segmented_control,
                "Prediction",
                list(ERRORS),
                param="error",
                default=None,
                key="map_error",
                format_func=ERRORS.get,
            )
        if count:
            st.button(
                "Clear filters",
                key="map_clear",
                on_click=lambda: inputs.write_params(**dict.fromkeys(PARAMS)),
            )


def _draw_categories(graph: Graph) -> None:
    hidden = set(read_hidden(graph))
    every = range(graph.num_classes)
    value = [category for category in every if category not in hidden] if hidden else []

    def changed(shown: list[int]) -> None:
        left = [category for category in every if category not in shown] if shown else []
        inputs.write_params(filter=",".join(map(str, left)))

    st.multiselect(
        "Categories",
        list(every),
        **held.hold("map_categories", value, changed, begins={"default": value}),
        format_func=lambda category: graph.class_names[category],
        placeholder="All",
    )


def _draw_roles() -> None:
    st.pills(
        "Role in the split",
        ROLES,
        selection_mode="multi",
        **held.hold(
            "map_roles",
            _read_roles(),
            lambda chosen: inputs.write_params(role=",".join(chosen)),
            same=held.in_any_order,
            begins={"default": _read_roles()},
        ),
        format_func=str.capitalize,
        help=explain_parts(),
    )


def _draw_degrees() -> None:
    """Fewest and most links; the last choice is as many as there are."""
    left, right = st.columns(2)
    with left:
        inputs.choose(
            st.selectbox, "Fewest links", DEGREES[:-1], param="least", default=0, key="map_least", format_func=_say
        )
    with right:
        inputs.choose(
            st.selectbox, "Most links", DEGREES[1:], param="most", default=ANY, key="map_most", format_func=_say
        )


def _say(number: int) -> str:
    return "Any" if number in (0, ANY) else f"{number:,}"


def _read_roles() -> list[Role]:
    words = inputs.read_several("role", ROLES, what="role") or []
    return [role for role in ROLES if role in words]


def _read_degree(param: str) -> int | None:
    number = inputs.read_int(param, 0, low=1, high=ANY - 1)
    return number if number in DEGREES and number else None
