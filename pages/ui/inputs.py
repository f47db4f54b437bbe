"""Inputs whose value is in the URL: the URL is the truth, a widget shows it and changes it.

A parameter that a script writes makes one entry in the browser's history, so "back" undoes one choice. One that means
nothing is said above the page, taken out of the URL, and counts as absent.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.app.explorer import Explorer
from core.errors import WikicsError
from core.graph.graph import Graph
from core.runs.record import RunRecord
from pages.ui import held, tokens
from pages.ui.text import LONGEST_QUOTE, escape_markdown, list_names, quote, shorten

VIA = "via"  # marks a link from a page to itself, of which Streamlit does not tell the browser's address
KEPT = ("graph", "run", "preset", "set")  # parameters that go along from page to page
SHOW_AN_ARTICLE = ("map", "article")  # pages that are about one article
_PARAMS_BY_PAGE = "router_params"
_PARAMS = "router_params_now"
_LEFT = "router_params_left"  # what parameters were before they were written, of which a late request may still tell
_MOST_LEFT = 20
_CALLED = "router_params_called"  # whether a callback has written some since the whole page was drawn last
_PAGE_ASKED_FOR = "router_page_asked_for"
NOTICES = "router_notices"  # where the router keeps the place for what is said above a page


def read_param(name: str, default: str = "") -> str:
    """One parameter of the URL."""
    return _read_params().get(name, default)


def notice(text: str) -> None:
    """Says one sentence above the page, until a person sets something."""
    if not is_fragment():
        ask_for_page()
    st.session_state[NOTICES].warning(escape_markdown(text), icon=":material/info:")


def refuse(param: str, expected: str) -> None:
    """Says that a parameter means nothing here and what it can be, and takes it out of the URL."""
    notice(f"{param}={quote(read_param(param))} in the address means nothing here: it can be {expected}.")
    write_params(**{param: None})


def read_int(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number out of the URL; what is no number or out of bounds is refused."""
    text = read_param(name)
    if not text:
        return default
    if text.isdecimal() and len(text) <= len(str(high)) and low <= int(text) <= high:
        return int(text)
    refuse(name, f"{low:,} to {high:,}")
    return default


def read_choice(param: str, options: Sequence[Any], *, default: Any) -> Any:
    """One of these out of the URL, by its text; anything else is refused."""
    by_text = {str(option): option for option in options}
    text = read_param(param)
    if text and text not in by_text:
        refuse(param, list_names(options) if options else "left out")
    return by_text.get(text, default)


def choose_part(items: Sequence[Any], most: int, *, param: str, key: str, what: str) -> Sequence[Any]:
    """As many items as are shown at once; where there are more, says so and lets one choose which.

    what: what happens to them, as "ticked runs are drawn".
    """
    starts = range(0, len(items), most)
    parts = list(range(1, len(starts) + 1)) or [1]
    if len(parts) == 1:
        read_choice(param, parts, default=1)
        return items
    spans = {part: (start, min(start + most, len(items))) for part, start in zip(parts, starts, strict=True)}
    part = choose(
        st.segmented_control,
        f"{most:,} of {len(items):,} {what} at a time",
        parts,
        param=param,
        default=1,
        key=key,
        required=True,
        format_func=lambda part: f"{spans[part][0] + 1:,} to {spans[part][1]:,}",
    )
    return items[slice(*spans[part])]


def read_several(param: str, options: Collection[str], *, what: str) -> list[str] | None:
    """Those of these that the URL lists, in its order, None where it lists nothing; others are counted and removed.

    what: what each option is, as "run".
    """
    text = read_param(param)
    if not text:
        return None
    wanted = list(dict.fromkeys(text.split(",")))
    known = [name for name in wanted if name in options]
    if len(known) < len(wanted):
        unknown = [name for name in wanted if name not in options]
        count = f"{quote(unknown[0])} and {len(unknown) - 1:,} more" if len(unknown) > 1 else quote(unknown[0])
        notice(f"{count} in the address: no {what} of this graph.")
        write_params(**{param: ",".join(known)})
    return known or None


def read_article(graph: Graph, param: str = "article") -> int | None:
    """The index of the article that the URL names by index or title, if any; one that is not there is refused."""
    text = read_param(param).strip()
    if not text:
        return None
    try:
        return graph.index_of(text)
    except WikicsError as error:
        short = str(error).replace(text, shorten(text, LONGEST_QUOTE))
        st.session_state[NOTICES].error(escape_markdown(short), icon=":material/error:")
        write_params(**{param: None})
        return None


def write_params(**values: Any) -> None:
    """Sets parameters in one step of the browser's history; None removes one."""
    params = _read_params()
    for name, value in values.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    _put(params)
    st.session_state[_PARAMS] = params


def _put(params: dict[str, str]) -> None:
    """Tells the browser of parameters, where they are others than it told of."""
    told = st.query_params.to_dict()
    if params == told:
        return
    if VIA not in told:  # a link may lead there again
        st.session_state[_LEFT] = [*st.session_state.get(_LEFT, []), (_find_page(), told)][-_MOST_LEFT:]
    context = get_script_run_ctx()
    if context is not None and not context.has_script_started:
        st.session_state[_CALLED] = True
    st.query_params.from_dict(params)


def _read_params() -> dict[str, str]:
    """The parameters as they are. A request may have left the browser before what was last written arrived there."""
    params: dict[str, str] = st.query_params.to_dict()
    if is_fragment() or _is_late(params):
        return dict(st.session_state.get(_PARAMS, params))
    return params


def _is_late(params: Mapping[str, str]) -> bool:
    """Whether a request for the whole page tells of parameters that were written over since.

    A person goes back to them by the browser's history, which Streamlit says, or by a link, which has `VIA`.
    """
    context = get_script_run_ctx()
    is_back = context is not None and context.is_history_navigation
    return not is_back and (_find_page(), params) in st.session_state.get(_LEFT, [])


def _find_page() -> str:
    """The page that a request is for, in Streamlit's words."""
    context = get_script_run_ctx()
    return context.page_script_hash if context is not None else ""


def is_fragment() -> bool:
    """Whether a fragment alone is being drawn, or a callback of one runs."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def catch_up() -> None:
    """The parameters as they are, not as the fragment or the page was asked with."""
    _put(_read_params())


def ask_for_page() -> None:
    """Whatever a person sets next in a part of the page draws all of it: more has changed than that part shows."""
    st.session_state[_PAGE_ASKED_FOR] = True


def is_page_asked_for() -> bool:
    """Whether it is."""
    return bool(st.session_state.get(_PAGE_ASKED_FOR))


def draw_page_anew() -> NoReturn:
    """Ends a fragment, and draws the whole page."""
    catch_up()
    st.rerun()


def kept_params(**extra: Any) -> dict[str, str]:
    """What a link to another page carries along."""
    params = {name: read_param(name) for name in KEPT if read_param(name)}
    return params | {name: str(value) for name, value in extra.items() if value is not None}


def remember_params(page: str) -> None:
    """Keeps what a page had set beside what goes along anyway: a link back to it carries it."""
    own = {name: value for name, value in st.query_params.to_dict().items() if name not in (*KEPT, VIA)}
    st.session_state.setdefault(_PARAMS_BY_PAGE, {})[page] = {"graph": read_param("graph"), "own": own}


def recall_params(page: str) -> dict[str, str]:
    """What was set on a page when it was last open on this graph; the article goes along between Map and Article."""
    last = st.session_state.get(_PARAMS_BY_PAGE, {}).get(page, {"graph": "", "own": {}})
    found: dict[str, str] = dict(last["own"]) if last["graph"] == read_param("graph") else {}
    if page in SHOW_AN_ARTICLE and read_param("article"):
        found["article"] = read_param("article")
    return found


def changed_params(**changes: Any) -> dict[str, str]:
    """What a link from a page to itself carries: the parameters as they are, changed as `write_params` would."""
    params: dict[str, str] = st.query_params.to_dict()
    params |= {name: str(value) for name, value in changes.items()}
    return {VIA: "link"} | {name: value for name, value in params.items() if changes.get(name, value) not in (None, "")}


def settle_address() -> None:
    """First of all on a page; after a link from it to itself this tells the browser what its address is now."""
    asked = _find_page(), st.query_params.to_dict()
    left = [each for each in st.session_state.get(_LEFT, []) if each[0] == asked[0]]
    if not st.session_state.pop(_CALLED, False):  # else the browser may have told of others
        left = left[left.index(asked) :] if asked in left else []
    st.session_state[_LEFT] = left
    catch_up()
    st.session_state[_PARAMS] = st.query_params.to_dict()
    st.session_state.pop(_PAGE_ASKED_FOR, None)
    if read_param(VIA):
        write_params(**{VIA: None})


def choose(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[Any],
    *,
    param: str,
    default: Any,
    key: str,
    **kwargs: Any,
) -> Any:
    """A select box, pills or segmented control bound to a parameter; the default is not written into the URL."""
    value = read_choice(param, options, default=default)

    def changed(chosen: Any) -> None:
        if _is_offered(chosen, options):
            write_params(**{param: None if chosen in (None, default) else chosen})

    begins: dict[str, Any] = {
        "selectbox": {"index": options.index(value) if value in options else None},
        "select_slider": {"value": value},
    }.get(widget.__name__, {"default": value})
    widget(label, options, **held.hold(key, value, changed, begins=begins), **kwargs)
    return value


def open_tabs(labels: Sequence[str], *, param: str, key: str) -> dict[str, Any]:
    """Tabs by label, of which the open one is bound to a parameter; the first one is not written into the URL."""
    names = {label.lower(): label for label in labels}
    value = names[read_choice(param, list(names), default=labels[0].lower())]

    def changed(label: str) -> None:
        write_params(**{param: None if label == labels[0] else label.lower()})

    tabs = st.tabs(labels, **held.hold(key, value, changed, begins={"default": value}))
    return dict(zip(labels, tabs, strict=True))


def _is_offered(chosen: Any, options: Collection[Any]) -> bool:
    """Whether a widget's new value is one of its options, or none of them.

    Streamlit knows an option by its label. Where a label changes, an answer of the browser that was on its way
    holds the old one, which Streamlit takes for a new choice.
    """
    return chosen is None or chosen in options


def enter_int(label: str, *, param: str, default: int, high: int, key: str, low: int = 1, **kwargs: Any) -> int:
    """A field of a whole number bound to a parameter; the default is not written into the URL."""
    value = read_int(param, default, low=low, high=high)

    def changed(entered: int) -> None:
        write_params(**{param: None if entered == default else entered})

    st.number_input(label, min_value=low, max_value=high, **held.hold(key, value, changed), **kwargs)
    return value


def switch(label: str, *, param: str, key: str, default: bool = False, **kwargs: Any) -> bool:
    """A toggle bound to a parameter."""
    value = bool(read_choice(param, (0, 1), default=int(default)))

    def changed(chosen: bool) -> None:
        write_params(**{param: None if chosen == default else int(chosen)})

    st.toggle(label, **held.hold(key, value, changed), **kwargs)
    return value


def may_train(explorer: Explorer, *, quiet: bool = False, guests: bool = False) -> bool:
    """Whether this visitor may start and stop runs; asks for the token where one is needed.

    guests: whether it is among what a visitor without the token may within the quotas.
    """
    access = explorer.access
    if access.training == "open":
        return True
    if guests and access.training == "quota":
        if not quiet and not access.admits(tokens.session_id()):
            tokens.draw_quotas(explorer)
        return not explorer.guests.must_log_in_to_train()
    if access.training == "off":
        if not quiet:
            st.caption("Training is switched off on this app: run your own copy to train.")
        return False
    if not st.session_state.get(tokens.MAY_TRAIN) and not quiet:
        if access.training == "quota":
            st.caption("This takes the token of this app: without it, train a single model, or run your own copy.")
        tokens.ask_for_token(access)
    return bool(st.session_state.get(tokens.MAY_TRAIN))


def may_change(explorer: Explorer, record: RunRecord) -> bool:
    """Whether this visitor may stop, resume, label and delete a run."""
    return may_train(explorer, quiet=True, guests=True) and explorer.runs.may_change(record)


def show_error(error: WikicsError) -> None:
    """What went wrong, in the error's own sentence."""
    st.error(escape_markdown(str(error)), icon=":material/error:")
