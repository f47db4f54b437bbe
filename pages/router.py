"""What every page begins with: page config, navigation, the row with the open graph and the chosen run."""

import streamlit as st

from core.errors import UnavailableError, WikicsError
from pages.ui import inputs, logins, open_row
from pages.ui.addresses import LONGEST_LOST, LOST
from pages.ui.components.assets import STATIC
from pages.ui.loaders import get_explorer
from pages.ui.text import shorten

# A file of ours: an icon named by Material is fetched from another server.
FAVICON = str(STATIC / "favicon.svg")
PRODUCT = "WikiCS Explorer"
st.set_page_config(page_title=PRODUCT, page_icon=FAVICON, layout="wide")

PAGES = [
    st.Page(
        "overview.py",
        title="Overview",
        icon=":material/hub:",
        default=True,
        help="What this graph is, and what has been learned from it.",
    ),
    st.Page("train.py", title="Train", icon=":material/model_training:", help="Choose a model and watch it learn."),
    st.Page(
        "runs.py",
        title="Runs",
        icon=":material/monitoring:",
        help="All runs: curves, reports, configs.",
    ),
    st.Page(
        "compare.py",
        title="Compare",
        icon=":material/compare_arrows:",
        help="What differs between runs, and whether one is better.",
    ),
    st.Page(
        "sweeps.py",
        title="Sweeps",
        icon=":material/tune:",
        help="Try many settings: which matter, and which are best.",
    ),
    st.Page(
        "benchmark.py",
        title="Benchmark",
        icon=":material/leaderboard:",
        help="Which model is best on this graph, over all splits.",
    ),
    st.Page("map.py", title="Map", icon=":material/bubble_chart:", help="Every article, and where the model is wrong."),
    st.Page("article.py", title="Article", icon=":material/article:", help="One article, its links, its prediction."),
]

# Pages that others lead to: the row above has no room for them.
BESIDE = [
    st.Page(
        "reports.py",
        title="Reports",
        icon=":material/description:",
        help="What people wrote about runs, and whether it still holds.",
    ),
]

SHOW_A_MODEL = ("map", "article")  # pages that show what the chosen run predicts, and say which it is by default
SHOW_NO_DEFAULT = ("train", "reports")  # pages that show a run where one is chosen, and no other

explorer = get_explorer()
page = st.navigation([*PAGES, *BESIDE], position="hidden")
st.html(STATIC / "base" / "page.css")


def draw_row() -> None:
    """Navigation on the left; the open graph and the chosen run on the right, kept in the URL."""
    inputs.settle_address()
    row = st.container(horizontal=True, vertical_alignment="center", key="router_row", gap="small")
    st.session_state[inputs.NOTICES] = st.container()
    with row:
        for item in PAGES:
            label = f"**{item.title}**" if item is page else item.title
            own = {inputs.VIA: "link"} if item is page else inputs.recall_params(item.url_path)
            st.page_link(item, label=label, query_params=own | inputs.kept_params())
        st.space("stretch")
        st.session_state["open_graph"] = open_row.choose_graph(explorer)
        st.session_state["open_run"] = open_row.choose_run(
            explorer, st.session_state["open_graph"], by_default=page.url_path not in SHOW_NO_DEFAULT
        )
        if explorer.settings.login != "off":
            logins.draw_way()
    if lost := inputs.read_param(LOST):
        inputs.notice(
            f"There is nothing at {shorten(lost, LONGEST_LOST)}: this is the first page, the others are above."
        )
        inputs.write_params(**{LOST: None})
    shown = st.session_state["open_run"]
    if page.url_path in SHOW_A_MODEL and shown and shown.has_predictions and not inputs.read_param("run"):
        open_row.say_default(explorer, shown)


def name_tab() -> str:
    """What is open, the page, the product: no two tabs of a browser are called alike."""
    return " · ".join(word for word in (find_open(), page.title, PRODUCT) if word)


def find_open() -> str:
    """The article or the run that the page is about, else the graph; nothing where the page will say what is wrong."""
    graph_id: str = st.session_state["open_graph"]
    wanted = inputs.read_param("article")
    if page.title in ("Map", "Article") and wanted:
        graph = explorer.graphs.load(graph_id)
        try:
            return graph.titles[graph.index_of(wanted)]
        except WikicsError:
            return ""
    if page.title == "Reports" and (wanted := inputs.read_param("report")):
        return next((one.name for one in explorer.reports.list().reports if one.id == wanted), "")
    if page.title in ("Train", "Runs") and (run := inputs.read_param("run")):
        return run
    return next((summary.name for summary in explorer.graphs.list() if summary.id == graph_id), "")


@st.fragment(run_every=0.5)
def wait_until_ready() -> None:
    """What is shown while the first graph is being fetched or made."""
    progress = explorer.graphs.readiness()
    if progress.ready:
        st.rerun()
    if progress.failed:
        inputs.show_error(UnavailableError(progress.message))
        return
    st.progress(progress.fraction, text=progress.message)


if explorer.guests.must_log_in_to_see():
    st.title(PRODUCT)
    st.markdown("This app is shown to those who are logged in.")
    logins.offer_login("Log in to see it", key="router_login", width="content")
elif explorer.graphs.readiness().ready:
    try:
        with explorer.runs.one_look():
            draw_row()
            st.set_page_config(page_title=name_tab())
            page.run()
            inputs.remember_params(page.url_path)
    except WikicsError as error:
        inputs.show_error(error)
else:
    st.title(PRODUCT)
    wait_until_ready()
