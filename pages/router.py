"""What every page begins with: page config, navigation, the row with the open graph and the chosen run."""

import streamlit as st

from core.errors import WikicsError
from pages.ui import inputs
from pages.ui.components.assets import STATIC
from pages.ui.loaders import get_explorer

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

SHOW_A_MODEL = ("map", "article")  # pages that show what the chosen run predicts, and say which it is by default

explorer = get_explorer()
page = st.navigation(PAGES, position="hidden")


def draw_row() -> None:
    """Navigation on the left; the open graph and the chosen run on the right, kept in the URL."""
    with st.container(horizontal=True, vertical_alignment="center", key="router_row", gap="small"):
        for item in PAGES:
            st.page_link(item, query_params=inputs.kept_params())
        st.space("stretch")
        notices: list[str] = []
        st.session_state["open_graph"] = inputs.choose_graph(explorer, notices)
        st.session_state["open_run"] = inputs.choose_run(explorer, st.session_state["open_graph"], notices)
    shown = st.session_state["open_run"]
    if page.url_path in SHOW_A_MODEL and shown and shown.has_predictions and not inputs.read_param("run"):
        inputs.say_default(shown)
    for notice in notices:
        st.warning(notice, icon=":material/info:")


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
