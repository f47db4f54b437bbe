"""Where the open graph comes from: what must be known of it, fetching WikiCS again, opening another graph."""

from types import MappingProxyType
from typing import Final

import streamlit as st

from core.errors import WikicsError
from core.graph.formats.columns import STATED as STATED_LABELS
from core.graph.limits import STATED
from core.graph.manifests import GraphSummary
from pages.ui import inputs
from pages.ui.damage import draw_damage
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown
from pages.ui.uploads import MAX_FILE_BYTES

UPLOADS = (
    "What is read: our own archive (`.npz` with `features`, `edge_index`, `labels` and masks), PyTorch Geometric's "
    "`Data` (`.pt`), an `.npz` with `adj_…`, `attr_…` and `labels`, GraphML and GEXF with a `category`, "
    "`nodes.csv` (`id`, `category`, `title`, numbers) together with `edges.csv` (`source`, `target`), or "
    f"Planetoid's eight `ind.…` files. The category is what is called {STATED_LABELS}. Parts of a split (`split` with "
    "train, val, test; masks; `train_idx`) are used; what is lacking of it is drawn as WikiCS draws it."
)

# What an archive holds, by array.
FORMAT: Final = MappingProxyType(
    {
        "features": "[N, F] numbers that describe each of N articles",
        "edge_index": "[2, E] links, from the article in the first row to that in the second",
        "labels": "[N] the category of each article, from 0",
        "train_masks": "[S, N] which articles each of S splits trains on",
        "val_masks": "[S, N] which compare configs",
        "stopping_masks": "[S, N] which choose the epoch",
        "test_mask": "[N] which test, in every split",
        "titles": "[N] names of the articles, if they have any",
        "class_names": "[C] names of the categories, if they have any",
    }
)


def draw_notices(graph: GraphSummary) -> None:
    """What must be known of the graph: that it is the twin, why, and how to try for WikiCS again."""
    if not graph.notices:
        return
    with st.container(border=True, key="overview_notice"):
        st.caption(f":material/info: {escape_markdown(' '.join(graph.notices))}")
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
    """The damaged graphs; for who may train, another one in any of the formats that are read, opened at once."""
    draw_damage(get_explorer().graphs.list_damaged())
    if not inputs.may_train(get_explorer(), quiet=True):
        return
    with st.expander("Open another graph", icon=":material/upload_file:"):
        if refusal := st.session_state.get("overview_refusal"):
            st.error(escape_markdown(refusal), icon=":material/error:")
        st.file_uploader(
            "One file, or all files of its folder",
            accept_multiple_files=True,
            key=_upload_key(),
            on_change=_open_upload,
        )
        st.caption(UPLOADS)
        most = "; ".join(f"{what}: {most}" for what, most in STATED.items())
        st.caption(f"A file has at most {MAX_FILE_BYTES >> 20} MB. At most are read: {most}.")
        st.caption("An archive of our own is what NumPy's `savez` writes of these arrays:")
        st.dataframe(
            {"array": list(FORMAT), "what it holds": list(FORMAT.values())}, hide_index=True, key="overview_format"
        )


def _open_upload() -> None:
    """Opens what was sent before the page is drawn, which then shows it."""
    sent = st.session_state[_upload_key()]
    if not sent or not inputs.may_train(get_explorer(), quiet=True):
        return
    # The next choice is a new one: files of a refused one would be added to it.
    st.session_state["overview_uploads"] = st.session_state.get("overview_uploads", 0) + 1
    st.session_state.pop("overview_refusal", None)
    try:
        opened = get_explorer().graphs.register_upload({file.name: file.getvalue() for file in sent})
    except WikicsError as error:
        st.session_state["overview_refusal"] = str(error)
    else:
        inputs.write_params(graph=opened, run=None)


def _upload_key() -> str:
    return f"overview_upload_{st.session_state.get('overview_uploads', 0)}"
