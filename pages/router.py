"""What every page begins with: page config, navigation, the row with the open graph and the chosen run."""

import streamlit as st

from core.errors import WikicsError
from pages.ui import inputs
from pages.ui.addresses import LONGEST_LOST, LOST
from pages.ui.components.assets import STATIC
from pages.ui.loaders import get_explorer
from pages.ui.text import shorten

# A file of ours: an icon named by Material is fetched from another server.
FAVICON = str(STATIC / "favicon.svg")
st.set_page_config(page_title="WikiCS Explorer", page_icon=FAVICON, layout="wide")

PAGES = [
    st.Page(
        "overview.py",
        title="Overview",
        icon=":material/hub:",
        default=True,
        help="What this graph is, and what has been learned from it.",
    ),
    st.Page("train.py", title="Train", icon=":material/model_training:", help="Choose a model and watch it learn."),
    st.Page("runs.py", title="Runs", icon=":material/monitoring:", help="Compare runs: curves, reports, configs."),
    st.Page(
        "benchmark.py",
        title="Benchmark",
        icon=":material/leaderboard:",
        help="Which model is best on this graph, over all splits.",
    ),
    st.Page("map.py", title="Map", icon=":material/bubble_chart:", help="Every article, and where the model is wrong."),
    st.Page("article.py", title="Article", icon=":material/article:", help="One article, its links, its prediction."),
]

explorer = get_explorer()
page = st.navigation(PAGES, position="hidden")


def draw_row() -> None:
    """Navigation on the left; the open graph and the chosen run on the right, kept in the URL."""
    row = st.container(horizontal=True, vertical_alignment="center", key="router_row", gap="small")
    st.session_state[inputs.NOTICES] = st.container()
    with row:
        for item in PAGES:
            st.page_link(item, query_params=inputs.kept_params())
        st.space("stretch")
        st.session_state["open_graph"] = inputs.choose_graph(explorer)
        st.session_state["open_run"] = inputs.choose_run(explorer, st.session_state["open_graph"])
    if lost := inputs.read_param(LOST):
        inputs.notice(
            f"There is nothing at {shorten(lost, LONGEST_LOST)}: this is the first page, the others are above."
        )
        inputs.write_params(**{LOST: None})


@st.fragment(run_every=0.5)
def wait_until_ready() -> None:
    """What is shown while the first graph is being fetched or made."""
    progress = explorer.graphs.readiness()
    if progress.ready:
        st.rerun()
    st.progress(progress.fraction, text=progress.message)


if explorer.graphs.readiness().ready:
    try:
        draw_row()
        page.run()
    except WikicsError as error:
        inputs.show_error(error)
else:
    st.title("WikiCS Explorer")
    wait_until_ready()
