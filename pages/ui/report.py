"""One run as it is shown on several pages: how it stands, its config and its log."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from core.app.explorer import Explorer
from core.errors import RunNotFoundError
from core.evaluation.differences import flatten
from core.runs.environment import publish
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from core.runs.store import LOG_TAIL_BYTES
from pages.ui import inputs, lineage, places, run_actions, run_acts, run_models, stages
from pages.ui.loaders import get_explorer
from pages.ui.text import UNKNOWN, escape_markdown, percent, without_pictures
from pages.ui.theme import STAGE_COLORS


def draw_head(record: RunRecord, *, key: str, close: Callable[[], None] | None = None) -> None:
    """Name, where it stands, and what can be done with it: stopped, resumed, trained again, renamed, deleted.

    Follows the state by itself. close: what a button to close it does, if there is to be one.
    """
    every = stages.EVERY_SECONDS if record.state in ACTIVE else None
    if every is None and not places.is_settled(record):
        every = stages.EVERY_SECONDS_AT_REST
    st.fragment(_draw_head, run_every=every)(record.id, key=key, close=close)
    run_actions.draw_actions(record, key=key)
    if record.notes:
        with st.container(border=True, key=f"{key}_noted"):
            st.markdown(without_pictures(record.notes))
    if record.state not in ACTIVE:
        with suppress(RunNotFoundError):  # deleted meanwhile
            for found in get_explorer().runs.read_details(record.id).diagnoses:
                st.info(escape_markdown(found.sentence), icon=":material/troubleshoot:")


def anchor_of(key: str) -> str:
    """Where a link within the page leads to the head of its run."""
    return f"{key}-run"


def _draw_head(run_id: str, *, key: str, close: Callable[[], None] | None) -> None:
    explorer = get_explorer()
    try:
        record = explorer.runs.read(run_id)
    except RunNotFoundError:  # deleted meanwhile
        inputs.draw_page_anew()
    stage = stages.read_stage(record, explorer.places.describe())
    if stage.word == "waiting":  # here there is room for what it waits for
        stage = replace(stage, progress=explorer.places.describe_wait(record) or stage.progress)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_head"):
        st.header(escape_markdown(record.name or record.id), anchor=anchor_of(key), width="content")
        st.badge(stage.word, color=STAGE_COLORS[stage.word])
        st.space("stretch")
        _draw_action(explorer, record, key=key)
        if close and st.button("", icon=":material/close:", key=f"{key}_close", type="tertiary", help="Close this run"):
            close()
            inputs.draw_page_anew()
    with st.container(key=f"{key}_stage"):
        run_models.draw_badge(record)
        st.caption(" · ".join(_describe_numbers(record, stage)))
    places.draw_execution(record)
    if record.message:
        is_wrong = record.state in ("failed", "crashed")
        (st.error if is_wrong else st.warning if record.damage else st.caption)(escape_markdown(record.message))
    refused, reason = st.session_state.get(run_acts.REFUSAL, ("", ""))
    if refused == record.id:
        st.error(escape_markdown(reason), icon=":material/error:")


def _describe_numbers(record: RunRecord, stage: stages.Stage) -> list[str]:
    """What is known of a run now, and its id where it has a name."""
    trained = f"{record.epochs:,} epoch{'' if record.epochs == 1 else 's'}"
    if record.state == "finished" and record.epochs < record.max_epochs:
        trained += f" of at most {record.max_epochs:,}: patience ended it"
    found = [stage.progress or (f"up to {record.max_epochs:,} epochs" if stage.word == "starting" else trained)]
    if record.val_acc is not None and record.best_epoch is not None:
        found.append(f"validation {percent(record.val_acc)} at the kept epoch {record.best_epoch:,}")
    if record.cost is not None:
        found.append(f"cost {record.cost:.2f} {get_explorer().prices.currency}".rstrip())
    return [*found, *([record.id] if record.name else [])]


def _draw_action(explorer: Explorer, record: RunRecord, *, key: str) -> None:
    if not inputs.may_change(explorer, record):
        return
    if record.state in ACTIVE:
        st.button(
            "Stop",
            icon=":material/stop:",
            key=f"{key}_stop",
            disabled=record.state == "stopping",
            on_click=run_acts.act,
            args=(explorer.runs.stop, record.id),
        )
    elif record.state in ("stopped", "crashed", "failed") and st.button(
        "Resume", icon=":material/resume:", key=f"{key}_resume"
    ):
        run_acts.act(explorer.runs.resume, record.id)
        inputs.draw_page_anew()  # its curves move again


def draw_config(run_id: str, *, key: str) -> None:
    """Where a run comes from, how it is trained once more, its config and where it ran."""
    details = get_explorer().runs.read_details(run_id, diagnosed=False)
    lineage.draw_lineage(details, key=key)
    lineage.draw_reproduce(details)
    parts: dict[str, dict[str, object]] = {"config": details.config, "environment": publish(details.environment)}
    for column, (part, values) in zip(st.columns(2), parts.items(), strict=True):
        column.dataframe(
            [{"field": name, "value": UNKNOWN if value is None else str(value)} for name, value in flatten(values)],
            hide_index=True,
            key=f"{key}_{part}",
            alt=f"The run's {part}",
        )


def draw_log(run_id: str) -> None:
    """The end of a run's log."""
    runs = get_explorer().runs
    text, size_bytes = runs.read_log(run_id), runs.measure_log(run_id)
    if size_bytes > LOG_TAIL_BYTES:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"The last {len(text.splitlines()):,} lines; the whole log has {size_bytes / 1024:,.0f} kB.")
            st.download_button(
                "Download all",
                lambda: runs.read_whole_log(run_id),
                file_name=f"{run_id}.log.txt",
                icon=":material/download:",
                key=f"report_log_{run_id}",
                on_click="ignore",
            )
    st.code(text or "Nothing was logged.", language=None, wrap_lines=True, height=320)
