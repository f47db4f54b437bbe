"""What one can do with a run where it is shown: train it again or further, fork it, name it, write notes, delete it."""

import streamlit as st

from core.app.configs import EXTENDABLE
from core.config.train import TrainConfig, build_config
from core.errors import ConfigError, ConflictError
from core.runs.labels import MAX_CHARACTERS, MAX_NOTES_CHARACTERS, LabelChanges
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from core.runs.versions import describe_standing
from pages.ui import compare_doors, forms, held, inputs, run_acts, run_fork, run_models, settings, stages
from pages.ui.loaders import get_explorer
from pages.ui.text import escape_markdown


def draw_actions(record: RunRecord, *, key: str) -> None:
    """One row below the run's head."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_actions"):
        _draw_again(record, key=key)
        compare_doors.draw_compare_with(record, key=key)
        run_models.draw_model(record, key=key)
        if inputs.may_change(get_explorer(), record):
            _draw_further(record, key=key)
            run_fork.draw_fork(record, key=key)
            _draw_rename(record, key=key)
            _draw_notes(record, key=key)
            _draw_delete(record, key=key)


def _draw_again(record: RunRecord, *, key: str) -> None:
    """The way back to the form, filled with what this run was trained with."""
    config = get_explorer().runs.read_config(record.id)
    presets = get_explorer().configs.list_presets()
    of_model = [preset for preset in presets if preset.values["model"] == config.get("model")]
    preset = next((preset for preset in presets if preset.name == record.preset), next(iter(of_model), None))
    if preset is None:
        return  # its model is none that this version knows
    if st.button("Train again with these settings", icon=":material/replay:", type="tertiary", key=f"{key}_again"):
        params = {"graph": record.graph, "preset": preset.name}
        st.switch_page("train.py", query_params=params | settings.as_param(settings.find_changes(preset, config)))


def _draw_further(record: RunRecord, *, key: str) -> None:
    """The way to let a run that has ended go on as the same curve, to another end."""
    if record.state in ACTIVE or not record.epochs or record.imported:
        return  # what was trained elsewhere has no checkpoint here
    try:
        config = build_config(get_explorer().runs.read_config(record.id))
    except ConfigError:
        return  # it is damaged, or of another version
    epochs, patience = (f"{key}_further_{name}_{record.id}" for name in EXTENDABLE)
    waited = record.epochs - (record.best_epoch or 0)  # since its best epoch, in vain

    def read_changes() -> dict[str, int]:
        return {"epochs": st.session_state[epochs], "patience": st.session_state[patience]}

    def go_on() -> None:
        run_acts.act(get_explorer().runs.resume, record.id, read_changes())

    with st.popover("Train further", icon=":material/fast_forward:", type="tertiary", key=f"{key}_further"):
        kept = f"and keeps epoch {record.best_epoch or 0:,}, which stopping articles chose"
        st.markdown(f"It has trained {record.epochs:,} epochs, {kept}.")
        more = record.epochs if record.epochs >= record.max_epochs else 0
        st.number_input("Epochs in all", value=record.max_epochs + more, key=epochs)
        st.number_input(
            forms.title_of("patience"),
            value=config.patience + (waited if waited >= config.patience else 0),
            help=TrainConfig.model_fields["patience"].description,
            key=patience,
        )
        refusal = _explain_no_more(record, config, read_changes())
        if refusal:
            st.caption(f"It cannot go on: {escape_markdown(refusal)}")
        st.button(
            "Train further",
            icon=":material/play_arrow:",
            key=f"{key}_further_now",
            type="primary",
            disabled=bool(refusal),
            on_click=go_on,
        )


def _explain_no_more(record: RunRecord, config: TrainConfig, changes: dict[str, int]) -> str:
    """Why a run that ended so would not train any epoch more; empty where it would."""
    try:
        get_explorer().configs.extend_run(record, config.model_dump(), changes)
    except (ConfigError, ConflictError) as error:
        return str(error)
    return ""


def _draw_rename(record: RunRecord, *, key: str) -> None:
    def rename(name: str) -> None:
        run_acts.act(get_explorer().runs.rename, record.id, name)

    with st.popover("Rename", icon=":material/edit:", type="tertiary", key=f"{key}_rename"):
        st.text_input(
            "Name of this run",
            **held.hold(f"{key}_name_{record.id}", record.name, rename),
            max_chars=MAX_CHARACTERS,
            placeholder=record.id,
            help="Shown before the id, which stays. Empty takes the name away.",
        )


def _draw_notes(record: RunRecord, *, key: str) -> None:
    def write(notes: str) -> None:
        run_acts.act(get_explorer().runs.label, record.id, LabelChanges(notes=notes))

    label = "Edit notes" if record.notes else "Add notes"
    with st.popover(label, icon=":material/edit_note:", type="tertiary", key=f"{key}_notes"):
        st.text_area(
            "Notes on this run",
            **held.hold(f"{key}_notes_{record.id}", record.notes, write),
            max_chars=MAX_NOTES_CHARACTERS,
            height=200,
            placeholder="What you tried, and what came of it",
            help="Markdown, without pictures.",
        )


def _draw_delete(record: RunRecord, *, key: str) -> None:
    if record.state in ACTIVE:
        return  # it has to be stopped first

    def delete() -> None:
        run_acts.act(get_explorer().runs.delete, record.id)
        if run_acts.REFUSAL not in st.session_state:
            kept = [run_id for run_id in inputs.read_param("runs").split(",") if run_id not in ("", record.id)]
            inputs.write_params(run=None, runs=",".join(kept))

    with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"{key}_delete"):
        st.markdown(
            f"Delete **{escape_markdown(stages.name_run(record))}** with its curves, weights and predictions? "
            "There is no way back."
        )
        if record.version is not None:
            st.markdown(_say_version(record))
        st.button("Delete this run", icon=":material/delete:", key=f"{key}_delete_now", type="primary", on_click=delete)


def _say_version(record: RunRecord) -> str:
    """What becomes of a model whose run is deleted."""
    standing = describe_standing(record.version, record.aliases)
    if record.aliases:
        return f"It is **{standing}**, and is kept: under *Model* take that away, or put another in its place, first."
    return f"It is **{standing}** of this graph's models, which is gone then: the history keeps its name alone."
