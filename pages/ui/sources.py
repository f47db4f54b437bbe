"""Where the open graph comes from: what must be known of it, fetching WikiCS again, opening another graph."""

import streamlit as st

from core.errors import WikicsError
from core.graph.library import GraphSummary
from pages.ui import inputs
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown


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
    """On an app of one's own: another graph, as an archive."""
    if get_explorer().access.training != "open":
        return
    with st.expander("Open another graph", icon=":material/upload_file:"):
        sent = st.file_uploader("Graph archive (.npz)", type="npz", key="overview_upload")
        st.caption("Features, links, labels and splits in one file; what it must hold stands in the README.")
        if sent is not None and st.button("Open it", key="overview_open", type="primary"):
            try:
                opened = get_explorer().graphs.register_upload(sent.name, sent.getvalue())
            except WikicsError as error:
                inputs.show_error(error)
            else:
                inputs.write_params(graph=opened, run=None)
                st.rerun()
