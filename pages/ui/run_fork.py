"""A run that is forked on its page: from which epoch on, and what is other from there."""

from typing import Final

import streamlit as st

from core.config.train import TrainConfig, build_config
from core.errors import ConfigError
from core.runs.record import RunRecord
from pages.ui import forms, inputs, run_acts
from pages.ui.loaders import get_explorer
from pages.ui.text import percent

FIELDS: Final = ("lr", "weight_decay", "dropout", "epochs", "patience")
FIELD_PIXELS: Final = 200  # three in a row


def draw_fork(record: RunRecord, *, key: str) -> None:
    """One button that unfolds the form; nothing where no epoch has a checkpoint."""
    epochs = get_explorer().forks.list_epochs(record)
    if not epochs:
        return
    try:
        config = build_config(get_explorer().runs.read_config(record.id))
    except ConfigError:
        return  # it is damaged, or of another version
    with st.popover("Fork", icon=":material/fork_right:", type="tertiary", key=f"{key}_fork"):
        st.markdown("A new run begins with this one's epochs, and goes on with other settings.")
        at = st.radio(
            "Go on from",
            epochs,
            key=f"{key}_fork_epoch_{record.id}",
            format_func=lambda epoch: _name_epoch(record, epoch),
            help="The epochs of which weights are kept. Of the best one the optimiser begins anew.",
        )
        with st.container(horizontal=True, gap="small", key=f"{key}_fork_fields"):
            entered = {name: _draw_field(name, record, config, at, key=key) for name in FIELDS}
        own = {name: getattr(config, name) for name in FIELDS}
        changes = {name: value for name, value in entered.items() if value != own[name]}

        def start(run_id: str) -> None:
            new = get_explorer().forks.fork(run_id, changes, epoch=at)
            inputs.write_params(run=new.id, runs=f"{run_id},{new.id}")

        st.button(
            "Start the fork",
            icon=":material/play_arrow:",
            key=f"{key}_fork_now",
            type="primary",
            width="stretch",
            on_click=run_acts.act,
            args=(start, record.id),
        )


def _name_epoch(record: RunRecord, epoch: int) -> str:
    if epoch == record.best_epoch:
        return f"epoch {epoch:,}, the kept one, validation {percent(record.val_acc)}"
    return f"epoch {epoch:,}, the last"


def _draw_field(name: str, record: RunRecord, config: TrainConfig, at: int, *, key: str) -> float | int:
    """A number that begins as the run's own, or so that the fork has something to train."""
    value = getattr(config, name)
    waited = at - (record.best_epoch or at)
    if name == "epochs" and value <= at:
        value += at
    if name == "patience" and value <= waited:
        value += waited
    shown = st.number_input(
        forms.title_of(name),
        value=value,
        format="%d" if isinstance(value, int) else forms.AS_ENTERED,
        step=1 if isinstance(value, int) else value / 10 or 0.1,
        help=TrainConfig.model_fields[name].description,
        key=f"{key}_fork_{name}_{record.id}_{at}",
        width=FIELD_PIXELS,
    )
    return int(shown) if isinstance(value, int) else float(shown)
