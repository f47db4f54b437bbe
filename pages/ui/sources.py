"""Where the open graph comes from: what must be known of it, fetching WikiCS again, opening another graph."""

import streamlit as st

from core.errors import WikicsError
from core.graph.library import GraphSummary
from pages.ui import inputs
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown

UPLOADS = (
    "What is read: our own archive (`.npz` with `features`, `edge_index`, `labels` and masks), PyTorch Geometric's "
    "`Data` (`.pt`), an `.npz` with `adj_…`, `attr_…` and `labels`, GraphML and GEXF with a `category`, "
    "`nodes.csv` (`id`, `category`, `title`, numbers) together with `edges.csv` (`source`, `target`), or "
    "Planetoid's eight `ind.…` files. Splits are made as WikiCS makes them where there are none."
)


def draw_notices(graph: GraphSummary) -> None:
    """What must be known of the graph: that it is the twin, why, and how to try for WikiCS again."""
    if not graph.notices:
        return
    st.info(escape_markdown(" ".join(graph.notices)), icon=":material/info:")
    if graph.kind == "twin" and st.button("Try to fetch WikiCS again", icon=":material/refresh:", key="overview_retry"):
        try:
            with st.spinner("Fetching WikiCS"):
                get_explorer().graphs.fetch_wikics()
        except WikicsError as error:
            inputs.show_error(error)
        else:
            inputs.write_params(graph="wikics", run=None)
            st.rerun()


def draw_upload() -> None:
    """On an app of one's own: another graph, in any of the formats that are read."""
    if get_explorer().access.training != "open":
        return
    with st.expander("Open another graph", icon=":material/upload_file:"):
        sent = st.file_uploader(
            "One file, or all files of its folder", accept_multiple_files=True, key="overview_upload"
        )
        st.caption(UPLOADS)
        if sent and st.button("Open it", key="overview_open", type="primary"):
            try:
                opened = get_explorer().graphs.register_upload({file.name: file.getvalue() for file in sent})
            except WikicsError as error:
                inputs.show_error(error)
            else:
                inputs.write_params(graph=opened, run=None)
                st.rerun()
