"""The panel that takes in runs of other programs: files that a person sends, and what came of them."""

from typing import Final

import streamlit as st

from core.app.imports import ImportResult
from core.errors import WikicsError
from core.runs.imports.limits import MAX_RUNS, MAX_SENT_BYTES
from pages.ui import inputs
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown, shorten
from pages.ui.uploads import MAX_FILE_BYTES

READ: Final = (
    "What is read: an archive (`.zip`, `.tar.gz`, `.tar.xz`) with TensorBoard's event files, W&B's offline "
    "runs, or runs exported here; an event file or `.wandb` file by itself; a CSV with a column `epoch` or `step`. "
    "A path such as `gcn/split_3_run_1` says group, split and seed. Imported runs are shown and compared, nothing more."
)
MOST_NAMED: Final = 6  # of what was skipped
LONGEST: Final = 120  # characters of a name or a reason
_RESULT: Final = "runs_import_result"


def draw_import(graph_id: str) -> None:
    """For who may train: a place for files, and what came of the last ones."""
    if not inputs.may_train(get_explorer(), quiet=True):
        return
    with st.expander("Import runs", icon=":material/upload_file:"):
        _draw_result()
        st.checkbox(
            "They were trained on the open graph",
            key="runs_import_graph",
            help="Else the graph is guessed: WikiCS where there are stopping articles, or its name is in a path.",
        )
        st.file_uploader(
            "Archives, event files or CSV files",
            accept_multiple_files=True,
            key=_upload_key(),
            on_change=_import,
            args=(graph_id,),
        )
        most = f"At most {MAX_RUNS:,} runs are taken in at once, unpacked {MAX_SENT_BYTES >> 30} GB"
        st.caption(READ)
        st.caption(f"A file has at most {MAX_FILE_BYTES >> 20} MB. {most}; from a shell more: `wikics runs import`.")


def _import(graph_id: str) -> None:
    """Takes in what was sent before the page is drawn, which then shows it."""
    sent = st.session_state[_upload_key()]
    if not sent or not inputs.may_train(get_explorer(), quiet=True):
        return
    inputs.ask_for_page()
    # The next choice is a new one: files of this one would be added to it.
    st.session_state["runs_imports"] = st.session_state.get("runs_imports", 0) + 1
    graph = graph_id if st.session_state.get("runs_import_graph") else None
    try:
        result = get_explorer().imports.read_sent({file.name: file.getvalue() for file in sent}, graph=graph)
    except WikicsError as error:
        st.session_state[_RESULT] = str(error)
    else:
        st.session_state[_RESULT] = result


def _draw_result() -> None:
    """A sentence on the last import, and what was left out of it by name."""
    result: ImportResult | str | None = st.session_state.get(_RESULT)
    if result is None:
        return
    if isinstance(result, str):
        st.error(escape_markdown(result), icon=":material/error:")
        return
    runs = "1 run" if len(result.runs) == 1 else f"{len(result.runs):,} runs"
    if result.runs:
        st.success(f"Took in {runs}.", icon=":material/check:")
    if result.skipped:
        told = [
            f"- {escape_markdown(shorten(one.path, LONGEST))}: {escape_markdown(shorten(one.reason, LONGEST))}"
            for one in result.skipped[:MOST_NAMED]
        ]
        others = len(result.skipped) - len(told)
        more = [f"- and {others:,} {'other' if others == 1 else 'others'}"] if others else []
        st.warning("\n".join(["Left out:", *told, *more]), icon=":material/warning:")


def _upload_key() -> str:
    return f"runs_import_{st.session_state.get('runs_imports', 0)}"
