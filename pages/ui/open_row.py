"""What stands above every page: the open graph and the chosen run, each in the URL and in a box that changes it."""

import streamlit as st

from core.app.explorer import Explorer
from core.errors import RunNotFoundError, WikicsError
from core.graph.twin.versions import TWIN_ID, is_older_twin
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from core.runs.versions import PRODUCTION
from pages.ui import held, inputs, stages
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown, percent, quote


def choose_graph(explorer: Explorer) -> str:
    """The open graph, out of the URL; the select box that changes it. An unknown one is noticed and replaced."""
    names = {summary.id: summary.name for summary in explorer.graphs.list()}
    wanted = inputs.read_param("graph") or _find_graph_of_run(explorer)
    if wanted == TWIN_ID and is_older_twin(of_run := _find_graph_of_run(explorer)):
        wanted = of_run  # the address is as old as its run
    is_known = wanted in names or is_older_twin(wanted)
    if wanted and not is_known:
        inputs.notice(f"No graph is called {quote(wanted)} here: this is the default, choose another above.")
    graph_id = wanted if is_known else explorer.graphs.default_id()
    if inputs.read_param("graph") != graph_id:
        inputs.write_params(graph=graph_id, run=None if wanted and wanted != graph_id else inputs.read_param("run"))

    def changed(chosen: str) -> None:
        # A run, an article, a category, a benchmark and a sweep belong to one graph.
        of_graph = ["run", "runs", "article", "from", "to", "filter", "category", "predicted", "first", "second"]
        of_graph += ["pick", "only", "of", "sweep", "brush", "splits"]
        inputs.write_params(graph=chosen, **dict.fromkeys(of_graph))

    options = list(names) if graph_id in names else [graph_id]
    st.selectbox(
        "Graph",
        options,
        format_func=lambda id_: names.get(id_, id_),
        **held.hold("router_graph", graph_id, changed, begins={"index": options.index(graph_id)}),
        label_visibility="collapsed",
        width=180,
    )
    return graph_id


def _find_graph_of_run(explorer: Explorer) -> str:
    """The graph of the run that the URL names, for an address that names no graph; empty where there is no such run."""
    try:
        return explorer.runs.read(inputs.read_param("run")).graph if inputs.read_param("run") else ""
    except WikicsError:
        return ""


def choose_run(explorer: Explorer, graph_id: str, *, by_default: bool) -> RunRecord | None:
    """The chosen run of this graph, out of the URL, else the best finished one; None without runs.

    A run may be named as on the command line: by a unique prefix or as `latest`. by_default: whether the page shows the
    best where none is named; on others the box then shows none, so that each can be chosen.
    """
    wanted = inputs.read_param("run")
    records = _list_offered(explorer, graph_id, wanted)
    if wanted and wanted not in records:
        try:
            found = explorer.runs.find(wanted, graph_id)
            wanted = found.id
            records[found.id] = found
        except RunNotFoundError:
            advice = "choose one above" if records else "none has been trained yet"
            inputs.notice(f"No run of this graph is called {quote(wanted)}: {advice}.")
            wanted = ""
        inputs.write_params(run=wanted)
    if not records:
        return None
    default = explorer.runs.choose_default(graph_id) if by_default else None
    chosen = records.get(wanted, default)
    drawn = {id_: record.state in ACTIVE for id_, record in records.items()}
    every = stages.EVERY_SECONDS if any(drawn.values()) else stages.EVERY_SECONDS_AT_REST
    st.fragment(_draw_run_box, run_every=every)(graph_id, chosen.id if chosen else None, drawn)
    return chosen


def _list_offered(explorer: Explorer, graph_id: str, chosen: str | None) -> dict[str, RunRecord]:
    """The runs that can be chosen, by id: what is archived, or predicts nothing since it was trained elsewhere, only
    where it is chosen already.
    """
    found = explorer.runs.list(graph_id, archived=True)
    offered = (record for record in found if record.id == chosen or not (record.archived or record.imported))
    return {record.id: record for record in offered}


def _draw_run_box(graph_id: str, chosen: str | None, drawn: dict[str, bool]) -> None:
    """The select box of runs, each with where it stands now, and the page's feed: it draws the whole page anew when
    a run was made, deleted or renamed, or has begun or ended. drawn: which runs were active when the page was drawn.
    """
    explorer = get_explorer()
    with explorer.runs.one_look():
        records = _list_offered(explorer, graph_id, chosen)
        place, best = explorer.places.describe(), explorer.runs.choose_default(graph_id)
    is_other_page = {id_: record.state in ACTIVE for id_, record in records.items()} != drawn
    if st.session_state.pop("router_run_changed", False) or is_other_page:
        inputs.draw_page_anew()

    def changed(picked: str | None) -> None:
        # Streamlit knows an option by its label, which holds the id. An answer of the browser with a label of a second
        # ago counts as a new choice: it is one only if it names another run.
        found = next((id_ for id_ in records if id_ in str(picked)), None)
        if found not in (None, chosen):
            inputs.write_params(run=found)
            st.session_state["router_run_changed"] = True

    value = chosen if chosen in records else None
    # With a run chosen the box cannot be cleared: any of the two shows a run. What it shows is set below.
    holding = held.hold("router_run", value, changed, same=_names_run, begins={"index": 0 if value else None})
    st.session_state[holding["key"]] = value  # by the label that it has now
    called = stages.call_apart(list(records.values()))
    st.selectbox(
        "Run",
        list(records),
        format_func=lambda id_: stages.describe_run(records[id_], place, called=called[id_], best=best),
        **holding,
        label_visibility="collapsed",
        placeholder="Choose a run",
        width=320,  # with the navigation beside it the row fits on a laptop
    )


def _names_run(picked: str | None, run_id: str | None) -> bool:
    """Whether the box of runs, which may hold a label, holds this run."""
    return (run_id or "None") in str(picked)


def say_default(explorer: Explorer, run: RunRecord) -> None:
    """What is shown where the URL names no run, and why it."""
    name = escape_markdown(stages.name_run(run))
    if PRODUCTION in run.aliases:
        standing = f"v{run.version}, in production on this graph"
        st.caption(f"Shown by default: **{name}**, {standing} (validation {percent(run.val_acc)}).")
        return
    is_whole = run.state == "finished"
    kind, note = ("finished run", "") if is_whole else ("run", ", and none has finished yet")
    st.caption(
        f"Shown by default: **{name}**, the best {kind} of this graph by validation accuracy "
        f"({percent(run.val_acc)}{stages.say_equals(run, explorer.runs.list(run.graph))}){note}."
    )
