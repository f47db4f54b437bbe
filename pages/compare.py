"""What differs between these runs, and is one better?"""

import streamlit as st

from core.app.compared import RunComparison, name_apart
from core.app.comparisons import FEWEST_RUNS, MOST_RUNS
from core.runs.record import RunRecord
from pages.ui import compared, held, inputs, offers, picks, stages
from pages.ui.components.curves import CurveRun, curves
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown, write_minus

KINDS = {"fixed": "Fixed", "broken": "Broken", "swapped": "Swapped"}
MEANINGS = {
    "fixed": "wrong by the first run, right by the second",
    "broken": "right by the first run, wrong by the second",
    "swapped": "wrong by both, each as another category",
}

explorer = get_explorer()
graph_id: str = st.session_state["open_graph"]


def choose_runs(records: dict[str, RunRecord]) -> list[str]:
    """The runs to compare, the one to compare with first; they are in the URL."""
    chosen = inputs.read_several("runs", list(records), what="run") or []
    if len(chosen) > MOST_RUNS:
        inputs.notice(f"{len(chosen)} runs are too many to compare: these are the first {MOST_RUNS}.")
        chosen = chosen[:MOST_RUNS]
    st.multiselect(
        "Runs to compare, the one to compare with first",
        list(records),
        **held.hold(
            "compare_runs", chosen, lambda ids: inputs.write_params(runs=",".join(ids)), begins={"default": chosen}
        ),
        format_func=lambda id_: stages.name_run(records[id_]) if id_ in records else id_,
        max_selections=MOST_RUNS,
        placeholder="Type a part of a name",
    )
    return chosen


def draw_too_few(records: dict[str, RunRecord], chosen: list[str]) -> None:
    """What to do until there are two."""
    st.markdown(
        "Choose two runs or more, to see what differs between them, whether one is better, and of which articles they "
        "say something else."
    )
    newest = [id_ for id_ in records if id_ not in chosen][: FEWEST_RUNS - len(chosen)]
    if len(chosen) + len(newest) >= FEWEST_RUNS:
        ids = [*chosen, *reversed(newest)]
        st.button(
            "Compare the newest two" if not chosen else "Compare with the newest other",
            icon=":material/compare_arrows:",
            type="primary",
            key="compare_newest",
            on_click=inputs.write_params,
            kwargs={"runs": ",".join(ids)},
        )


def choose_second(ids: list[str], names: dict[str, str]) -> str:
    """The run that the verdict and the articles are of; a choice where there are more than two."""
    options = ids[1:]
    if len(options) == 1:
        return options[0]
    return str(
        inputs.choose(
            st.selectbox,
            f"Against {escape_markdown(names[ids[0]])}",
            options,
            param="second",
            default=options[0],
            key="compare_second",
            format_func=names.get,
            width=360,
        )
    )


def draw_articles(found: RunComparison) -> None:
    """The test articles whose prediction changed, one kind at a time, and the way to see them on the map."""
    st.header("Articles that changed")
    if found.articles is None:
        st.caption("They are known where both runs have predictions of the same graph.")
        return
    first, second = found.runs[:2]
    counts = {kind: len(getattr(found.articles, kind)) for kind in KINDS}
    kind = inputs.choose(
        st.segmented_control,
        "Articles that changed",
        list(KINDS),
        param="changed",
        default="fixed",
        key="compare_changed",
        format_func=lambda kind: f"{KINDS[kind]} ({counts[kind]:,})",
        label_visibility="collapsed",
        required=True,
    )
    st.caption(f"{KINDS[kind]}: {MEANINGS[kind]}. {compared.describe_mcnemar(found.articles)}")
    picks.draw_picked(explorer.graphs.load(graph_id), second, f"{kind}:{first}", key="compare", can_clear=False)


def draw_comparison(ids: list[str], records: dict[str, RunRecord]) -> None:
    """The verdict first, then what it rests on."""
    several = [records[id_] for id_ in ids]
    names = name_apart(several)
    second = choose_second(ids, names)
    others = [id_ for id_ in ids[1:] if id_ != second]
    with st.spinner("Drawing test articles and splits anew for the interval"):
        found = explorer.comparisons.compare([ids[0], second, *others])
    st.markdown(f"**{escape_markdown(write_minus(found.sentence))}**")
    for more in filter(None, (found.advice, found.cut_short)):
        st.caption(escape_markdown(more))
    compared.draw_certainty(found)
    heads = compared.name_columns(several, names)
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Metrics")
        if stages.is_any_active(several):
            compared.follow_metrics(found.runs, heads)
        else:
            compared.draw_metrics(found.metrics, found.runs, heads)
    with right:
        st.header("What differs")
        compared.draw_differences(found, names)
    st.header("Curves")
    colors = compared.color_runs(found.runs, newest_first=list(records))
    drawn = [CurveRun(id_, records[id_].state, name=records[id_].name, color=colors[id_]) for id_ in found.runs]
    curves(drawn, key="compare_curves")
    draw_articles(found)


st.title("Compare")
listed = {record.id: record for record in explorer.runs.list(graph_id) if record.graph}
if not listed:
    offers.offer_default_training(
        explorer, graph_id, key="compare", reason="There is no run on this graph yet: two can be compared."
    )
    st.stop()
if len(listed) < FEWEST_RUNS:
    st.markdown("There is one run on this graph yet: two can be compared.")
    st.page_link("train.py", label="Train another", icon=":material/model_training:", query_params=inputs.kept_params())
    st.stop()
wanted = choose_runs(listed)
if len(wanted) < FEWEST_RUNS:
    draw_too_few(listed, wanted)
else:
    draw_comparison(wanted, listed)
