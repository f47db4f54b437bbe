"""What one can do with all ticked runs at once: star, tag, archive, stop, delete, and take the deleting back."""

import hashlib
import time
from collections.abc import Callable, Sequence

import streamlit as st

from core.errors import WikicsError
from core.runs.labels import LabelChanges
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from pages.ui import inputs
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown

REFUSALS = "runs_refusals"  # why something was not done


def draw_actions(records: Sequence[RunRecord]) -> None:
    """One button that unfolds what can be done with these runs; nothing where nobody may."""
    for refusal in st.session_state.pop(REFUSALS, []):
        st.error(escape_markdown(refusal), icon=":material/error:")
    if not records or not inputs.may_train(get_explorer(), quiet=True):
        return
    count = f"{len(records):,} ticked run{'s' * (len(records) > 1)}"
    with st.popover(count, icon=":material/check_box:", type="tertiary", key="runs_bulk"):
        starred, archived = (all(getattr(record, name) for record in records) for name in ("starred", "archived"))
        _button(
            "Take the star away" if starred else "Star",
            "star",
            "runs_star",
            _label(records, LabelChanges(starred=not starred)),
        )
        _draw_tags(records)
        word = "Bring back from the archive" if archived else "Archive"
        _button(word, "archive", "runs_archive", _label(records, LabelChanges(archived=not archived)))
        active = [record for record in records if record.state in ACTIVE]
        ended = [record for record in records if record.state not in ACTIVE]
        if active:
            _button(f"Stop {len(active):,}", "stop_circle", "runs_stop_all", lambda: _each(active, _stop))
        if ended:
            versions = "".join(f", v{record.version}" for record in ended if record.version is not None)
            _button(f"Delete {len(ended):,}{versions}", "delete", "runs_delete_all", lambda: _delete(ended))


def draw_undo() -> None:
    """As long as deleted runs can be brought back: how many, and the button; drawn again every second."""
    if get_explorer().runs.deletions.list_pending():
        st.fragment(_draw_undo, run_every=1.0)()


def _draw_undo() -> None:
    deletions = get_explorer().runs.deletions
    pending = deletions.list_pending()
    if not pending:
        inputs.draw_page_anew()  # without the bar
    left = max(0.0, max(pending.values()) - time.time())
    with st.container(horizontal=True, vertical_alignment="center", key="runs_undo_bar"):
        count = f"{len(pending):,} run{'s' * (len(pending) > 1)}"
        st.markdown(f"Deleted {count}, for good in {left:.0f} s.", width="content")
        if st.button("Undo", icon=":material/undo:", key="runs_undo"):
            deletions.undo(list(pending))
            inputs.draw_page_anew()


def _button(label: str, icon: str, key: str, act: Callable[[], None]) -> None:
    st.button(label, icon=f":material/{icon}:", type="tertiary", key=key, on_click=act)


def _draw_tags(records: Sequence[RunRecord]) -> None:
    """All tags that any of the runs bears; a change is one of all of them."""
    before = list(dict.fromkeys(tag for record in records for tag in record.tags))
    everywhere = sorted({tag for record in get_explorer().runs.list() for tag in record.tags} | set(before))

    def change() -> None:
        now = st.session_state[key]
        added, gone = [t for t in now if t not in before], [t for t in before if t not in now]
        tag = get_explorer().runs.tag
        if added:
            _each(records, lambda record: tag(record.id, added))
        if gone:
            _each(records, lambda record: tag(record.id, gone, remove=True))

    chosen = " ".join([*(record.id for record in records), *before])
    key = "runs_tags_" + hashlib.md5(chosen.encode(), usedforsecurity=False).hexdigest()[:12]
    st.multiselect("Tags", everywhere, default=before, key=key, on_change=change, accept_new_options=True)


def _label(records: Sequence[RunRecord], changes: LabelChanges) -> Callable[[], None]:
    label = get_explorer().runs.label
    return lambda: _each(records, lambda record: label(record.id, changes))


def _stop(record: RunRecord) -> None:
    get_explorer().runs.stop(record.id)


def _delete(records: Sequence[RunRecord]) -> None:
    try:
        get_explorer().runs.delete_soon([record.id for record in records])
    except WikicsError as error:
        st.session_state[REFUSALS] = [str(error)]
        return
    inputs.ask_for_page()
    gone = {record.id for record in records}
    kept = [run_id for run_id in inputs.read_param("runs").split(",") if run_id and run_id not in gone]
    opened = inputs.read_param("run")
    inputs.write_params(runs=",".join(kept), run=None if opened in gone else opened)


def _each(records: Sequence[RunRecord], act: Callable[[RunRecord], object]) -> None:
    """Does something to each run; what is refused is told once the page is drawn."""
    refused = []
    inputs.ask_for_page()
    for record in records:
        try:
            act(record)
        except WikicsError as error:
            refused.append(str(error))
    if refused:
        st.session_state[REFUSALS] = refused[:1] + [f"{len(refused) - 1:,} more were refused."] * (len(refused) > 1)
